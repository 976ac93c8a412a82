"""Which crashes are found, and with how many false alarms, at each of many thresholds.

Events are the product's own (`utils.events`). A crash is found when an event's peak lies in
[contact - 2, contact + 3]; other events before contact - 2 and on normal clips are false alarms.
Counted once per clip, so that any weighting of the clips is one product. Dims: C clips, K
thresholds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Floats, Ints
from utils.events import find_events
from utils.metrics.scored_clip import ScoredClip
from utils.settings import EventSettings

EARLY_S, LATE_S = 2.0, 3.0
MAX_THRESHOLDS = 400


@dataclass(frozen=True, slots=True, eq=False)
class EventTable:
    """thresholds (K,) rising, the last above every score; found and alarms (C,K).

    crash (C,): 1 for a crash clip whose time is known. quiet_s (C,): seconds in which an event is
    a false alarm.
    """

    thresholds: Floats
    found: Floats
    alarms: Floats
    crash: Ints
    quiet_s: Floats

    @property
    def hours(self) -> float:
        """Hours in which an event is a false alarm, over all clips."""
        return float(self.quiet_s.sum()) / 3600

    def recall(self, weights: Ints) -> Floats:
        """Share of crashes found at each threshold (K,); NaN without crashes."""
        crashes = float(weights @ self.crash)
        return weights @ self.found / crashes if crashes else np.full(len(self.thresholds), np.nan)

    def alarms_per_hour(self, weights: Ints) -> Floats:
        """False alarms per hour at each threshold (K,); NaN without quiet footage."""
        hours = float(weights @ self.quiet_s) / 3600
        return weights @ self.alarms / hours if hours else np.full(len(self.thresholds), np.nan)

    def within(self, weights: Ints, budget_per_hour: float) -> int:
        """The threshold's row with the best recall within a budget; the highest of equals."""
        allowed = self.alarms_per_hour(weights) <= budget_per_hour
        recall = np.where(allowed, np.nan_to_num(self.recall(weights)), -1.0)
        best = np.flatnonzero(recall == recall.max())
        return int(best[-1]) if allowed.any() else len(self.thresholds) - 1


def event_table(clips: Sequence[ScoredClip], settings: EventSettings) -> EventTable:
    """The table over all distinct scores, or 400 quantiles of them; near misses count nothing."""
    used = [scored.track.scores for scored in clips if scored.clip.kind != "near_miss"]
    levels = np.unique(np.concatenate([*used, np.empty(0)]))
    if len(levels) > MAX_THRESHOLDS:
        levels = np.quantile(levels, np.linspace(0, 1, MAX_THRESHOLDS))
    top = levels[-1] if len(levels) else 1.0
    thresholds = np.append(levels, np.nextafter(top, 2.0))
    counts = np.array([_counts(scored, thresholds, settings) for scored in clips], dtype=np.float64)
    counts = counts.reshape(len(clips), len(thresholds), 2)
    crash = np.array([scored.clip.first_event_s is not None for scored in clips], dtype=np.int64)
    quiet = np.array([quiet_s(scored) for scored in clips])
    return EventTable(thresholds, counts[:, :, 0], counts[:, :, 1], crash, quiet)


def _counts(scored: ScoredClip, thresholds: Floats, settings: EventSettings) -> Ints:
    """Found and alarms (K,2) of one clip.

    Events change only where a threshold, or what keeps an event going, passes one of the clip's own
    scores; thresholds between two such places are counted once.
    """
    ranked = np.sort(scored.track.scores)
    kept_from = np.minimum(settings.hysteresis * thresholds, thresholds)
    places = np.stack([np.searchsorted(ranked, t) for t in (thresholds, kept_from)], axis=1)
    _, first, same = np.unique(places, axis=0, return_index=True, return_inverse=True)
    counted = [clip_events(scored, float(thresholds[row]), settings) for row in first]
    return np.array(counted, dtype=np.int64)[same.ravel()]


def clip_events(scored: ScoredClip, threshold: float, settings: EventSettings) -> tuple[int, int]:
    """Whether the crash is found (0 or 1), and the false alarms, of one clip at a threshold."""
    if scored.clip.kind == "near_miss":
        return 0, 0
    events = find_events(scored.track, threshold, settings=settings)
    peaks_s = np.array([event.peak_s for event in events])
    contact_s = scored.clip.first_event_s
    if contact_s is None:
        return 0, len(peaks_s) if scored.clip.kind == "normal" else 0
    hit = (peaks_s >= contact_s - EARLY_S) & (peaks_s <= contact_s + LATE_S)
    return int(hit.any()), int((peaks_s < contact_s - EARLY_S).sum())


def quiet_s(scored: ScoredClip) -> float:
    """Seconds of a clip in which an event is a false alarm; 0 for near misses and unknown times."""
    times_s, contact_s = scored.track.times_s, scored.clip.first_event_s
    if not len(times_s) or scored.clip.kind == "near_miss":
        return 0.0
    step_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 0.0
    length_s = float(times_s[-1] - times_s[0]) + step_s
    if contact_s is None:
        return length_s if scored.clip.kind == "normal" else 0.0
    return max(0.0, min(contact_s - EARLY_S, length_s))
