"""The videos of a folder under the names that a label file gives them."""

from dataclasses import dataclass
from pathlib import Path

from utils.datasets.clip_path import clip_path
from utils.errors import VideoError
from utils.video_files import find_videos

SHOWN_NAME = 80


@dataclass(frozen=True, slots=True)
class NamedVideos:
    """Names are paths inside the folder, with slashes.

    refused: the others, a line each with why: no label file can hold their name.
    """

    folder: Path
    names: tuple[str, ...]
    refused: tuple[str, ...]

    @classmethod
    def of_folder(cls, folder: Path) -> "NamedVideos":
        """Raises VideoError where there is no such folder or no video in it."""
        if not folder.is_dir():
            raise VideoError(f"{folder} is no folder; give a folder of videos")
        found = [path.relative_to(folder).as_posix() for path in find_videos([folder])]
        names = tuple(name for name in found if _can_be_written(folder, name))
        others = [ascii(name)[:SHOWN_NAME] for name in found if name not in names]
        refused = tuple(f"{name}: label files cannot hold this name" for name in others)
        return cls(folder, names, refused)

    def path(self, name: str) -> Path:
        """Where the video of this name lies."""
        return self.folder / name

    def name(self, path: Path) -> str:
        """The name of a video of this folder."""
        return path.relative_to(self.folder).as_posix()


def _can_be_written(folder: Path, name: str) -> bool:
    try:
        clip_path(folder, name)
    except ValueError:
        return False
    return True
