"""Where the files of DoTA and BDD100K archives go: one folder of frames per clip.

Archives of one corpus are packed in different ways (`frames/<clip>/images/`, `train/<clip>/`).
What stands above a clip's folder is dropped, so that all of them end in one place.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

from utils.errors import ArchiveError

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
INNER_FOLDER = "images"  # DoTA keeps the frames of a clip in <clip>/images


@dataclass(frozen=True, slots=True)
class FrameLayout:
    """A corpus: its folder and the folder of its frames inside."""

    corpus: str
    frames: str

    def place(self, parts: tuple[str, ...]) -> PurePosixPath:
        """Where a file of the archive goes, relative to the corpus' folder.

        Pictures go to `<frames>/<clip>/[images/]<picture>`, all else keeps its path. Raises
        ArchiveError for a picture that is in no folder.
        """
        path = PurePosixPath(*parts)
        if path.suffix.lower() not in IMAGE_SUFFIXES:
            return path
        depth = 3 if path.parent.name.lower() == INNER_FOLDER and len(parts) > 2 else 2
        if len(parts) < 2:
            raise ArchiveError(f"{path} is in no clip's folder; one folder per clip is needed")
        return PurePosixPath(self.frames, *parts[-depth:])


LAYOUTS = {
    "dota": FrameLayout("DoTA", "DoTA_Frames"),
    "bdd100k": FrameLayout("BDD100K", "BDD_Frames"),
}
