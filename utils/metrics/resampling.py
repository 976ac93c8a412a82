"""Bootstrap over clips: 95 % intervals of a measure and of the difference of two.

Clips of one group (one source video) are drawn together, and each cell (crash clips, normal
clips, ...) keeps its number of groups, so that no draw lacks a class. Dims: R draws, C clips, M
figures.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Floats, Ints
from utils.labeled_clip import LabeledClip
from utils.metrics.measure import Measure

ROUNDS = 2000
LEAST_KNOWN = 0.5  # share of draws that must give a number, or there is no interval


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Figures (M,) with the ends of their 95 % intervals, NaN where unknown."""

    values: Floats
    low: Floats
    high: Floats


def draw_weights(clips: Sequence[LabeledClip], *, rounds: int = ROUNDS, seed: int = 0) -> Ints:
    """How often each clip counts in each draw, (R,C)."""
    generator = np.random.default_rng(seed)
    weights = np.zeros((rounds, len(clips)), dtype=np.int64)
    for members in _cells(clips):
        drawn = generator.integers(0, len(members), (rounds, len(members)))
        for number, rows in enumerate(members):
            weights[:, rows] = (drawn == number).sum(1)[:, None]
    return weights


def interval(measure: Measure, draws: Ints) -> Interval:
    """The figures and their intervals over the draws (R,C)."""
    once = np.ones(draws.shape[1], dtype=np.int64)
    return _interval(measure.values(once), np.array([measure.values(draw) for draw in draws]))


def paired_difference(first: Measure, second: Measure, draws: Ints) -> Interval:
    """second - first over the same clips and the same draws (R,C)."""
    once = np.ones(draws.shape[1], dtype=np.int64)
    change = np.array([second.values(draw) - first.values(draw) for draw in draws])
    return _interval(second.values(once) - first.values(once), change)


def _interval(values: Floats, drawn: Floats) -> Interval:
    ends = np.full((2, len(values)), np.nan)
    if len(drawn):
        known = np.isfinite(drawn).mean(0) >= LEAST_KNOWN
        ends[:, known] = np.nanpercentile(drawn[:, known], [2.5, 97.5], axis=0)
    return Interval(values, ends[0], ends[1])


def _cells(clips: Sequence[LabeledClip]) -> list[list[list[int]]]:
    """Rows of the clips by cell and group; a group's cell is the kinds that it holds."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for row, clip in enumerate(clips):
        groups[clip.group].append(row)
    cells: defaultdict[tuple[str, ...], list[list[int]]] = defaultdict(list)
    for rows in groups.values():
        cells[tuple(sorted({clips[row].kind for row in rows}))].append(rows)
    return list(cells.values())
