"""A budget of false alarms: what is counted, drawn and refused."""

import math

import pytest

from tests.utils.test_calibration import make_calibration
from ui.checkpoints import Checkpoint
from ui.evaluate.operating import (
    alarm_curve,
    footage_words,
    largest_budget,
    operating_words,
    precision_curve,
)
from utils.errors import CheckpointError


def checkpoint(**changes):
    return Checkpoint("mine", "/x/mine", 0.5, calibration=make_calibration(**changes))


def points(line):
    return [tuple(map(float, point.split(","))) for point in line.split()]


def test_a_budget_says_threshold_counts_and_intervals():
    words = operating_words(checkpoint(), 2.0)
    assert (words.threshold, words.false_alarms, words.crashes_found) == (0.6, 4, 5)
    assert words.recall == 0.5
    assert words.recall_low < 0.5 < words.recall_high
    assert words.false_alarms_upper_per_hour == pytest.approx(9.15 / 2, abs=0.01)
    assert "too little to promise that" in words.doubts


def test_a_budget_that_the_hours_support_has_no_doubt():
    assert operating_words(checkpoint(), 50.0).doubts == ""


@pytest.mark.parametrize("budget", [0, -1, math.nan, math.inf])
def test_a_budget_that_is_no_rate_is_refused(budget):
    with pytest.raises(CheckpointError, match="above 0"):
        operating_words(checkpoint(), budget)


def test_a_checkpoint_without_a_calibration_says_what_to_do():
    with pytest.raises(CheckpointError, match="Calibrate it on your own normal drives"):
        operating_words(Checkpoint("plain", "/x/plain", 0.3), 5.0)


def test_without_labelled_crashes_the_recall_is_unknown():
    words = operating_words(checkpoint(crashes=0, crashes_found=(0, 0, 0)), 2.0)
    assert words.recall is None
    assert "not known" in footage_words(make_calibration(crashes=0, crashes_found=(0, 0, 0)))


def test_the_curve_of_alarms_steps_from_left_to_right_to_the_edge():
    calibration = make_calibration()
    drawing = alarm_curve(calibration, calibration.point(2.0))
    assert largest_budget(calibration) == 6
    line = points(drawing.line)
    assert line[0] == (0.0, 80.0)
    assert line[-1] == (100.0, pytest.approx(20.0))
    assert [x for x, _ in line] == sorted(x for x, _ in line)
    assert (drawing.x, drawing.y) == (pytest.approx(100 * 2 / 6, abs=0.01), 50.0)
    assert drawing.high < drawing.y < drawing.low
    assert [text for _, text in drawing.ticks] == ["0", "1", "2", "3", "4", "5", "6"]


def test_the_curve_of_precision_goes_through_what_was_counted():
    calibration = make_calibration()
    drawing = precision_curve(calibration, calibration.point(2.0))
    assert points(drawing.line)[0] == (20.0, 0.0)
    assert points(drawing.line)[1] == (50.0, pytest.approx(100 * 4 / 9, abs=0.01))
    assert drawing.y == pytest.approx(100 * 4 / 9)


@pytest.mark.parametrize("counts", [(0, 0, 0), (0, 1, 1), (0, 400, 90_000)])
def test_any_number_of_alarms_has_few_ticks_within_the_axis(counts):
    calibration = make_calibration(false_alarms=counts)
    ticks = alarm_curve(calibration, calibration.point(1e5)).ticks
    assert 2 <= len(ticks) <= 7
    assert all(0 <= x <= 100.01 for x, _ in ticks)
