"""Overlap of intervals, and every branch of CrashChat's pre-crash score, by hand."""

import numpy as np
import pytest

from tests.scored_clips import figures, scored_clip
from utils.errors import AnnotationError
from utils.metrics.temporal_iou import (
    IntervalMeasure,
    PreCrash,
    PreCrashMeasure,
    interval_iou,
)
from utils.settings import EventSettings

SETTINGS = EventSettings(hysteresis=1.0, merge_gap_s=0.5)


@pytest.mark.parametrize(
    ("first", "second", "iou"),
    [
        ((0, 4), (0, 4), 1.0),
        ((0, 4), (2, 6), 2 / 6),
        ((0, 4), (1, 2), 1 / 4),
        ((0, 4), (4, 6), 0.0),
        ((0, 1), (5, 6), 0.0),
        ((2, 2), (2, 2), 0.0),
    ],
)
def test_overlap_over_union(
    first: tuple[float, float], second: tuple[float, float], iou: float
) -> None:
    assert interval_iou(first, second) == pytest.approx(iou)
    assert interval_iou(second, first) == pytest.approx(iou)


@pytest.mark.parametrize(
    ("predicted_s", "iou"),
    [
        (10.0, 0.0),  # at the accident
        (11.0, 0.0),  # after it
        (float("inf"), 0.0),  # never
        (5.4, 0.0),  # 0.6 s too early
        (5.5, 1.0),  # just early enough
        (5.9, 1.0),
        (6.0, 1.0),  # exactly
        (8.0, 2 / 4),  # 2 s ahead where 4 s were possible
        (9.0, 1 / 4),
    ],
)
def test_the_pre_crash_score_of_a_moment_labelled_at_6_with_the_accident_at_10(
    predicted_s: float, iou: float
) -> None:
    assert PreCrash(6.0, predicted_s, 10.0).iou == pytest.approx(iou)


def test_pre_crash_figures_by_hand() -> None:
    samples = [
        PreCrash(6.0, 8.0, 10.0),  # IoU .5; 4 s and 2 s ahead
        PreCrash(2.0, 0.0, 5.0),  # too early: 0; 3 s and 5 s
        PreCrash(1.0, 9.0, 4.0),  # too late: 0; 3 s and 0 s
        PreCrash(5.0, 1.0, 5.0),  # labelled at the accident: left out
        None,
    ]
    found = figures(PreCrashMeasure(samples), 5)
    assert found["miou"] == pytest.approx(0.5 / 3)
    assert found["iou_share_0.3"] == pytest.approx(1 / 3)
    assert found["iou_share_0.5"] == pytest.approx(1 / 3)
    assert found["iou_share_0.7"] == 0.0
    assert found["mtta_labelled_s"] == pytest.approx(10 / 3)
    assert found["mtta_predicted_s"] == pytest.approx(7 / 3)
    assert found["tta_mae_s"] == pytest.approx((2 + 2 + 3) / 3)


def test_the_highest_event_is_compared_with_the_labelled_interval() -> None:
    scores = [0.0, 0.6, 0.0, 0.0, 0.9, 0.9, 0.0, 0.0]  # events [1, 2) and [4, 6)
    clips = [
        scored_clip("crash", scores, 4.0, spans_s=((4.0, 8.0),)),
        scored_clip("crash", [0.0] * 8, 4.0, spans_s=((4.0, 8.0),)),
    ]
    found = figures(IntervalMeasure(clips, 0.5, SETTINGS), 2)
    assert found["miou"] == pytest.approx((2 / 4 + 0) / 2)
    assert found["iou_share_0.5"] == pytest.approx(1 / 2)


def test_the_first_event_is_the_predicted_moment() -> None:
    scores = [0.0, 0.0, 0.6, 0.0, 0.9, 0.0]
    clip = scored_clip("crash", scores, 5.0, alert_s=1.0)
    found = figures(PreCrashMeasure.of_clips([clip], 0.5, SETTINGS), 1)
    assert found["miou"] == pytest.approx(3 / 4)
    assert found["tta_mae_s"] == pytest.approx(1.0)


def test_missing_labels_are_named() -> None:
    clips = [scored_clip("crash", [0.1, 0.9], 1.0)]
    with pytest.raises(AnnotationError, match="interval"):
        IntervalMeasure(clips, 0.5, SETTINGS)
    with pytest.raises(AnnotationError, match="foreseen"):
        PreCrashMeasure.of_clips(clips, 0.5, SETTINGS)


def test_a_clip_drawn_twice_counts_twice() -> None:
    samples = [PreCrash(6.0, 8.0, 10.0), PreCrash(2.0, 0.0, 5.0)]
    weighted = PreCrashMeasure(samples).values(np.array([3, 1]))
    repeated = PreCrashMeasure([samples[0]] * 3 + [samples[1]]).values(np.ones(4, np.int64))
    assert weighted.tolist() == pytest.approx(repeated.tolist())
