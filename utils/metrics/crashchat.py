"""CrashChat's figures of typed answers: yes or no, intervals, first moments of danger.

Formulas are those of its evaluation scripts, with one difference: an answer that is missing or
that cannot be read is wrong here, where the scripts leave it out. Dims: N answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.answers import FreeText, TimePoint, TimeSpan, TypedAnswer, YesNo
from utils.clip import Floats, Ints
from utils.metrics.measure import Measure, ratio
from utils.metrics.ranking import NAN, RankedScores
from utils.metrics.temporal_iou import IOU_NAMES, PreCrash, interval_iou, iou_figures
from utils.metrics.temporal_iou import PreCrashMeasure as PreCrashMeasure

NEVER_S = float("inf")


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer beside its reference; None = there is none that can be read.

    score: the model's probability of yes, where it gave one. accident_s: when the clip's accident
    begins, where the task needs it.
    """

    reference: TypedAnswer
    answer: TypedAnswer | None
    score: float | None = None
    accident_s: float | None = None


class YesNoMeasure:
    """Precision, recall, F1 of yes, accuracy; AUC and AP where the answers have scores.

    No usable answer counts as the opposite of the reference. An answer without a score among
    others with one is ranked as 1 or 0.
    """

    names = ("precision", "recall", "f1", "accuracy", "auc", "ap")

    def __init__(self, judged: Sequence[Judged]) -> None:
        self.used = range(len(judged))
        self._truth = np.array([_is_yes(one.reference) for one in judged], dtype=np.int64)
        said = [not _is_yes(j.reference) if j.answer is None else _is_yes(j.answer) for j in judged]
        self._said = np.array(said, dtype=np.int64)
        self._ranked: RankedScores | None = None
        if any(one.score is not None for one in judged):
            scores = [
                float(s if j.score is None else j.score) for j, s in zip(judged, said, strict=True)
            ]
            rows = np.arange(len(judged))
            self._ranked = RankedScores(np.array(scores), self._truth, rows)

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        right = float(weights @ (self._said & self._truth))
        told, true = float(weights @ self._said), float(weights @ self._truth)
        agreeing = float(weights @ (self._said == self._truth))
        curve = self._ranked.curve(weights) if self._ranked else None
        return np.array(
            [
                ratio(right, told),
                ratio(right, true),
                ratio(2 * right, told + true),
                ratio(agreeing, float(weights.sum())),
                curve.auc() if curve else NAN,
                curve.average_precision() if curve else NAN,
            ]
        )


class SpanMeasure:
    """Mean temporal IoU and the shares at or above 0.3, 0.5 and 0.7, CrashChat's "AP@30/50/70"."""

    names = IOU_NAMES

    def __init__(self, judged: Sequence[Judged]) -> None:
        self.used = range(len(judged))
        self._ious = np.array([_iou(one) for one in judged])

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        return iou_figures(self._ious, weights)


class UsableMeasure:
    """A measure with the share of samples that have no usable answer as one more figure."""

    def __init__(self, measure: Measure, judged: Sequence[Judged]) -> None:
        self._measure = measure
        self.names = (*measure.names, "unusable")
        self.used = measure.used
        self._unusable = np.array([judged[row].answer is None for row in self.used], np.int64)

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        own = weights[list(self.used)]
        share = ratio(float(own @ self._unusable), float(own.sum()))
        return np.append(self._measure.values(weights), share)


def pre_crash_samples(judged: Sequence[Judged]) -> list[PreCrash | None]:
    """The samples of `PreCrashMeasure`; None where the accident's time is not known."""
    return [_pre_crash(one) for one in judged]


def text_pairs(judged: Sequence[Judged]) -> list[tuple[str, str]]:
    """Reference and answer in their text form, empty where there is no answer."""
    return [(_text(one.reference), _text(one.answer)) for one in judged]


def _is_yes(answer: TypedAnswer) -> bool:
    return isinstance(answer, YesNo) and answer.answer


def _text(answer: TypedAnswer | None) -> str:
    return answer.text.strip() if isinstance(answer, FreeText) else ""


def _iou(one: Judged) -> float:
    if not isinstance(one.reference, TimeSpan) or not isinstance(one.answer, TimeSpan):
        return 0.0
    told, said = one.reference, one.answer
    return interval_iou((told.start_s, told.end_s), (said.start_s, said.end_s))


def _pre_crash(one: Judged) -> PreCrash | None:
    if not isinstance(one.reference, TimePoint) or one.accident_s is None:
        return None
    said_s = one.answer.time_s if isinstance(one.answer, TimePoint) else NEVER_S
    return PreCrash(one.reference.time_s, said_s, one.accident_s)
