"""The drives protocol: does the score rise at the crash, and how many alarms does that cost?

Frames: ROC-AUC inside each crash clip, positives [contact - 0.3, contact + 2.0] against all before
contact - 1.0, mean over the clips that have both. Events: see `utils.metrics.event_table`; recall
at 10, 20, 40 and 60 false alarms per hour. Frames N, clips C.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Floats, Ints
from utils.errors import AnnotationError
from utils.labeled_clip import frame_labels
from utils.metrics.event_table import EARLY_S as EARLY_S
from utils.metrics.event_table import LATE_S as LATE_S
from utils.metrics.event_table import EventTable, clip_events, event_table, quiet_s
from utils.metrics.measure import ratio
from utils.metrics.ranking import RankedScores
from utils.metrics.scored_clip import ScoredClip
from utils.settings import EventSettings

ALARM_BUDGETS = (10, 20, 40, 60)


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
        return ratio(self.found, self.crashes)

    @property
    def alarms_per_hour(self) -> float:
        """False alarms per hour of normal and pre-crash footage."""
        return ratio(self.false_alarms, self.hours)


class DrivesMeasure:
    """The mean AUC inside crash clips, and the recall within each budget of false alarms."""

    names = ("within_clip_auc", *(f"recall_at_{budget}_per_hour" for budget in ALARM_BUDGETS))

    def __init__(self, clips: Sequence[ScoredClip], settings: EventSettings) -> None:
        """Raises AnnotationError where no crash clip has the time of its contact."""
        if all(scored.clip.first_event_s is None for scored in clips):
            raise AnnotationError(
                "protocol drives: no crash clip has the time of its first contact; choose another "
                "--protocol, or data whose labels have it"
            )
        self.used = [row for row, scored in enumerate(clips) if scored.clip.kind != "near_miss"]
        aucs = [clip_auc(scored) for scored in clips]
        self.aucs = np.array([np.nan if auc is None else auc for auc in aucs])
        self.table = event_table(clips, settings)

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        some = np.isfinite(self.aucs)
        mean_auc = ratio(float(weights[some] @ self.aucs[some]), float(weights[some].sum()))
        recall = self.table.recall(weights)
        rows = [self.table.within(weights, budget) for budget in ALARM_BUDGETS]
        return np.array([mean_auc, *recall[rows]])


def clip_auc(scored: ScoredClip) -> float | None:
    """ROC-AUC of the frames of one crash clip; None where it lacks positives or negatives."""
    labels = frame_labels(scored.clip, scored.track.times_s)
    if scored.clip.kind != "crash" or not {0, 1} <= set(labels.tolist()):
        return None
    used = labels >= 0
    alone = np.zeros(int(used.sum()), dtype=np.int64)  # all frames are of clip 0
    ranked = RankedScores(scored.track.scores[used], labels[used], alone)
    return ranked.curve(np.ones(1, dtype=np.int64)).auc()


def within_clip_auc(clips: Sequence[ScoredClip]) -> Floats:
    """AUC (C,) of the crash clips that have both positives and negatives."""
    found = [auc for auc in map(clip_auc, clips) if auc is not None]
    return np.array(found, dtype=np.float64)


def quiet_hours(clips: Sequence[ScoredClip]) -> float:
    """Hours in which an event is a false alarm: normal clips, and crash clips before the crash."""
    return sum(map(quiet_s, clips)) / 3600


def count_events(
    clips: Sequence[ScoredClip], threshold: float, settings: EventSettings
) -> EventCounts:
    """Crashes found and false alarms at one threshold; near misses count nothing."""
    counts = [clip_events(scored, threshold, settings) for scored in clips]
    crashes = sum(scored.clip.first_event_s is not None for scored in clips)
    found, alarms = (sum(part) for part in zip(*counts, strict=True)) if counts else (0, 0)
    return EventCounts(threshold, found, crashes, alarms, quiet_hours(clips))


def recall_at_budgets(
    clips: Sequence[ScoredClip], settings: EventSettings, budgets: Sequence[int] = ALARM_BUDGETS
) -> dict[int, EventCounts]:
    """For each budget of false alarms per hour, the counts with the best recall within it.

    Among equal recalls the highest threshold wins.
    """
    table = event_table(clips, settings)
    once = np.ones(len(clips), dtype=np.int64)
    return {budget: _counts(table, table.within(once, budget)) for budget in budgets}


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
    figures: dict[str, float | int] = {
        "within_clip_auc": float(aucs.mean()) if len(aucs) else float("nan"),
        "within_clip_auc_low": low,
        "within_clip_auc_high": high,
        "clips_with_both": len(aucs),
        "crash_clips": next(iter(best.values())).crashes,
        "quiet_hours": quiet_hours(clips),
    }
    for budget, counts in best.items():
        figures[f"recall_at_{budget}_per_hour"] = counts.recall
    return figures


def _counts(table: EventTable, row: int) -> EventCounts:
    found, alarms = int(table.found[:, row].sum()), int(table.alarms[:, row].sum())
    threshold = float(table.thresholds[row])
    return EventCounts(threshold, found, int(table.crash.sum()), alarms, table.hours)
