"""The drives protocol against figures worked out by hand."""

from pathlib import Path

import numpy as np
import pytest

from utils.clip import ScoreTrack
from utils.labeled_clip import LabeledClip, frame_labels, third_as_validation
from utils.metrics.drives import (
    bootstrap_interval,
    clip_auc,
    count_events,
    quiet_hours,
    recall_at_budgets,
    summary,
    within_clip_auc,
)
from utils.metrics.scored_clip import ScoredClip
from utils.settings import EventSettings

EVENTS = EventSettings(hysteresis=1.0, merge_gap_s=0.5)


def _clip(kind: str, *events_s: float, group: str = "a") -> LabeledClip:
    return LabeledClip(Path(f"{group}.mp4"), kind, events_s, group)


def _scored(clip: LabeledClip, scores: list[float], step_s: float = 1.0) -> ScoredClip:
    times_s = np.arange(len(scores)) * step_s
    return ScoredClip(clip, ScoreTrack(times_s, np.array(scores), np.arange(len(scores)), "t"))


def test_labels_of_a_crash_at_five_seconds() -> None:
    times_s = np.array([0.0, 4.0, 4.01, 4.69, 4.7, 5.0, 7.0, 7.01])
    labels = frame_labels(_clip("crash", 5.0), times_s)
    assert labels.tolist() == [0, 0, -1, -1, 1, 1, 1, -1]


def test_normal_clips_are_negative_and_near_misses_are_left_out_around_the_moment() -> None:
    times_s = np.array([0.0, 4.0, 8.0])
    assert frame_labels(_clip("normal"), times_s).tolist() == [0, 0, 0]
    assert frame_labels(_clip("near_miss", 4.0), times_s).tolist() == [0, -1, 0]


def test_auc_counts_the_pairs_in_order() -> None:
    # quiet: seconds 0..4 (.1 .2 .3 .9 .1), crash: seconds 5..7 (.8 .25 .95), aftermath unused
    scores = [0.1, 0.2, 0.3, 0.9, 0.1, 0.8, 0.25, 0.95, 1.0]
    pairs = (4 + 3 + 5) / 15
    assert clip_auc(_scored(_clip("crash", 5.0), scores)) == pytest.approx(pairs)


def test_a_constant_score_has_an_auc_of_one_half() -> None:
    assert clip_auc(_scored(_clip("crash", 5.0), [0.5] * 9)) == 0.5


def test_clips_without_quiet_frames_have_no_auc() -> None:
    assert clip_auc(_scored(_clip("crash", 0.5), [0.1, 0.9, 0.9])) is None
    assert len(within_clip_auc([_scored(_clip("normal"), [0.1, 0.9])])) == 0


def test_hours_count_normal_footage_and_what_lies_before_the_crash() -> None:
    normal = _scored(_clip("normal"), [0.0] * 10)
    crash = _scored(_clip("crash", 6.0), [0.0] * 9)
    assert quiet_hours([normal, crash]) == pytest.approx((10 + 4) / 3600)


def test_events_near_the_contact_are_found_and_earlier_ones_are_alarms() -> None:
    scores = [0.0, 0.8, 0.0, 0.0, 0.0, 0.0, 0.9, 0.0, 0.0, 0.0, 0.0, 0.9]
    counts = count_events([_scored(_clip("crash", 6.0), scores)], 0.5, EVENTS)
    assert (counts.found, counts.crashes, counts.false_alarms) == (1, 1, 1)


def test_the_budget_decides_the_threshold() -> None:
    crash = _scored(_clip("crash", 6.0), [0.0] * 6 + [0.6] + [0.0] * 3)
    normal = _scored(_clip("normal"), [0.0] * 50 + [0.7] + [0.0] * 49)
    best = recall_at_budgets([crash, normal], EVENTS, (10, 60))
    assert best[10].recall == 0.0
    assert best[10].false_alarms == 0
    assert best[60].recall == 1.0
    assert best[60].threshold == pytest.approx(0.6)


def test_the_interval_of_equal_values_is_a_point() -> None:
    assert bootstrap_interval(np.full(5, 0.8)) == pytest.approx((0.8, 0.8))
    low, high = bootstrap_interval(np.array([0.0, 1.0] * 50))
    assert 0.38 < low < 0.5 < high < 0.62


def test_the_summary_names_every_budget() -> None:
    figures = summary([_scored(_clip("crash", 5.0), [0.1] * 5 + [0.9] * 3)], EVENTS)
    assert figures["within_clip_auc"] == 1.0
    assert figures["recall_at_20_per_hour"] == 1.0


def test_every_third_clip_validates_unless_its_group_lies_on_both_sides() -> None:
    clips = [_clip("normal", group=g) for g in ("a", "b", "c", "d", "e", "a")]
    assert [c.split for c in third_as_validation(clips, range(6))] == [
        "train", "train", "val", "train", "train", "train",
    ]  # fmt: skip
