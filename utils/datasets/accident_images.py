"""Folders of single pictures, `accident` and `non_accident`, named by frame numbers.

Neighbouring numbers are nearly the same picture, so blocks of numbers are split, with a gap, and
never single pictures. That is not enough where one camera's view comes again under other numbers,
so training pictures that look like a validating one are left out. One clip holds the pictures of
one block and class.
"""

import logging
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from utils.datasets.look_alikes import look_alike
from utils.errors import AnnotationError, VideoError
from utils.labeled_clip import ClipKind, LabeledClip, Split
from utils.video.frame_folder import frame_names

log = logging.getLogger(__name__)

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
    clips = [clip for name in CLASSES for clip in _blocks(labels / name)]
    return _without_seen_scenes(clips)


def _without_seen_scenes(clips: Sequence[LabeledClip]) -> list[LabeledClip]:
    """The clips without training pictures of scenes that validate."""
    train = _pictures(clips, "train")
    seen = look_alike(train, _pictures(clips, "val"))
    left_out = {path for path, is_seen in zip(train, seen, strict=True) if is_seen}
    text = "%d of %d training pictures show a scene of a validating one and are left out"
    log.info(text, len(left_out), len(train))
    kept = []
    for clip in clips:
        names = tuple(name for name in clip.frame_names if clip.path / name not in left_out)
        if names:
            kept.append(replace(clip, frame_names=names, spans_s=_spans_s(clip.kind, names)))
    return kept


def _pictures(clips: Sequence[LabeledClip], split: Split) -> list[Path]:
    return [clip.path / name for clip in clips if clip.split == split for name in clip.frame_names]


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
    return LabeledClip(
        path=folder,
        kind=kind,
        events_s=(),
        group=f"images/{block}",
        split=_split(block),
        spans_s=_spans_s(kind, names),
        dataset="images",
        frame_rate=PICTURES_PER_S,
        frame_names=names,
    )


def _spans_s(kind: ClipKind, names: Sequence[str]) -> tuple[tuple[float, float], ...]:
    return ((0.0, len(names) / PICTURES_PER_S),) if kind == "crash" else ()
