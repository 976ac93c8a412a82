"""Whether a score can be read as a probability: ECE, Brier score, negative log likelihood.

ECE is the mean distance between what a bin of scores promises and what it holds, weighted by the
bins' sizes, with 15 bins of equal width or of equal size (equal scores stay together). Dims: N
samples, C clips, B bins.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Floats, Ints
from utils.errors import AnnotationError
from utils.labeled_clip import frame_labels
from utils.metrics.ranking import RankedScores
from utils.metrics.scored_clip import ScoredClip

BINS = 15
SMALLEST = 1e-7  # a score of exactly 0 or 1 that is wrong would cost infinitely much


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Filled bins of scores: mean score, share of positives and samples in each, (B,)."""

    mean_score: Floats
    positive_share: Floats
    counts: Floats

    @property
    def error(self) -> float:
        """The expected calibration error; NaN without samples."""
        total = float(self.counts.sum())
        gap = np.abs(self.mean_score - self.positive_share)
        return float(gap @ self.counts) / total if total else float("nan")


def equal_width_edges(bins: int = BINS) -> Floats:
    """Inner edges (B-1,) of bins of equal width; a score on an edge belongs to the bin above."""
    return np.linspace(0, 1, bins + 1)[1:-1]


def equal_mass_edges(scores: Floats, bins: int = BINS) -> Floats:
    """Inner edges (at most B-1,) of bins of equal size over scores (N,)."""
    if not len(scores):
        return np.empty(0)
    return np.unique(np.quantile(scores, np.linspace(0, 1, bins + 1)[1:-1], method="higher"))


def reliability(
    scores: Floats, labels: Ints, edges: Floats, weights: Ints | None = None
) -> Reliability:
    """What each bin promises and holds. scores (N,), labels 0 or 1 (N,), weights (N,)."""
    each = np.ones(len(scores)) if weights is None else weights.astype(np.float64)
    rows = np.searchsorted(edges, scores, side="right")
    counts, promised, held = (
        np.bincount(rows, part, minlength=len(edges) + 1).astype(np.float64)
        for part in (each, each * scores, each * labels)
    )
    full = counts > 0
    return Reliability(promised[full] / counts[full], held[full] / counts[full], counts[full])


def brier_score(scores: Floats, labels: Ints, weights: Ints | None = None) -> float:
    """Mean squared distance of score and label."""
    return _mean((scores - labels) ** 2, weights)


def negative_log_likelihood(scores: Floats, labels: Ints, weights: Ints | None = None) -> float:
    """Mean of -log(score of what happened), natural logarithm."""
    happened = np.where(labels == 1, scores, 1 - scores)
    return _mean(-np.log(np.clip(happened, SMALLEST, None)), weights)


class CalibrationMeasure:
    """Calibration of frames: 1 around a contact, 0 in quiet driving, the rest is left out."""

    names = ("ece_equal_mass", "ece_equal_width", "brier", "nll", "positive_share")

    def __init__(self, clips: Sequence[ScoredClip]) -> None:
        """Raises AnnotationError where frames of one label are missing."""
        labels = [frame_labels(scored.clip, scored.track.times_s) for scored in clips]
        kept = [label >= 0 for label in labels]
        self.used = [row for row, some in enumerate(kept) if some.any()]
        self.scores = np.concatenate(
            [scored.track.scores[k] for scored, k in zip(clips, kept, strict=True)]
        )
        self.labels = np.concatenate([label[k] for label, k in zip(labels, kept, strict=True)])
        self._owners = np.repeat(np.arange(len(clips)), [int(k.sum()) for k in kept])
        if len(set(self.labels.tolist())) < 2:
            raise AnnotationError(
                "protocol calibration: frames of crashes (with the time of the contact) and of "
                "quiet driving are needed; choose another --protocol, or other data"
            )
        self.ranked = RankedScores(self.scores, self.labels, self._owners)
        self._edges = equal_mass_edges(self.scores)

    def table(self) -> Reliability:
        """The reliability table over bins of equal size."""
        return reliability(self.scores, self.labels, self._edges)

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        each = weights[self._owners]
        return np.array(
            [
                reliability(self.scores, self.labels, self._edges, each).error,
                reliability(self.scores, self.labels, equal_width_edges(), each).error,
                brier_score(self.scores, self.labels, each),
                negative_log_likelihood(self.scores, self.labels, each),
                _mean(self.labels, each),
            ]
        )


def _mean(values: Floats | Ints, weights: Ints | None) -> float:
    if weights is None:
        return float(np.mean(values)) if len(values) else float("nan")
    total = float(weights.sum())
    return float(weights @ values) / total if total else float("nan")
