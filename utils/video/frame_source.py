"""Opens a clip whichever way it is stored: a video file, or a folder of pictures."""

from collections.abc import Sequence
from pathlib import Path

from utils.video.file import VideoFile, file_sha256
from utils.video.frame_folder import FrameFolder, folder_sha256
from utils.video.limits import refusal


def open_frames(
    path: Path, *, frame_rate: float | None = None, names: Sequence[str] = ()
) -> VideoFile | FrameFolder:
    """A context manager with `info`, `counts` and `sample`.

    frame_rate and names are for folders, see `FrameFolder`. Raises VideoError.
    """
    if frame_rate is None:
        return VideoFile(path)
    if not path.is_dir():
        raise refusal(path, "no such folder of pictures; check the path")
    return FrameFolder(path, frame_rate, names)


def content_sha256(path: Path, *, names: Sequence[str] = ()) -> str:
    """Hex SHA-256 of what a clip shows: of the file, or of the pictures. Raises VideoError."""
    return folder_sha256(path, names) if path.is_dir() else file_sha256(path)
