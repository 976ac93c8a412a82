"""Events at one threshold: what is found, at what cost in false alarms, how early, how exactly.

A found crash is alerted at the first score of its event that reaches the threshold, counted from
when that score is known; its time is the event's peak. Dims: C clips.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Floats, Ints
from utils.errors import AnnotationError
from utils.events import find_events
from utils.metrics.event_table import EARLY_S, LATE_S, clip_events, quiet_s
from utils.metrics.measure import ratio
from utils.metrics.scored_clip import ScoredClip
from utils.report import TriggerEvent
from utils.settings import EventSettings

NAMES = (
    "event_recall",
    "event_precision",
    "false_alarms_per_hour",
    "alerted_before_contact",
    "median_lead_s",
    "median_time_error_s",
    "median_time_offset_s",
)


@dataclass(frozen=True, slots=True)
class OperatingRule:
    """threshold: where an event starts. look_ahead_s: how long after its frame a score is known."""

    threshold: float
    settings: EventSettings
    look_ahead_s: float = 0.0


class EventMeasure:
    """Recall, precision (crashes found of them and the false alarms), alarms, lead and time error.

    Lead and time figures are over the crashes found: lead_s is contact - alert (positive = before),
    an offset is peak - contact, an error its distance from 0.
    """

    names = NAMES

    def __init__(self, clips: Sequence[ScoredClip], rule: OperatingRule) -> None:
        """Raises AnnotationError where no crash clip has the time of its contact."""
        if all(scored.clip.first_event_s is None for scored in clips):
            raise AnnotationError(
                "protocol events: no crash clip has the time of its first contact; choose another "
                "--protocol, or data whose labels have it"
            )
        self.used = [row for row, scored in enumerate(clips) if scored.clip.kind != "near_miss"]
        counts = [clip_events(scored, rule.threshold, rule.settings) for scored in clips]
        self._found, self._alarms = np.array(counts, dtype=np.int64).T
        self._crash = np.array([s.clip.first_event_s is not None for s in clips], dtype=np.int64)
        self._quiet_s = np.array([quiet_s(scored) for scored in clips])
        moments = [_moments(scored, rule) for scored in clips]
        self.leads_s = np.array([np.nan if m is None else m[0] for m in moments])
        self.offsets_s = np.array([np.nan if m is None else m[1] for m in moments])

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        found, alarms = float(weights @ self._found), float(weights @ self._alarms)
        crashes, hours = float(weights @ self._crash), float(weights @ self._quiet_s) / 3600
        drawn = np.repeat(np.arange(len(weights)), weights)
        leads_s, offsets_s = (part[drawn] for part in (self.leads_s, self.offsets_s))
        early = float(np.sum(leads_s > 0))
        return np.array(
            [
                ratio(found, crashes),
                ratio(found, found + alarms),
                ratio(alarms, hours),
                ratio(early, crashes),
                _median(leads_s),
                _median(np.abs(offsets_s)),
                _median(offsets_s),
            ]
        )


def _moments(scored: ScoredClip, rule: OperatingRule) -> tuple[float, float] | None:
    """Lead and time offset of the first event that finds the crash, seconds; None without one."""
    contact_s = scored.clip.first_event_s
    if contact_s is None:
        return None
    for event in find_events(scored.track, rule.threshold, settings=rule.settings):
        if contact_s - EARLY_S <= event.peak_s <= contact_s + LATE_S:
            alert_s = _alert_s(scored, event, rule.threshold) + rule.look_ahead_s
            return contact_s - alert_s, event.peak_s - contact_s
    return None


def _alert_s(scored: ScoredClip, event: TriggerEvent, threshold: float) -> float:
    track = scored.track
    reached = (track.times_s >= event.start_s) & (track.scores >= threshold)
    return float(track.times_s[int(np.argmax(reached))])


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
