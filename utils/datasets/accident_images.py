"""Folders of single pictures, `accident` and `non_accident`, named by frame numbers.

Neighbouring numbers are nearly the same picture, so blocks of numbers are split, with a gap, and
never single pictures. One clip holds the pictures of one block and class.
"""

import re
from collections import defaultdict
from pathlib import Path

from utils.errors import AnnotationError, VideoError
from utils.labeled_clip import ClipKind, LabeledClip, Split
from utils.video.frame_folder import frame_names

CLASSES: dict[str, ClipKind] = {"accident": "crash", "non_accident": "normal"}
PICTURES_PER_S = 1.0  # nominal: the true times are not known
BLOCK = 200
GAP = 20  # numbers left out before and after a block that validates
VALIDATING = 5  # every fifth block


def read_accident_images(labels: Path, video_dir: Path) -> list[LabeledClip]:
    """One clip per block of numbers and class below `labels`, a folder; video_dir is not needed.

    An accident block is one span; its moment of contact is not known. Raises AnnotationError.
    """
    del video_dir
    return [clip for name in CLASSES for clip in _blocks(labels / name)]


def _blocks(folder: Path) -> list[LabeledClip]:
    try:
        names = frame_names(folder)
    except VideoError as error:
        raise AnnotationError(f"no pictures for the class {folder.name}: {error}") from error
    blocks: dict[int, list[str]] = defaultdict(list)
    for name in names:
        number = _number(folder, name)
        if not _in_gap(number):
            blocks[number // BLOCK].append(name)
    return [_clip(folder, block, tuple(blocks[block])) for block in sorted(blocks)]


def _number(folder: Path, name: str) -> int:
    digits = re.findall(r"\d{1,12}", Path(name).stem)
    if not digits:
        problem = "its name holds no frame number, so it cannot be split safely; rename it"
        raise AnnotationError(f"{folder.name}/{name}: {problem}")
    return int(digits[-1])


def _split(block: int) -> Split:
    return "val" if block % VALIDATING == VALIDATING - 1 else "train"


def _in_gap(number: int) -> bool:
    """Whether the block beside this number is in the other split."""
    block, place = divmod(number, BLOCK)
    after = place >= BLOCK - GAP and _split(block + 1) != _split(block)
    before = place < GAP and block > 0 and _split(block - 1) != _split(block)
    return (after or before) and _split(block) == "train"


def _clip(folder: Path, block: int, names: tuple[str, ...]) -> LabeledClip:
    kind = CLASSES[folder.name]
    whole_s = (0.0, len(names) / PICTURES_PER_S)
    return LabeledClip(
        path=folder,
        kind=kind,
        events_s=(),
        group=f"images/{block}",
        split=_split(block),
        spans_s=(whole_s,) if kind == "crash" else (),
        dataset="images",
        frame_rate=PICTURES_PER_S,
        frame_names=names,
    )
