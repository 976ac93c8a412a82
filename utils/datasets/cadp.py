"""The CADP labels: small road-camera crash clips with one run-length coded 0/1 label per frame."""

import re
from itertools import accumulate
from pathlib import Path

from utils.datasets.table import Row, read_table
from utils.labeled_clip import LabeledClip

KEYS = ("file", "split", "frames", "onset_frame", "labels_rle")
FRAMES_PER_S = 30.0
RUN = re.compile(r"([01])x(\d{1,9})")
WEIGHT = 0.6  # of 120 similar clips each counts less than one of the 80 varied drives clips


def read_cadp(root: Path) -> list[LabeledClip]:
    """The clips of `root/cadp_frames/labels.csv`. Raises AnnotationError."""
    return read_cadp_labels(root / "cadp_frames", root / "cadp_frames")


def read_cadp_labels(labels: Path, video_dir: Path) -> list[LabeledClip]:
    """The clips of a labels.csv (or of the one in a folder); its files lie in video_dir.

    Each run of ones is a span, and the first labelled frame counts as contact. Raises
    AnnotationError.
    """
    file = labels / "labels.csv" if labels.is_dir() else labels
    return [_clip(video_dir, row) for row in read_table(file, KEYS, unique="file")]


def decode_runs(row: Row) -> list[tuple[int, int]]:
    """Frames [start, end) of each run of ones in `labels_rle`, as in `0x180 1x69 0x94`.

    Raises AnnotationError where the code is malformed or does not add up to `frames`.
    """
    matches = [RUN.fullmatch(part) for part in row.text("labels_rle").split()]
    runs = [(m[1], int(m[2])) for m in matches if m]
    if len(runs) < len(matches) or sum(n for _, n in runs) != row.number("frames"):
        raise row.fail("labels_rle", "runs like 0x180 1x69 that add up to `frames` are needed")
    starts = accumulate((n for _, n in runs), initial=0)
    return [(s, s + n) for s, (value, n) in zip(starts, runs, strict=False) if value == "1"]


def _clip(folder: Path, row: Row) -> LabeledClip:
    split, runs = row.one_of("split", ("train", "val")), decode_runs(row)
    if not runs or runs[0][0] != row.number("onset_frame"):
        raise row.fail("onset_frame", "it must be the first 1 of labels_rle")
    return LabeledClip(
        path=row.path("file", folder),
        kind="crash",
        events_s=(runs[0][0] / FRAMES_PER_S,),
        group=f"cadp/{row.text('file')}",
        split="val" if split == "val" else "train",
        spans_s=tuple((start / FRAMES_PER_S, end / FRAMES_PER_S) for start, end in runs),
        dataset="cadp",
        tags={"view": "cctv"},
        weight=WEIGHT,
    )
