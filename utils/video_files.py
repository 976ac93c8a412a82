"""Finds the videos that paths name: files as given, folders by suffix."""

import os
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
        found = _some_inside(path) if path.is_dir() else [path]
        videos += [video for video in found if video not in videos]
    return videos


def videos_inside(folder: Path) -> list[Path]:
    """The videos below a folder, sorted; none where the folder cannot be read."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in names if _is_video(name)]
    return sorted(found)


def _is_video(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in VIDEO_SUFFIXES


def _some_inside(folder: Path) -> list[Path]:
    found = videos_inside(folder)
    if not found:
        known = " ".join(sorted(VIDEO_SUFFIXES))
        raise VideoError(f"no video in the folder {folder} (looked for {known})")
    return found
