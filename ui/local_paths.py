"""Paths on this computer as people type them: quoted, with ~, relative. Nothing is opened."""

from pathlib import Path

from utils.errors import VideoError

PATHS_ARE_OFF = "Paths are off while the app listens on the network."
UPLOAD_INSTEAD = f"{PATHS_ARE_OFF} Upload the file instead."


def existing_path(text: str) -> Path:
    """The file or folder that a text names. Raises VideoError with its last part only."""
    text = text.strip().strip("'\"")
    if "://" in text:
        raise VideoError("Give the path of a file on this computer, not a web address.")
    try:
        path = Path(text).expanduser().absolute()
        exists = path.exists()
    except (OSError, ValueError, RuntimeError) as error:
        raise VideoError("That path cannot be read.") from error
    if not exists:
        raise VideoError(f"There is no file at that path: {path.name}")
    return path


def existing_file(text: str) -> Path:
    """The file that a text names. Raises VideoError."""
    path = existing_path(text)
    if not path.is_file():
        raise VideoError(f"{path.name} is not a file. Give the path of one video.")
    return path


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a file exists and truly lies below a folder."""
    try:
        return path.resolve().is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):
        return False
