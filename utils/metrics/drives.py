"""The drives protocol: does the score rise at the crash, and how many alarms does that cost?

Frames: ROC-AUC inside each crash clip, positives [contact - 0.3, contact + 2.0] against all before
contact - 1.0, mean over the clips that have both. Events: a crash is found when an event's peak
lies in [contact - 2, contact + 3]; other events before contact - 2 and on normal clips are false
alarms, counted per hour of that footage. Frames N, clips C.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from utils.clip import Floats
from utils.events import find_events
from utils.labeled_clip import frame_labels
from utils.metrics.scored_clip import ScoredClip
from utils.settings import EventSettings

ALARM_BUDGETS = (10, 20, 40, 60)
EARLY_S, LATE_S = 2.0, 3.0
MAX_THRESHOLDS = 400


@dataclass(frozen=True, slots=True)
class EventCounts:
    """At one threshold: crashes found of all, and false alarms in so many hours."""

    threshold: float
    found: int
    crashes: int
    false_alarms: int
    hours: float

    @property
    def recall(self) -> float:
        """Share of crashes found."""
        return self.found / self.crashes if self.crashes else float("nan")

    @property
    def alarms_per_hour(self) -> float:
        """False alarms per hour of normal and pre-crash footage."""
        return self.false_alarms / self.hours if self.hours else float("nan")


def clip_auc(scored: ScoredClip) -> float | None:
    """ROC-AUC of the frames of one crash clip; None where it lacks positives or negatives."""
    labels = frame_labels(scored.clip, scored.track.times_s)
    if scored.clip.kind != "crash" or not {0, 1} <= set(labels.tolist()):
        return None
    used = labels >= 0
    return float(roc_auc_score(labels[used], scored.track.scores[used]))


def within_clip_auc(clips: Sequence[ScoredClip]) -> Floats:
    """AUC (C,) of the crash clips that have both positives and negatives."""
    found = [auc for auc in map(clip_auc, clips) if auc is not None]
    return np.array(found, dtype=np.float64)


def quiet_hours(clips: Sequence[ScoredClip]) -> float:
    """Hours in which an event is a false alarm."""
    return sum(_quiet_s(scored) for scored in clips) / 3600


def count_events(
    clips: Sequence[ScoredClip], threshold: float, settings: EventSettings
) -> EventCounts:
    """Crashes found and false alarms at one threshold."""
    found, alarms = 0, 0
    for scored in clips:
        events = find_events(scored.track, threshold, settings=settings)
        peaks_s = np.array([event.peak_s for event in events])
        contact_s = scored.clip.first_event_s
        if contact_s is None:
            alarms += len(peaks_s)
            continue
        hit = (peaks_s >= contact_s - EARLY_S) & (peaks_s <= contact_s + LATE_S)
        found += bool(hit.any())
        alarms += int((peaks_s < contact_s - EARLY_S).sum())
    crashes = sum(scored.clip.kind == "crash" for scored in clips)
    return EventCounts(threshold, found, crashes, alarms, quiet_hours(clips))


def recall_at_budgets(
    clips: Sequence[ScoredClip], settings: EventSettings, budgets: Sequence[int] = ALARM_BUDGETS
) -> dict[int, EventCounts]:
    """For each budget of false alarms per hour, the counts with the best recall within it.

    Among equal recalls the highest threshold wins.
    """
    used = [scored for scored in clips if scored.clip.kind != "near_miss"]
    levels = np.unique(np.concatenate([scored.track.scores for scored in used]))
    if len(levels) > MAX_THRESHOLDS:
        levels = np.quantile(levels, np.linspace(0, 1, MAX_THRESHOLDS))
    nothing = count_events(used, float(np.nextafter(levels[-1], 2.0)), settings)
    curve = [count_events(used, float(level), settings) for level in levels]
    best = dict.fromkeys(budgets, nothing)
    for counts in curve:
        for budget in budgets:
            if counts.alarms_per_hour <= budget and counts.recall >= best[budget].recall:
                best[budget] = counts
    return best


def bootstrap_interval(
    values: Floats,
    statistic: Callable[[Floats], float] = lambda x: float(np.mean(x)),
    *,
    rounds: int = 2000,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % interval of a statistic over clips, by resampling clips (C,); NaN where C is 0."""
    if len(values) == 0:
        return float("nan"), float("nan")
    draws = np.random.default_rng(seed).integers(0, len(values), (rounds, len(values)))
    low, high = np.percentile([statistic(values[draw]) for draw in draws], [2.5, 97.5])
    return float(low), float(high)


def summary(clips: Sequence[ScoredClip], settings: EventSettings) -> Mapping[str, float | int]:
    """The protocol's figures under plain names, for metrics.json and tables."""
    aucs = within_clip_auc(clips)
    low, high = bootstrap_interval(aucs)
    best = recall_at_budgets(clips, settings)
    crashes = next(iter(best.values())).crashes
    figures: dict[str, float | int] = {
        "within_clip_auc": float(aucs.mean()) if len(aucs) else float("nan"),
        "within_clip_auc_low": low,
        "within_clip_auc_high": high,
        "clips_with_both": len(aucs),
        "crash_clips": crashes,
        "quiet_hours": quiet_hours([s for s in clips if s.clip.kind != "near_miss"]),
    }
    for budget, counts in best.items():
        figures[f"recall_at_{budget}_per_hour"] = counts.recall
    return figures


def _quiet_s(scored: ScoredClip) -> float:
    times_s, contact_s = scored.track.times_s, scored.clip.first_event_s
    if not len(times_s):
        return 0.0
    length_s = float(times_s[-1] - times_s[0]) + _step_s(times_s)
    return length_s if contact_s is None else max(0.0, min(contact_s - EARLY_S, length_s))


def _step_s(times_s: Floats) -> float:
    return float(np.median(np.diff(times_s))) if len(times_s) > 1 else 0.0
