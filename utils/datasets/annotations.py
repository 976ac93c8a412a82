"""The trigger annotations format: `{videos: [{video_path, triggers: [{timestamp, label, ...}]}]}`.

A video's description becomes the clip's caption; that of a trigger is not needed here.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from utils.atomic import atomic_write_text
from utils.datasets.clip_path import Complaint, unique_clips
from utils.datasets.json_file import JsonFile, Seconds, read_json
from utils.errors import AnnotationError
from utils.labeled_clip import ClipKind, LabeledClip, Split


class Trigger(BaseModel):
    """One labelled moment, seconds from the first frame."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    timestamp: Seconds
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
    file = read_json(path, TypeAdapter(Annotations))
    return unique_clips(_clips(file, video_dir, split))


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


def _clips(
    file: JsonFile[Annotations], video_dir: Path, split: Split
) -> Iterator[tuple[LabeledClip, Complaint]]:
    for number, video in enumerate(file.content.videos):
        place = ("videos", number, "video_path")
        path = file.video(place, video_dir, video.video_path)
        yield _clip(video, path, split), partial(file.fail, place)


def _clip(video: AnnotatedVideo, path: Path, split: Split) -> LabeledClip:
    moments = tuple(sorted({t.timestamp for t in video.triggers if t.label != "near_miss"}))
    close = tuple(sorted({t.timestamp for t in video.triggers if t.label == "near_miss"}))
    kind: ClipKind = "crash" if moments else "near_miss" if close else "normal"
    return LabeledClip(
        path=path,
        kind=kind,
        events_s=moments or close,
        group=str(path),
        split=split,
        caption=video.description,
    )
