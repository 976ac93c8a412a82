"""The trigger annotations format: `{videos: [{video_path, triggers: [{timestamp, label, ...}]}]}`.

A video's description becomes the clip's caption; that of a trigger is not needed here.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from utils.atomic import atomic_write_text
from utils.errors import AnnotationError
from utils.labeled_clip import ClipKind, LabeledClip, Split

MAX_BYTES = 256 * 2**20


class Trigger(BaseModel):
    """One labelled moment, seconds from the first frame."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    timestamp: float = Field(ge=0, lt=1e7)
    label: str = Field("crash", min_length=1)
    description: str = ""


class AnnotatedVideo(BaseModel):
    """One video and its labelled moments; none means normal driving."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    video_path: str = Field(min_length=1)
    triggers: tuple[Trigger, ...] = ()
    description: str = ""


class Annotations(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    videos: tuple[AnnotatedVideo, ...]


def read_annotations(path: Path, video_dir: Path, *, split: Split = "train") -> list[LabeledClip]:
    """The clips of an annotations file; video paths are relative to video_dir.

    Raises AnnotationError naming file, key and value.
    """
    videos = _parse(path).videos
    return [_clip(video, video_dir, split) for video in videos]


def write_annotations(
    path: Path, clips: Sequence[LabeledClip], *, video_dir: Path | None = None
) -> None:
    """Write clips as an annotations file that `read_annotations` reads back.

    Video paths are written relative to video_dir (default: the file's own folder). The format
    knows moments in video files only. Raises AnnotationError for a clip that it cannot hold,
    OutputError where the file cannot be written.
    """
    folder = video_dir or path.parent
    videos = tuple(_entry(clip, folder) for clip in clips)
    atomic_write_text(path, Annotations(videos=videos).model_dump_json(indent=2) + "\n")


def _entry(clip: LabeledClip, folder: Path) -> AnnotatedVideo:
    try:
        name = clip.path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        raise AnnotationError(f"{clip.path} is not below the video folder {folder}") from None
    if clip.frame_rate is not None:
        raise AnnotationError(f"{name} is a folder of frames; annotations name video files only")
    if clip.kind != "normal" and not clip.events_s:
        raise AnnotationError(f"{name} is a {clip.kind} without a moment; annotations need one")
    triggers = tuple(Trigger(timestamp=moment, label=clip.kind) for moment in clip.events_s)
    return AnnotatedVideo(video_path=name, triggers=triggers, description=clip.caption)


def _parse(path: Path) -> Annotations:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise AnnotationError(f"{path.name}: more than {MAX_BYTES >> 20} MiB of labels")
        content: Any = json.loads(path.read_text(encoding="utf-8-sig"))
        return Annotations.model_validate(content)
    except OSError as error:
        raise AnnotationError(f"cannot read the labels {path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        value = str(first["input"])[:60]
        raise AnnotationError(f"{path.name}: {key}: {first['msg']}, not {value!r}") from error
    except json.JSONDecodeError as error:
        raise AnnotationError(f"{path.name}, line {error.lineno}: {error.msg}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise AnnotationError(f"{path.name}: not readable as JSON ({error})") from error


def _clip(video: AnnotatedVideo, video_dir: Path, split: Split) -> LabeledClip:
    moments = tuple(sorted(t.timestamp for t in video.triggers if t.label != "near_miss"))
    close = tuple(sorted(t.timestamp for t in video.triggers if t.label == "near_miss"))
    kind: ClipKind = "crash" if moments else "near_miss" if close else "normal"
    path = video_dir / video.video_path
    return LabeledClip(
        path=path,
        kind=kind,
        events_s=moments or close,
        group=str(path),
        split=split,
        caption=video.description,
    )
