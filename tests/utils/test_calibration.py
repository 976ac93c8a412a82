"""What stored counts promise: bounds worked out by hand, budgets, refusals."""

import math

import pytest
from pydantic import ValidationError

from utils.calibration import Calibration, ProbabilityMap, wilson_interval
from utils.errors import CheckpointError
from utils.settings import EventSettings


def make_calibration(**changes):
    """Two hours; 0, 4 and 12 false alarms at 0.9, 0.6 and 0.3; 10 crashes."""
    values = {
        "max_false_alarms_per_hour": 2.0,
        "hours": 2.0,
        "drives": 3,
        "thresholds": (0.9, 0.6, 0.3),
        "false_alarms": (0, 4, 12),
        "crashes": 10,
        "crashes_found": (2, 5, 8),
        "events": EventSettings(),
    }
    return Calibration(**(values | changes))


def make_map(**changes):
    values = {"method": "platt", "a": 1.0, "b": 1.0, "c": 0.0, "crashes_per_hour": 4.0}
    counts = {"true_events": 30, "false_events": 30, "ece_before": 0.2, "ece_after": 0.05}
    return ProbabilityMap(**(values | counts | changes))


@pytest.mark.parametrize(
    ("budget", "threshold"), [(0.1, 0.9), (1.9, 0.9), (2.0, 0.6), (5.9, 0.6), (6.0, 0.3), (99, 0.3)]
)
def test_a_budget_gives_the_lowest_threshold_that_keeps_it(budget, threshold):
    assert make_calibration().point(budget).threshold == threshold


def test_a_budget_that_no_threshold_keeps_is_refused_with_what_there_is():
    calibration = make_calibration(false_alarms=(3, 4, 12))
    with pytest.raises(CheckpointError, match=r"at 1 per hour: at 0\.9 there are 1\.5; allow more"):
        calibration.point(1.0)


def test_no_alarm_in_h_hours_supports_three_per_h_hours():
    point = make_calibration().point(0.5)
    assert point.alarms_per_hour == 0
    assert point.alarms_upper_per_hour == pytest.approx(-math.log(0.05) / 2)
    assert point.alarms_upper_per_hour == pytest.approx(3 / 2, rel=0.002)


def test_the_poisson_bound_of_four_alarms_is_that_of_the_tables():
    # upper 95 % one-sided Poisson limit for 4 events: 9.154 (standard tables)
    assert make_calibration().point(2.0).alarms_upper_per_hour == pytest.approx(9.154 / 2, abs=1e-3)


def test_recall_has_its_wilson_interval():
    # 5 of 10: centre 0.5, half width 1.96 / (1 + .38416) * sqrt(.025 + .009604) = 0.2634
    low, high = wilson_interval(5, 10)
    assert (low, high) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson_interval(0, 0) == (0.0, 1.0)
    assert wilson_interval(0, 5)[0] == 0.0


def test_the_promise_is_one_line():
    text = "at most 2 false alarms per hour, expected recall 0.50 [0.24, 0.76] of 10 crashes"
    assert make_calibration().words() == text


def test_too_few_hours_are_said_in_words():
    doubts = make_calibration().doubts()
    assert "4 false alarms in 2.0 h of normal driving, so up to 4.6 per hour" in doubts
    assert "takes at least 1.5 h without a false alarm, more with some" in doubts
    assert make_calibration(hours=40.0).doubts() == ""


def test_without_labelled_crashes_recall_is_unknown():
    calibration = make_calibration(crashes=0, crashes_found=(0, 0, 0))
    assert calibration.point(2.0).recall is None
    assert "recall unknown" in calibration.words()


def test_recall_at_another_threshold_is_never_overstated():
    calibration = make_calibration()
    assert [calibration.found_at(t) for t in (0.95, 0.9, 0.7, 0.6, 0.1)] == [0, 2, 2, 5, 8]


@pytest.mark.parametrize(
    "changes",
    [
        {"thresholds": (0.9, 0.6)},
        {"thresholds": (0.3, 0.6, 0.9)},
        {"false_alarms": (0, 12, 4)},
        {"crashes_found": (2, 5, 11)},
        {"hours": 0.0},
        {"hours": math.nan},
        {"thresholds": ()},
    ],
)
def test_a_curve_that_cannot_be_is_refused(changes):
    with pytest.raises(ValidationError):
        make_calibration(**changes)


def test_platts_map_with_slope_one_is_the_score_itself():
    assert [make_map().probability(s) for s in (0.2, 0.5, 0.9)] == pytest.approx([0.2, 0.5, 0.9])


def test_the_betas_map_is_the_formula():
    # a=2, b=1, c=0.3 at s=.8: z = .3 + 2 ln .8 - ln .2 = 1.46315; sigmoid = .81201
    found = make_map(method="beta", a=2.0, c=0.3).probability(0.8)
    assert found == pytest.approx(0.81201, abs=1e-5)


def test_probabilities_never_fall_with_the_score_and_stay_inside():
    values = [make_map(a=9e3, b=9e3).probability(s) for s in (0.0, 0.2, 0.5, 0.8, 1.0)]
    assert values == sorted(values)
    assert min(values) >= 0
    assert max(values) <= 1
