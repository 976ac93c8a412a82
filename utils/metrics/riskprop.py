"""Anticipation as in RiskProp and TOP (taa/metrics.py): time to accident at few false frames.

Works on frames at 10 per second. Positives end with the frame of the accident; negatives are the
frames of normal clips. Dims: P positive clips, Q negative clips, N negative frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Floats, Ints
from utils.errors import AnnotationError
from utils.metrics.frame_grid import on_grid
from utils.metrics.ranking import NAN, RankedScores
from utils.metrics.scored_clip import ScoredClip

RATE_FPS = 10.0
MAX_FPR = 0.1
FRAMES = 5  # a clip's score is the highest of five frames
HORIZONS = {"0.5s": 5, "1.0s": 10, "1.5s": 15}  # frames between that and the accident
NAMES = (
    "mtta_at_0.1_s",
    "tta_at_0.01_s",
    "tta_at_0.05_s",
    "tta_at_0.1_s",
    "threshold_at_0.1",
    "mauc_at_0.1",
    "mauc_at_0.1_paper",
    "mauc",
    "map",
    *(f"auc_at_0.1_{horizon}" for horizon in HORIZONS),
    *(f"ap_{horizon}" for horizon in HORIZONS),
)


@dataclass(frozen=True, slots=True, eq=False)
class Approach:
    """A positive clip: scores (T,) up to the accident's frame, and where it could be foreseen."""

    scores: Floats
    abnormal: int


class RiskPropMeasure:
    """Time to accident at false positive rates of frames, and AUC and AP of clips before it."""

    names = NAMES

    def __init__(
        self, approaches: Sequence[Approach | None], normal: Sequence[Floats | None]
    ) -> None:
        """One entry of each per clip: an approach, or the scores (T,) of a normal clip, or neither.

        Raises AnnotationError without positives that are 2 s long, or without negatives.
        """
        reach = FRAMES + max(HORIZONS.values())
        self._positive = [
            (r, a) for r, a in enumerate(approaches) if a is not None and len(a.scores) >= reach
        ]
        self._negative = [(r, s) for r, s in enumerate(normal) if s is not None and len(s)]
        if not self._positive or not self._negative:
            raise AnnotationError(
                "protocol riskprop: crash clips with the time of the accident at 2 s or later and "
                "with the time when it could be foreseen (alert or start of the anomaly), and "
                f"normal clips are needed, not {len(self._positive)} and {len(self._negative)}"
            )
        self.used = sorted(row for row, _ in [*self._positive, *self._negative])
        self._frames = np.concatenate([scores for _, scores in self._negative])
        lengths = [len(scores) for _, scores in self._negative]
        owners = np.repeat([row for row, _ in self._negative], lengths)
        order = np.argsort(-self._frames, kind="stable")
        self._frames, self._owners = self._frames[order], owners[order]
        self._times = _TimesToAccident([a for _, a in self._positive], self._frames)
        self._ranked = [self._rank(before) for before in HORIZONS.values()]

    @classmethod
    def of_clips(cls, clips: Sequence[ScoredClip]) -> "RiskPropMeasure":
        """From tracks, held on frames at 10 per second."""
        return cls([_approach(scored) for scored in clips], [_normal(scored) for scored in clips])

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        reached = np.cumsum(weights[self._owners])
        counts = weights[[row for row, _ in self._positive]]
        if not reached[-1] or not counts.sum():
            return np.full(len(NAMES), np.nan)
        curves = [ranked.curve(weights) for ranked in self._ranked]
        partial = [curve.mcclish_auc(MAX_FPR) for curve in curves]
        precisions = [curve.average_precision() for curve in curves]
        return np.array(
            [
                *self._at_few_alarms(reached, counts),
                np.mean(partial),
                np.mean([curve.partial_area(MAX_FPR) for curve in curves]),
                np.mean([curve.auc() for curve in curves]),
                np.mean(precisions),
                *partial,
                *precisions,
            ]
        )

    def _at_few_alarms(self, reached: Ints, counts: Ints) -> tuple[float, ...]:
        """mTTA up to MAX_FPR, TTA at three rates, and the threshold at MAX_FPR.

        reached (N,): how many negative frames count down to each, the highest first.
        """
        total = int(reached[-1])
        rows = [
            int(np.searchsorted(reached, int(total * rate), side="right"))
            for rate in (0.01, 0.05, MAX_FPR)
        ]
        last = int(total * MAX_FPR)
        mean_s = self._times.down_to(rows[-1]) @ counts / counts.sum()
        each = np.diff(np.minimum(reached[: rows[-1] + 1], last), prepend=0)
        mtta_s = float(each @ mean_s) / last if last else NAN
        return mtta_s, *mean_s[rows].tolist(), float(self._frames[rows[-1]])

    def _rank(self, before: int) -> RankedScores:
        """Positives by five frames that end `before` the accident's, negatives by their last."""
        highest = [a.scores[: len(a.scores) - before][-FRAMES:].max() for _, a in self._positive]
        others = [scores[-FRAMES:].max() for _, scores in self._negative]
        labels = np.repeat([1, 0], [len(highest), len(others)])
        owners = np.array([row for row, _ in [*self._positive, *self._negative]])
        return RankedScores(np.array([*highest, *others]), labels, owners)


class _TimesToAccident:
    """Seconds between the first frame that reaches a level and the accident; 0 if none does.

    Levels fall; a row for each is computed when it is first needed, since only the highest are.
    """

    def __init__(self, approaches: Sequence[Approach], levels: Floats) -> None:
        self._judged = [np.maximum.accumulate(a.scores[a.abnormal :]) for a in approaches]
        self._levels = levels
        self._rows = np.empty((0, len(approaches)))

    def down_to(self, row: int) -> Floats:
        """Seconds (row + 1,P) for the levels up to and with this row."""
        known = len(self._rows)
        if row >= known:
            levels = self._levels[known : max(row + 1, 2 * known)]
            more = [_seconds(judged, levels) for judged in self._judged]
            self._rows = np.concatenate([self._rows, np.array(more).T])
        return self._rows[: row + 1]


def _seconds(judged: Floats, levels: Floats) -> Floats:
    first = np.searchsorted(judged, levels, side="left")
    return np.where(first < len(judged), len(judged) - 1 - first, 0) / RATE_FPS


def _approach(scored: ScoredClip) -> Approach | None:
    clip = scored.clip
    foreseen_s = clip.alert_s if clip.alert_s is not None else _anomaly_start(scored)
    if clip.first_event_s is None or foreseen_s is None or not len(scored.track):
        return None
    accident = round(clip.first_event_s * RATE_FPS)
    scores = on_grid(scored.track, RATE_FPS)[: accident + 1]
    return Approach(scores, min(round(foreseen_s * RATE_FPS), len(scores) - 1))


def _anomaly_start(scored: ScoredClip) -> float | None:
    spans_s = scored.clip.spans_s
    return spans_s[0][0] if spans_s else None


def _normal(scored: ScoredClip) -> Floats | None:
    usable = scored.clip.kind == "normal" and len(scored.track) > 0
    return on_grid(scored.track, RATE_FPS) if usable else None
