"""Somebody else's scores as tracks: `clip,time_s,score`, and Nexar's solution and submission.

Knows no network: with it, published scores can be measured by the same protocols.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from utils.clip import ScoreTrack
from utils.datasets.table import Row, read_table
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip
from utils.metrics.nexar import SolutionRow
from utils.metrics.scored_clip import ScoredClip

SOLUTION_KEYS = ("id", "target", "group", "Usage")


def read_scores(path: Path, clips: Iterable[LabeledClip]) -> list[ScoredClip]:
    """The clips that the file names, by file name with or without its suffix, with their tracks.

    Rows of one clip may come in any order. Raises AnnotationError for scores outside 0 to 1, a time
    that comes twice, and where no name is that of a clip.
    """
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for row in read_table(path, ("clip", "time_s", "score")):
        rows[row.text("clip")].append(row)
    found = [(clip, _rows_of(clip, rows)) for clip in clips]
    scored = [ScoredClip(clip, _track(own)) for clip, own in found if own]
    if not scored:
        first = next(iter(rows))
        raise AnnotationError(
            f"{path.name}: no clip of the data has a name of this file; its first is {first!r}, "
            "the file name of a clip is needed"
        )
    return scored


def read_solution(path: Path) -> list[SolutionRow]:
    """Nexar's solution.csv. Raises AnnotationError."""
    return [_solution_row(row) for row in read_table(path, SOLUTION_KEYS, unique="id")]


def read_submission(path: Path) -> dict[str, float]:
    """Scores by id of a Nexar submission (`id,score`). Raises AnnotationError."""
    return {row.text("id"): _score(row) for row in read_table(path, ("id", "score"), unique="id")}


def _rows_of(clip: LabeledClip, rows: dict[str, list[Row]]) -> Sequence[Row]:
    return rows.get(clip.path.name) or rows.get(clip.path.stem) or ()


def _track(rows: Sequence[Row]) -> ScoreTrack:
    ordered = sorted((_time_s(row), row.line, row) for row in rows)
    times_s = np.array([time_s for time_s, _, _ in ordered])
    twice = np.flatnonzero(np.diff(times_s) <= 0)
    if len(twice):
        raise ordered[int(twice[0]) + 1][2].fail("time_s", "one score per time and clip is needed")
    scores = np.array([_score(row) for _, _, row in ordered])
    return ScoreTrack(times_s, scores, np.arange(len(scores)), "score file")


def _time_s(row: Row) -> float:
    time_s = row.number("time_s")
    if time_s is None:
        raise row.fail("time_s", "seconds from the first frame are needed")
    return time_s


def _score(row: Row) -> float:
    score = row.number("score")
    if score is None or score > 1:
        raise row.fail("score", "a number from 0 to 1 is needed")
    return score


def _solution_row(row: Row) -> SolutionRow:
    target = row.one_of("target", ("0", "1"))
    return SolutionRow(row.text("id"), target == "1", row.text("group"), row.text("Usage"))
