"""Where a video named in a label file lies: inside the video folder, named once, or refused."""

from collections.abc import Callable, Iterable
from pathlib import Path, PureWindowsPath

from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip

Complaint = Callable[[str], AnnotationError]

MAX_NAME = 1024


def clip_path(video_dir: Path, name: str) -> Path:
    """The path of a named video; nothing is looked up on the disk.

    Raises ValueError, with what is wanted, for names that lead out of the folder.
    """
    if not name.strip() or not name.isprintable() or len(name) > MAX_NAME:
        raise ValueError(f"a printable path of 1 to {MAX_NAME} characters is needed")
    parts = PureWindowsPath(name)  # knows both kinds of slash
    if ".." in parts.parts:
        raise ValueError("a path inside the video folder is needed, without ..")
    path = video_dir / name
    rooted = parts.root or parts.drive
    if rooted and not (Path(name).is_absolute() and path.is_relative_to(video_dir.absolute())):
        raise ValueError("a path inside the video folder is needed, not one from elsewhere")
    return path


def unique_clips(found: Iterable[tuple[LabeledClip, Complaint]]) -> list[LabeledClip]:
    """The clips, each read with the function that words an error about its name.

    Raises AnnotationError where two entries name the same video.
    """
    clips: dict[Path, LabeledClip] = {}
    for clip, complain in found:
        if clip.path in clips:
            raise complain(f"{clip.path.name[:60]!r} is listed twice; keep one entry")
        clips[clip.path] = clip
    return list(clips.values())
