"""Clip-level crash or not: a clip's score is the highest of its track; near misses are left out.

AUC and AP need no threshold; precision, recall, F1 and accuracy take one that was chosen on other
clips (`best_f1_threshold` on the validation split) or that belongs to the checkpoint. C clips.
"""

from collections.abc import Sequence

import numpy as np

from utils.clip import Floats, Ints
from utils.errors import AnnotationError
from utils.metrics.measure import ratio
from utils.metrics.ranking import NAN, RankedScores
from utils.metrics.scored_clip import ScoredClip

NAMES = ("clip_auc", "clip_ap", "precision", "recall", "f1", "accuracy")


class ClipMeasure:
    """Ranking of clips, and the four figures at one threshold (inclusive)."""

    names = NAMES

    def __init__(self, clips: Sequence[ScoredClip], threshold: float | None) -> None:
        """Without a threshold the four figures at it are unknown.

        Raises AnnotationError without both crash and normal clips.
        """
        self.used = [row for row, scored in enumerate(clips) if _usable(scored)]
        self._rows = np.array(self.used, dtype=np.int64)
        self._scores, self._labels = clip_scores([clips[row] for row in self.used])
        if len(set(self._labels.tolist())) < 2:
            raise AnnotationError(
                "protocol clip: both crash clips and normal clips are needed, not "
                f"{int(self._labels.sum())} and {int((1 - self._labels).sum())}"
            )
        self.ranked = RankedScores(self._scores, self._labels, self._rows)
        self._threshold = threshold

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        curve = self.ranked.curve(weights)
        own = weights[self._rows]
        return np.array([curve.auc(), curve.average_precision(), *self._at_threshold(own)])

    def _at_threshold(self, own: Ints) -> tuple[float, float, float, float]:
        if self._threshold is None:
            return NAN, NAN, NAN, NAN
        above = self._scores >= self._threshold
        right, alarms = float(own @ (above & (self._labels == 1))), float(own @ above)
        crashes = float(own @ self._labels)
        agreeing = float(own @ (above == (self._labels == 1)))
        return (
            ratio(right, alarms),
            ratio(right, crashes),
            ratio(2 * right, alarms + crashes),
            ratio(agreeing, float(own.sum())),
        )


def clip_scores(clips: Sequence[ScoredClip]) -> tuple[Floats, Ints]:
    """The highest score (C,) and the label (C,), 1 = crash, of the crash and normal clips."""
    kept = [scored for scored in clips if _usable(scored)]
    scores = np.array([float(scored.track.scores.max()) for scored in kept])
    return scores, np.array([scored.clip.kind == "crash" for scored in kept], dtype=np.int64)


def best_f1_threshold(scores: Floats, labels: Ints) -> float:
    """The score with the best F1 as a threshold; the highest of equals. Raises on no positive."""
    if not labels.any():
        raise ValueError("a threshold needs positives")
    curve = RankedScores(scores, labels, np.zeros(len(scores), np.int64)).curve(
        np.ones(1, np.int64)
    )
    above = curve.true_positives + curve.false_positives
    f1 = 2 * curve.true_positives / (above + curve.true_positives[-1])
    return float(curve.thresholds[int(np.argmax(f1))])


def _usable(scored: ScoredClip) -> bool:
    return scored.clip.kind != "near_miss" and len(scored.track) > 0
