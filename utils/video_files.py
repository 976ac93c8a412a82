"""Finds the videos that paths name: files as given, folders by suffix."""

from collections.abc import Sequence
from pathlib import Path

from utils.errors import VideoError

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg"}
    | {".wmv", ".flv", ".3gp", ".asf", ".h264", ".hevc", ".264", ".265", ".vob", ".ogv", ".y4m"}
)


def find_videos(paths: Sequence[Path]) -> list[Path]:
    """Files as given (whatever their suffix), and the videos inside folders, sorted.

    Raises VideoError for a folder without a video. Hidden files and folders are left out.
    """
    videos: list[Path] = []
    for path in paths:
        found = _inside(path) if path.is_dir() else [path]
        videos += [video for video in found if video not in videos]
    return videos


def _inside(folder: Path) -> list[Path]:
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in VIDEO_SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not found:
        known = " ".join(sorted(VIDEO_SUFFIXES))
        raise VideoError(f"no video in the folder {folder} (looked for {known})")
    return found
