"""BDD100K, or any folder of normal driving: every folder of frames and every video is one clip.

There are no labels: that nothing happens is taken from the folder being named as this format.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from utils.datasets.split_name import split_of
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip
from utils.video.frame_folder import SUFFIXES as PICTURE_SUFFIXES
from utils.video_files import VIDEO_SUFFIXES

FRAMES_PER_S = 10.0  # of folders of frames, as DoTA's, beside which they are used
MAX_DEPTH = 4


def read_bdd100k(labels: Path, video_dir: Path) -> list[LabeledClip]:
    """The clips below `labels`, a folder, sorted by path. A folder named train, val or test says
    the split. Raises AnnotationError where there is no clip; video_dir is not needed.
    """
    del video_dir
    clips = [_clip(labels, path) for path in sorted(_find(labels))]
    if not clips:
        raise AnnotationError(f"{labels}: no folder of frames and no video is there")
    return clips


def _find(root: Path) -> Iterator[Path]:
    for folder, below, names in os.walk(root):
        place = Path(folder)
        below[:] = [] if len(place.relative_to(root).parts) >= MAX_DEPTH else sorted(below)
        visible = [name for name in names if not name.startswith(".")]
        yield from (place / n for n in visible if Path(n).suffix.lower() in VIDEO_SUFFIXES)
        if any(Path(name).suffix.lower() in PICTURE_SUFFIXES for name in visible):
            yield place


def _clip(root: Path, path: Path) -> LabeledClip:
    frames = path.is_dir()
    named = path.parent if frames and path.name == "images" else path
    above = "/".join(named.relative_to(root).parts[:-1]) if named != root else ""
    return LabeledClip(
        path=path,
        kind="normal",
        events_s=(),
        group=named.as_posix(),
        split=split_of(above),
        dataset="bdd100k",
        frame_rate=FRAMES_PER_S if frames else None,
    )
