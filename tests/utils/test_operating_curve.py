"""Counting over thresholds, on tracks whose events are known by construction."""

from pathlib import Path

import numpy as np

from utils.clip import ScoreTrack
from utils.labeled_clip import LabeledClip
from utils.metrics.scored_clip import ScoredClip
from utils.operating_curve import EventSample, event_samples, measure_curve
from utils.settings import EventSettings

EVENTS = EventSettings(hysteresis=1.0, merge_gap_s=0.5)


def scored(kind, scores, *events_s, group="a"):
    clip = LabeledClip(Path(f"{group}.mp4"), kind, events_s, group)
    times_s = np.arange(len(scores), dtype=np.float64)
    return ScoredClip(clip, ScoreTrack(times_s, np.array(scores), np.arange(len(scores)), "t"))


def spikes(length, *heights):
    scores = [0.1] * length
    for row, height in enumerate(heights):
        scores[10 * (row + 1)] = height
    return scores


NORMAL = scored("normal", spikes(3600, 0.9, 0.7, 0.5))  # one hour with three spikes
CRASH = scored("crash", [0.1] * 10 + [0.8] + [0.1] * 9, 10.0, group="b")
WEAK = scored("crash", [0.1] * 10 + [0.6] + [0.1] * 9, 10.0, group="c")


def test_each_number_of_alarms_has_its_lowest_threshold():
    curve = measure_curve([NORMAL], [CRASH, WEAK], EVENTS)
    assert (curve.hours, curve.crashes) == (1.0, 2)
    counts = dict(zip(curve.false_alarms, curve.crashes_found, strict=True))
    assert counts[0] == 0
    assert counts[1] == 1
    assert counts[2] == 2
    at = dict(zip(curve.false_alarms, curve.thresholds, strict=True))
    assert 0.9 < at[0] < 0.9001
    assert 0.7 < at[1] < 0.7001
    assert 0.5 < at[2] < 0.5001


def test_a_drive_that_becomes_one_event_does_not_look_quiet():
    # below every score the whole hour is one event: the threshold must not be chosen for that
    curve = measure_curve([NORMAL], [CRASH], EVENTS)
    assert list(curve.false_alarms) == sorted(curve.false_alarms)
    within_two = [t for t, n in zip(curve.thresholds, curve.false_alarms, strict=True) if n <= 2]
    assert min(within_two) > 0.5


def test_a_silent_trigger_costs_nothing_and_finds_nothing():
    silent = scored("normal", [0.0] * 100)
    curve = measure_curve([silent], [scored("crash", [0.0] * 20, 10.0)], EVENTS)
    assert curve.false_alarms[0] == 0
    assert curve.crashes_found[0] == 0


def test_scores_of_one_everywhere_leave_no_quiet_threshold():
    curve = measure_curve([scored("normal", spikes(3600, 1.0, 1.0))], [], EVENTS)
    assert min(curve.false_alarms) == 2


def test_events_count_as_crash_alarm_or_nothing():
    scores = [0.1] * 30
    scores[2], scores[10], scores[25] = 0.6, 0.8, 0.9  # an alarm, the crash, the aftermath
    clip = scored("crash", scores, 10.0)
    samples = event_samples([clip, NORMAL], [clip], 0.5, EVENTS)
    assert sorted(samples, key=lambda s: (s.is_crash, s.score)) == [
        EventSample(0.5, False, "a"),
        EventSample(0.6, False, "a"),
        EventSample(0.7, False, "a"),
        EventSample(0.9, False, "a"),
        EventSample(0.8, True, "a"),
    ]
