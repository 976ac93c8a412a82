"""Moments of two analyses: the same by time, only one side's, inside a longer one."""

import pytest

from tests.report_factory import make_event
from utils.event_matching import EventMatch, group_moments, match_events


def events(*peaks_s):
    return [make_event(peak_s) for peak_s in peaks_s]


def test_peaks_within_two_seconds_are_one_moment():
    assert match_events(events(10.0), events(11.9)) == [EventMatch(1, 1)]


def test_peaks_further_apart_are_two_moments_in_order_of_time():
    assert match_events(events(20.0), events(10.0)) == [EventMatch(None, 1), EventMatch(1, None)]


def test_the_closest_peaks_are_matched_and_each_only_once():
    found = match_events(events(10.0, 11.5), events(11.4))
    assert found == [EventMatch(1, None, inside=1), EventMatch(2, 1)]


def test_long_events_that_hold_each_others_peaks_are_one_moment():
    a = make_event(30.0, start_s=10.0, end_s=60.0)
    b = make_event(50.0, start_s=20.0, end_s=55.0)
    assert match_events([a], [b]) == [EventMatch(1, 1)]


def test_a_short_event_inside_a_longer_one_is_not_its_match_but_says_where_it_lies():
    long = make_event(12.0, start_s=10.0, end_s=40.0)
    found = match_events([long], events(11.0, 30.0))
    assert found == [EventMatch(1, 1), EventMatch(None, 2, inside=1)]


@pytest.mark.parametrize("swap", [False, True])
def test_the_sides_do_not_matter(swap):
    a, b = events(5.0, 20.0, 41.0), events(6.0, 40.5, 90.0)
    found = match_events(*((b, a) if swap else (a, b)))
    pairs = {(m.b, m.a) if swap else (m.a, m.b) for m in found}
    assert pairs == {(1, 1), (2, None), (3, 2), (None, 3)}


def test_without_events_there_is_no_moment():
    assert match_events([], []) == []


def test_events_of_several_analyses_are_one_moment_only_where_each_fits_all_others():
    """10 and 13 are not one moment, though 11.5 is near both; it goes to the nearer."""
    assert group_moments(events(10.0, 11.6, 13.0), ["a", "b", "c"]) == [[0], [1, 2]]


def test_events_of_one_analysis_are_never_one_moment():
    assert group_moments(events(10.0, 10.5, 10.4), ["a", "a", "b"]) == [[0], [1, 2]]
