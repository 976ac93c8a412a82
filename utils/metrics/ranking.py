"""Ranking curves of binary labels: ROC, precision and recall, whole and partial areas.

Scores are sorted once; each weighting of the clips then costs one pass, which makes bootstraps
cheap. Equal scores form one step of the curve. Dims: N scores, C clips, K distinct scores.
"""

from dataclasses import dataclass

import numpy as np

from utils.clip import Floats, Ints

NAN = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Weighted positives and negatives at or above each distinct score, falling: each (K,)."""

    thresholds: Floats
    true_positives: Floats
    false_positives: Floats

    @property
    def has_both(self) -> bool:
        """Whether there are positives and negatives."""
        return bool(
            len(self.thresholds) and self.true_positives[-1] > 0 and self.false_positives[-1] > 0
        )

    def roc(self) -> tuple[Floats, Floats]:
        """False and true positive rates (K+1,), from (0, 0) to (1, 1)."""
        rates = (self.false_positives, self.true_positives)
        fpr, tpr = (np.concatenate([[0.0], counts / counts[-1]]) for counts in rates)
        return fpr, tpr

    def precision_recall(self) -> tuple[Floats, Floats]:
        """Precision and recall (K,), recall rising; precision 1 where nothing is above."""
        above = self.true_positives + self.false_positives
        precision = np.divide(self.true_positives, above, out=np.ones_like(above), where=above > 0)
        return precision, self.true_positives / self.true_positives[-1]

    def auc(self) -> float:
        """Area under the ROC curve; NaN without positives or negatives."""
        if not self.has_both:
            return NAN
        fpr, tpr = self.roc()
        return float(np.trapezoid(tpr, fpr))

    def average_precision(self) -> float:
        """Sum of precision times the step in recall, as scikit-learn has it."""
        if not len(self.thresholds) or self.true_positives[-1] == 0:
            return NAN
        precision, recall = self.precision_recall()
        return float(np.sum(np.diff(recall, prepend=0.0) * precision))

    def partial_area(self, max_fpr: float) -> float:
        """Area under the ROC curve from 0 to max_fpr, interpolated there, divided by max_fpr."""
        if not self.has_both:
            return NAN
        fpr, tpr = self.roc()
        stop = int(np.searchsorted(fpr, max_fpr, side="right"))
        around = slice(stop - 1, stop + 1)
        x = np.append(fpr[:stop], max_fpr)
        y = np.append(tpr[:stop], np.interp(max_fpr, fpr[around], tpr[around]))
        return float(np.trapezoid(y, x)) / max_fpr

    def mcclish_auc(self, max_fpr: float) -> float:
        """The partial area rescaled so that chance is 0.5 and perfect 1 (McClish 1989)."""
        area, chance = self.partial_area(max_fpr), max_fpr / 2
        return 0.5 * (1 + (area - chance) / (1 - chance))


class RankedScores:
    """Scores and labels sorted once, ready to be weighted by clip."""

    def __init__(self, scores: Floats, labels: Ints, owners: Ints) -> None:
        """Scores (N,), labels 0 or 1 (N,) and the clip each belongs to (N,)."""
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        self._ends = np.flatnonzero(np.append(np.diff(ranked) != 0, True)) if len(ranked) else order
        self._thresholds = ranked[self._ends]
        self._positive = labels[order] == 1
        self._owners = owners[order]

    def curve(self, weights: Ints) -> Curve:
        """The curve where clip c counts weights[c] times, (C,)."""
        each = weights[self._owners].astype(np.float64)
        true_positives = np.cumsum(each * self._positive)[self._ends]
        false_positives = np.cumsum(each * ~self._positive)[self._ends]
        return Curve(self._thresholds, true_positives, false_positives)
