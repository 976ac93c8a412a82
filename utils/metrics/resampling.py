"""Bootstrap over clips: 95 % intervals of figures and of paired differences.

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


@dataclass(frozen=True, slots=True, eq=False)
class DrawnFigures:
    """A measure's figures over all clips (M,) and over each draw (R,M)."""

    values: Floats
    each: Floats

    def interval(self) -> Interval:
        """The figures and their intervals; no interval where most draws give no number."""
        ends = np.full((2, len(self.values)), np.nan)
        known = np.isfinite(self.each).mean(0) >= LEAST_KNOWN
        if known.any():
            ends[:, known] = np.nanpercentile(self.each[:, known], [2.5, 97.5], axis=0)
        return Interval(self.values, ends[0], ends[1])

    def minus(self, other: "DrawnFigures") -> "DrawnFigures":
        """The paired difference: of the same figures over the same clips and draws."""
        return DrawnFigures(self.values - other.values, self.each - other.each)


def draw_weights(clips: Sequence[LabeledClip], *, rounds: int = ROUNDS, seed: int = 0) -> Ints:
    """How often each clip counts in each draw, (R,C)."""
    generator = np.random.default_rng(seed)
    weights = np.zeros((rounds, len(clips)), dtype=np.int64)
    for members in _cells(clips):
        drawn = generator.integers(0, len(members), (rounds, len(members)))
        for number, rows in enumerate(members):
            weights[:, rows] = (drawn == number).sum(1)[:, None]
    return weights


def draw_figures(measure: Measure, draws: Ints, member: Ints | None = None) -> DrawnFigures:
    """The figures over the draws (R,C); with member (C,) 0 or 1, over those clips only."""
    counted = np.ones(draws.shape[1], dtype=np.int64) if member is None else member
    each = [measure.values(draw * counted) for draw in draws]
    return DrawnFigures(measure.values(counted), np.array(each).reshape(len(draws), -1))


def _cells(clips: Sequence[LabeledClip]) -> list[list[list[int]]]:
    """Rows of the clips by cell and group; a group's cell is the kinds that it holds."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for row, clip in enumerate(clips):
        groups[clip.group].append(row)
    cells: defaultdict[tuple[str, ...], list[list[int]]] = defaultdict(list)
    for rows in groups.values():
        cells[tuple(sorted({clips[row].kind for row in rows}))].append(rows)
    return list(cells.values())
