"""From figures per clip to a verdict: estimates with intervals, and stated limits.

Pure numbers. A figure is worse the larger it is. N clips.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.calibration import wilson_interval
from utils.metrics.drives import bootstrap_interval
from utils.trust_report import Verdict

FEWEST = 5  # clips; below, nothing is said


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval and the number of clips behind it."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}], n = {self.n}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to `warn` a figure passes; beyond `fail` it fails, unless its interval reaches `warn`."""

    warn: float
    fail: float

    def judge(self, found: Estimate) -> Verdict:
        """The verdict; unknown below FEWEST clips."""
        if found.n < FEWEST:
            return "unknown"
        if found.value <= self.warn:
            return "pass"
        return "fail" if found.value > self.fail and found.low > self.warn else "warn"

    def __str__(self) -> str:
        return f"passes up to {self.warn:g}, fails above {self.fail:g}"


def mean_of(values: Sequence[float]) -> Estimate:
    """The mean over clips (N,), with a bootstrap interval."""
    array = np.array(values, dtype=np.float64)
    low, high = bootstrap_interval(array)
    return Estimate(float(array.mean()) if len(array) else float("nan"), low, high, len(array))


def share_of(hits: Sequence[bool]) -> Estimate:
    """The share of clips (N,), with a Wilson interval."""
    low, high = wilson_interval(sum(hits), len(hits))
    return Estimate(sum(hits) / len(hits) if hits else float("nan"), low, high, len(hits))


def worst(found: Sequence[Estimate]) -> Estimate:
    """The largest of those with enough clips; the first where none has."""
    enough = [e for e in found if e.n >= FEWEST]
    return max(enough, key=lambda e: e.value) if enough else found[0]
