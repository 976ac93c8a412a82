"""What a checkpoint's scores mean in the user's words: false alarms per hour, recall, probability.

The records that are stored with a checkpoint and what follows from them by counting. How they are
measured is in `utils.operating_curve`; nothing here reads video or weights. K points of a curve.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator
from scipy.special import gammaincinv

from utils.errors import CheckpointError
from utils.settings import EventSettings, Fraction01, Section

Count = Annotated[int, Field(ge=0)]
CONFIDENCE = 0.95
TWO_SIDED_Z = 1.96
EDGE = 1e-4  # scores of 0 and 1 have no log odds
MAX_POINTS = 400


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What one threshold costs and finds: false alarms in so many hours, crashes found of all."""

    threshold: float
    false_alarms: int
    hours: float
    found: int
    crashes: int

    @property
    def alarms_per_hour(self) -> float:
        """False alarms per hour of normal driving, as counted."""
        return self.false_alarms / self.hours

    @property
    def alarms_upper_per_hour(self) -> float:
        """What the true rate stays below with 95 % confidence."""
        return upper_rate_per_hour(self.false_alarms, self.hours)

    @property
    def recall(self) -> float | None:
        """Share of the labelled crashes that were found; None without labelled crashes."""
        return self.found / self.crashes if self.crashes else None

    @property
    def recall_interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the recall; (0, 1) without labelled crashes."""
        return wilson_interval(self.found, self.crashes)

    def recall_words(self) -> str:
        """`expected recall 0.45 [0.21, 0.72] of 11 crashes`, or that it is not known."""
        if self.recall is None:
            return "recall unknown: no labelled crash was given"
        low, high = self.recall_interval
        return (
            f"expected recall {self.recall:.2f} [{low:.2f}, {high:.2f}] of {self.crashes} crashes"
        )

    def alarm_words(self) -> str:
        """How many false alarms were seen in how many hours, and what that can support."""
        alarms = "alarm" if self.false_alarms == 1 else "alarms"
        return (
            f"{self.false_alarms} false {alarms} in {hours_words(self.hours)} of normal driving, "
            f"so up to {self.alarms_upper_per_hour:.1f} per hour are possible (95 %)"
        )


class ProbabilityMap(Section):
    """An event's score s to a probability: 1 / (1 + exp(-(c + a ln s - b ln(1 - s)))).

    Beta calibration (Kull, Silva Filho, Flach 2017); with a = b it is Platt's, on the log odds.
    It holds for footage with `crashes_per_hour` crashes; rarer crashes make every event less
    likely to be one.
    """

    method: Literal["platt", "beta"]
    a: float = Field(ge=0, le=1e4)
    b: float = Field(ge=0, le=1e4)
    c: float = Field(ge=-1e4, le=1e4)
    crashes_per_hour: float = Field(gt=0, description="in the footage it speaks of")
    true_events: Count = Field(description="events that were crashes, in fitting")
    false_events: Count = Field(description="events that were none, in fitting")
    ece_before: Fraction01 = Field(description="expected calibration error of the plain score")
    ece_after: Fraction01 = Field(description="the same of the probability, cross-validated")

    def probability(self, score: float) -> float:
        """The probability, in [0, 1], that an event of this score is a crash."""
        s = min(max(score, EDGE), 1 - EDGE)
        z = self.c + self.a * math.log(s) - self.b * math.log1p(-s)
        return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


class Calibration(Section):
    """How many false alarms and crashes each threshold gave, and the budget that was chosen.

    The K points go from the highest threshold to the lowest, and the false alarms rise with them:
    each point counts the most alarms of any threshold at or above its own.
    """

    max_false_alarms_per_hour: float = Field(gt=0, description="the budget that was chosen")
    hours: float = Field(gt=0, description="normal driving that was scored")
    drives: Count = Field(description="normal drives that were scored")
    thresholds: tuple[Fraction01, ...] = Field(min_length=1, max_length=MAX_POINTS)
    false_alarms: tuple[Count, ...]
    crashes: Count = Field(0, description="labelled crash clips; 0 = recall unknown")
    crashes_found: tuple[Count, ...]
    crash_clips: str = Field("", description="where the labelled crash clips are from")
    events: EventSettings = Field(description="the rule that makes events of scores")
    probability: ProbabilityMap | None = None
    probability_note: str = Field("", description="why there is a probability or none")

    @model_validator(mode="after")
    def _one_curve(self) -> "Calibration":
        lengths = {len(self.thresholds), len(self.false_alarms), len(self.crashes_found)}
        if len(lengths) > 1:
            raise ValueError("thresholds, false_alarms and crashes_found differ in length")
        if any(a <= b for a, b in pairwise(self.thresholds)):
            raise ValueError("thresholds must fall")
        if any(a > b for a, b in pairwise(self.false_alarms)):
            raise ValueError("false_alarms must not fall")
        if max(self.crashes_found) > self.crashes:
            raise ValueError("more crashes found than there are")
        return self

    def point(self, max_alarms_per_hour: float) -> OperatingPoint:
        """The lowest threshold within a budget of false alarms per hour. Raises CheckpointError."""
        fitting = [
            row
            for row, alarms in enumerate(self.false_alarms)
            if alarms <= max_alarms_per_hour * self.hours
        ]
        if not fitting:
            raise CheckpointError(
                f"no threshold keeps the false alarms at {max_alarms_per_hour:g} per hour: at "
                f"{self.thresholds[0]:g} there are {self.false_alarms[0] / self.hours:.1f}; "
                "allow more, or train on drives like these"
            )
        row = fitting[-1]
        return OperatingPoint(
            threshold=self.thresholds[row],
            false_alarms=self.false_alarms[row],
            hours=self.hours,
            found=self.crashes_found[row],
            crashes=self.crashes,
        )

    def found_at(self, threshold: float) -> int:
        """Crashes found at the lowest measured threshold at or above this one; at least so many."""
        above = [
            n for t, n in zip(self.thresholds, self.crashes_found, strict=True) if t >= threshold
        ]
        return above[-1] if above else 0

    def words(self, max_alarms_per_hour: float | None = None) -> str:
        """The promise in one line, for a budget or for the one that was chosen.

        Raises CheckpointError where no threshold keeps the budget.
        """
        budget = max_alarms_per_hour or self.max_false_alarms_per_hour
        point = self.point(budget)
        return f"at most {budget:g} false alarms per hour, {point.recall_words()}"

    def doubts(self, max_alarms_per_hour: float | None = None) -> str:
        """Why the promise may not hold: too few hours for the budget. Empty where they suffice."""
        budget = max_alarms_per_hour or self.max_false_alarms_per_hour
        point = self.point(budget)
        if point.alarms_upper_per_hour <= budget:
            return ""
        needed_h = float(gammaincinv(1, CONFIDENCE)) / budget
        return (
            f"too little to promise that: {point.alarm_words()}; a promise takes at least "
            f"{hours_words(needed_h)} without a false alarm, more with some: run calibrate.py on "
            "your own normal drives"
        )


def wilson_interval(hits: int, tries: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); (0, 1) where nothing was tried."""
    if tries == 0:
        return 0.0, 1.0
    share, z2 = hits / tries, TWO_SIDED_Z**2
    middle = (share + z2 / (2 * tries)) / (1 + z2 / tries)
    half = TWO_SIDED_Z / (1 + z2 / tries)
    half *= math.sqrt(share * (1 - share) / tries + z2 / (4 * tries**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def upper_rate_per_hour(count: int, hours: float) -> float:
    """What the true rate stays below with 95 % confidence: exact Poisson bound.

    With no alarm in h hours that is 3 / h, the rule of three.
    """
    return float(gammaincinv(count + 1, CONFIDENCE)) / hours


def hours_words(hours: float) -> str:
    """`3.1 h`, or `4.2 min` below one hour."""
    return f"{hours:.1f} h" if hours >= 1 else f"{hours * 60:.1f} min"
