"""What a protocol hands back: named figures that can be computed again for any weighting of clips.

Bootstrap intervals, paired differences and slices need nothing else, so they know no protocol.
Dims: C clips, M figures.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from utils.clip import Floats, Ints


class Measure(Protocol):
    """A protocol over a fixed list of clips."""

    @property
    def names(self) -> tuple[str, ...]:
        """The M figures; a suffix gives the unit (`_s`, `_per_hour`), else they are shares."""

    @property
    def used(self) -> Sequence[int]:
        """Rows of the clips that the figures depend on."""

    def values(self, weights: Ints) -> Floats:
        """Figures (M,) where clip c counts weights[c] times, (C,); NaN = nothing to say."""


def plain_values(measure: Measure, count: int) -> Floats:
    """The figures (M,) over `count` clips, each counted once."""
    return measure.values(np.ones(count, dtype=np.int64))


def ratio(above: float, below: float) -> float:
    """above / below; NaN where there is nothing below."""
    return above / below if below else float("nan")
