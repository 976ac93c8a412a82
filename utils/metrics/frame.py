"""Frame-level detection as on DoTA: all frames of all clips in one ranking.

AUC, AP, F1 and accuracy above 0.5 and F1-mean (harmonic mean of both classes' F1) as MOVAD has them
(src/metrics.py); AUC-MCC, the area of the Matthews coefficient over thresholds 0, 0.01 ... 1, as
SimpleTAD has it. A frame is positive inside a labelled interval. Dims: N frames, C clips, L levels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Floats, Ints
from utils.errors import AnnotationError
from utils.labeled_clip import span_labels
from utils.metrics.frame_grid import frame_times, hold
from utils.metrics.ranking import RankedScores
from utils.metrics.scored_clip import ScoredClip

CUT = 0.5  # exclusive, as in MOVAD
MCC_THRESHOLDS = np.arange(0.0, 1.001, 0.01)  # inclusive, as in SimpleTAD
CUT_LEVEL = 51  # right after MCC_THRESHOLDS[50] = 0.5
LEVELS = np.insert(MCC_THRESHOLDS, CUT_LEVEL, np.nextafter(CUT, 1))


class FrameMeasure:
    """Frame figures over the clips with labelled intervals and the normal clips."""

    names = ("frame_auc", "frame_ap", "f1", "f1_mean", "accuracy", "auc_mcc")

    def __init__(self, clips: Sequence[ScoredClip]) -> None:
        """Raises AnnotationError where no clip has labelled intervals."""
        self.used = [row for row, scored in enumerate(clips) if _usable(scored)]
        if not any(clips[row].clip.spans_s for row in self.used):
            raise AnnotationError(
                "protocol dota: no clip has a labelled interval (start and end of the anomaly); "
                "choose another --protocol, or data whose labels have intervals"
            )
        times = [frame_times(clips[row]) for row in self.used]
        pairs = list(zip(self.used, times, strict=True))
        scores = np.concatenate([hold(clips[row].track, t) for row, t in pairs])
        labels = np.concatenate([span_labels(clips[row].clip, t) for row, t in pairs])
        owners = np.repeat(self.used, [len(t) for t in times]).astype(np.int64)
        self.ranked = RankedScores(scores, labels, owners)
        self._positives = _at_least(scores[labels == 1], owners[labels == 1], len(clips))
        self._negatives = _at_least(scores[labels == 0], owners[labels == 0], len(clips))

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        curve = self.ranked.curve(weights)
        counts = _Counts.of(weights @ self._positives, weights @ self._negatives)
        matthews = np.delete(counts.matthews(), CUT_LEVEL)
        cut = _Counts(*(part[CUT_LEVEL] for part in counts.parts()))
        return np.array(
            [
                curve.auc(),
                curve.average_precision(),
                cut.f1(),
                cut.f1_mean(),
                cut.accuracy(),
                float(np.trapezoid(matthews, MCC_THRESHOLDS)),
            ]
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """Frames by label and by whether they reach a level: each (L,)."""

    true_positives: Floats
    false_positives: Floats
    false_negatives: Floats
    true_negatives: Floats

    @classmethod
    def of(cls, positives: Floats, negatives: Floats) -> "_Counts":
        """From the frames that reach each level, (L+1,), the first being all frames."""
        reached_p, reached_n = positives[1:], negatives[1:]
        return cls(reached_p, reached_n, positives[0] - reached_p, negatives[0] - reached_n)

    def parts(self) -> tuple[Floats, Floats, Floats, Floats]:
        """The four counts in the order of the fields."""
        return (
            self.true_positives,
            self.false_positives,
            self.false_negatives,
            self.true_negatives,
        )

    def f1(self) -> float:
        """F1 of the anomalous frames; 0 where there is nothing to count, as scikit-learn has it."""
        return _f1(self.true_positives, self.false_positives, self.false_negatives)

    def f1_mean(self) -> float:
        """Harmonic mean of the F1 of both classes."""
        one = self.f1()
        zero = _f1(self.true_negatives, self.false_negatives, self.false_positives)
        return 2 * one * zero / (one + zero) if one + zero else 0.0

    def accuracy(self) -> float:
        """Share of frames on the right side."""
        right = float(self.true_positives + self.true_negatives)
        return right / float(sum(self.parts()))

    def matthews(self) -> Floats:
        """Matthews correlation (L,), 0 where one row or column of the table is empty."""
        tp, fp, fn, tn = self.parts()
        below = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
        return np.divide(tp * tn - fp * fn, below, out=np.zeros_like(below), where=below > 0)


def _usable(scored: ScoredClip) -> bool:
    labelled = scored.clip.kind == "normal" or bool(scored.clip.spans_s)
    return labelled and len(scored.track) > 0


def _f1(right: Floats, wrong: Floats, missed: Floats) -> float:
    below = float(2 * right + wrong + missed)
    return float(2 * right) / below if below else 0.0


def _at_least(scores: Floats, owners: Ints, clips: int) -> Floats:
    """Frames per clip that reach each level, (C,L+1); column 0 counts all of them."""
    counts = np.zeros((clips, len(LEVELS) + 1))
    np.add.at(counts, (owners, np.searchsorted(LEVELS, scores, side="right")), 1.0)
    return np.cumsum(counts[:, ::-1], axis=1)[:, ::-1]
