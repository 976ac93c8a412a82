"""Temporal IoU of a predicted interval, and CrashChat's score of a predicted pre-crash moment.

"AP@t" of CrashChat is the share of samples whose IoU reaches t (0.3, 0.5, 0.7). Its pre-crash IoU
compares times to accident: TTA = accident - moment. Times are seconds. Dims: N samples, C clips.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Floats, Ints
from utils.errors import AnnotationError
from utils.events import find_events
from utils.metrics.measure import ratio
from utils.metrics.scored_clip import ScoredClip
from utils.report import TriggerEvent
from utils.settings import EventSettings

SHARES = (0.3, 0.5, 0.7)
EARLY_TOLERANCE_S = 0.5
IOU_NAMES = ("miou", *(f"iou_share_{share}" for share in SHARES))
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PreCrash:
    """Labelled and predicted moment of the first danger sign, and the accident, seconds.

    A moment that was not predicted at all is infinity, which counts as after the accident.
    """

    labelled_s: float
    predicted_s: float
    accident_s: float

    @property
    def labelled_tta_s(self) -> float:
        """Time from the labelled moment to the accident."""
        return self.accident_s - self.labelled_s

    @property
    def predicted_tta_s(self) -> float:
        """Time from the predicted moment to the accident, 0 after it."""
        return max(self.accident_s - self.predicted_s, 0.0)

    @property
    def iou(self) -> float:
        """0 at or after the accident or more than 0.5 s too early; 1 up to 0.5 s early."""
        if self.predicted_s >= self.accident_s:
            return 0.0
        if self.predicted_s < self.labelled_s:
            return float(self.predicted_s >= self.labelled_s - EARLY_TOLERANCE_S)
        ordered = sorted((self.labelled_tta_s, self.predicted_tta_s))
        return ordered[0] / ordered[1]


def interval_iou(first: Span, second: Span) -> float:
    """Overlap over union of two intervals [start, end), seconds; 0 where they do not meet."""
    overlap_s = min(first[1], second[1]) - max(first[0], second[0])
    union_s = (first[1] - first[0]) + (second[1] - second[0]) - overlap_s
    return overlap_s / union_s if overlap_s > 0 else 0.0


class IntervalMeasure:
    """mIoU and share of clips whose best event overlaps the labelled interval by so much."""

    names = IOU_NAMES

    def __init__(
        self, clips: Sequence[ScoredClip], threshold: float, settings: EventSettings
    ) -> None:
        """Raises AnnotationError where no clip has a labelled interval."""
        self.used = [row for row, scored in enumerate(clips) if scored.clip.spans_s]
        if not self.used:
            raise AnnotationError(
                "protocol intervals: no clip has a labelled interval (start and end of the crash); "
                "choose another --protocol, or data whose labels have intervals"
            )
        events = [_highest_event(clips[row], threshold, settings) for row in self.used]
        labelled = [clips[row].clip.spans_s[0] for row in self.used]
        self._ious = np.array(
            [
                0.0 if event is None else interval_iou((event.start_s, event.end_s), span)
                for event, span in zip(events, labelled, strict=True)
            ]
        )

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        return iou_figures(self._ious, weights[self.used])


class PreCrashMeasure:
    """CrashChat's pre-crash figures: IoU, times to accident, and their mean absolute error.

    The prediction of a track is the first event's start; clips whose labelled moment is not before
    the accident are left out, as in the published code.
    """

    names = (*IOU_NAMES, "mtta_labelled_s", "mtta_predicted_s", "tta_mae_s")

    def __init__(self, samples: Sequence[PreCrash | None]) -> None:
        """One entry per clip, None where it has no such label. Raises AnnotationError."""
        valid = [s is not None and s.labelled_tta_s > 0 for s in samples]
        self.used = [row for row, use in enumerate(valid) if use]
        if not self.used:
            raise AnnotationError(
                "protocol precrash: no crash clip has both the time when it could be foreseen "
                "(alert) and the time of the accident after it; choose another --protocol"
            )
        kept = [s for s, use in zip(samples, valid, strict=True) if s is not None and use]
        self._ious = np.array([s.iou for s in kept])
        self._labelled_s = np.array([s.labelled_tta_s for s in kept])
        self._predicted_s = np.array([s.predicted_tta_s for s in kept])

    @classmethod
    def of_clips(
        cls, clips: Sequence[ScoredClip], threshold: float, settings: EventSettings
    ) -> "PreCrashMeasure":
        """From tracks: the start of the first event at the threshold."""
        return cls([_pre_crash(scored, threshold, settings) for scored in clips])

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        own = weights[self.used]
        total = float(own.sum())
        errors_s = np.abs(self._predicted_s - self._labelled_s)
        times = [ratio(float(own @ t), total) for t in (self._labelled_s, self._predicted_s)]
        return np.array(
            [*iou_figures(self._ious, own), *times, ratio(float(own @ errors_s), total)]
        )


def iou_figures(ious: Floats, weights: Ints) -> Floats:
    """Mean IoU and the share at or above 0.3, 0.5 and 0.7, (4,), over samples (N,)."""
    total = float(weights.sum())
    shares = [ratio(float(weights @ (ious >= share)), total) for share in SHARES]
    return np.array([ratio(float(weights @ ious), total), *shares])


def _highest_event(
    scored: ScoredClip, threshold: float, settings: EventSettings
) -> TriggerEvent | None:
    events = find_events(scored.track, threshold, settings=settings)
    return max(events, key=lambda event: event.score, default=None)


def _pre_crash(scored: ScoredClip, threshold: float, settings: EventSettings) -> PreCrash | None:
    clip = scored.clip
    if clip.alert_s is None or clip.first_event_s is None:
        return None
    events = find_events(scored.track, threshold, settings=settings)
    predicted_s = events[0].start_s if events else float("inf")
    return PreCrash(clip.alert_s, predicted_s, clip.first_event_s)
