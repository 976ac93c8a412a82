"""Scores to events: threshold, hysteresis, merge gap, minimum length."""

import numpy as np
import pytest

from utils.clip import ScoreTrack
from utils.events import find_events, highest_score
from utils.settings import EventSettings

PLAIN = EventSettings(hysteresis=1.0, merge_gap_s=0.0, min_length_s=0.0)


def track(scores, times=None, horizon_s=0.0):
    scores = np.asarray(scores, dtype=np.float64)
    times = np.arange(len(scores)) * 0.5 if times is None else np.asarray(times, dtype=np.float64)
    return ScoreTrack(times, scores, np.arange(len(scores)) * 15, "fake", horizon_s=horizon_s)


def spans(events):
    return [(e.start_s, e.end_s) for e in events]


def test_a_run_above_the_threshold_is_one_half_open_event():
    events = find_events(track([0, 0.4, 0.95, 0.7, 0]), 0.4, settings=PLAIN)
    assert spans(events) == [(0.5, 2.0)]
    assert (events[0].peak_s, events[0].peak_frame_index, events[0].score) == (1.0, 30, 0.95)


def test_a_score_equal_to_the_threshold_counts():
    assert len(find_events(track([0.5, 0.4]), 0.5, settings=PLAIN)) == 1


def test_threshold_zero_makes_the_whole_track_one_event():
    assert spans(find_events(track([0.0, 0.1, 0.0]), 0.0, settings=PLAIN)) == [(0.0, 1.5)]


def test_hysteresis_widens_an_event_but_starts_none():
    scores = [0.3, 0.35, 0.8, 0.35, 0.1, 0.35, 0.1]
    settings = EventSettings(hysteresis=0.6, merge_gap_s=0.0)
    assert spans(find_events(track(scores), 0.5, settings=settings)) == [(0.0, 2.0)]


def test_events_closer_than_the_merge_gap_become_one():
    scores = [0.9, 0, 0, 0.8, 0, 0, 0, 0, 0.7]
    near = EventSettings(hysteresis=1.0, merge_gap_s=1.5)
    assert spans(find_events(track(scores), 0.5, settings=near)) == [(0.0, 2.0), (4.0, 4.5)]


def test_a_gap_equal_to_the_merge_gap_is_kept_apart():
    scores = [0.9, 0, 0, 0.8]
    exact = EventSettings(hysteresis=1.0, merge_gap_s=1.0)
    assert len(find_events(track(scores), 0.5, settings=exact)) == 2


def test_events_shorter_than_the_minimum_are_dropped():
    settings = EventSettings(hysteresis=1.0, merge_gap_s=0.0, min_length_s=1.0)
    events = find_events(track([0.9, 0, 0.9, 0.9, 0]), 0.5, settings=settings)
    assert spans(events) == [(1.0, 2.0)]


def test_variable_rate_times_are_taken_as_they_are():
    events = find_events(track([0, 0.9, 0, 0], times=[0, 0.1, 2.5, 2.6]), 0.5, settings=PLAIN)
    assert spans(events) == [(0.1, 2.5)]


def test_an_empty_track_and_a_single_score():
    assert find_events(track([]), 0.5, settings=PLAIN) == []
    assert spans(find_events(track([0.9]), 0.5, settings=PLAIN)) == [(0.0, 0.0)]


def test_the_horizon_travels_into_the_event():
    events = find_events(track([0.9], horizon_s=2.0), 0.5, settings=PLAIN, label="risk_imminent")
    assert (events[0].horizon_s, events[0].label) == (2.0, "risk_imminent")


def test_the_peak_is_where_the_rise_to_the_highest_score_passes_half_of_it():
    events = find_events(track([0.2, 0.4, 0.5, 0.9, 0.98, 0.9]), 0.3, settings=PLAIN)
    assert (events[0].peak_s, events[0].score) == (1.0, 0.98)


def test_an_early_bump_that_falls_again_is_not_the_peak():
    events = find_events(track([0.8, 0.6, 0.4, 0.9, 0.95]), 0.3, settings=PLAIN)
    assert events[0].peak_s == 1.5


def test_a_long_plateau_peaks_at_most_two_seconds_before_its_highest_score():
    events = find_events(track([0.9] * 9 + [0.95]), 0.5, settings=PLAIN)
    assert events[0].peak_s == 4.5 - 2.0


def test_highest_score():
    assert highest_score(track([0.1, 0.7, 0.3])) == (0.7, 0.5)


@pytest.mark.parametrize("bad", [[-0.1], [1.1], [float("nan")]])
def test_a_track_refuses_scores_outside_zero_to_one(bad):
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        track(bad)
