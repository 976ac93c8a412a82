"""The trigger annotations format: `{videos: [{video_path, triggers: [{timestamp, label, ...}]}]}`.

`description` of a video and of a trigger is kept by the format and not needed here.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip, Split

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
    kind = "crash" if moments else "near_miss" if close else "normal"
    path = video_dir / video.video_path
    return LabeledClip(path, kind, moments or close, str(path), split)  # type: ignore[arg-type]
