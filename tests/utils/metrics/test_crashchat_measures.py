"""Yes or no, intervals and first moments by hand; what missing answers cost."""

import numpy as np
import pytest

from tests.scored_clips import figures
from utils.answers import TimePoint, TimeSpan, YesNo
from utils.metrics.crashchat import (
    Judged,
    PreCrashMeasure,
    SpanMeasure,
    UsableMeasure,
    YesNoMeasure,
    pre_crash_samples,
)

YES, NO = YesNo(answer=True), YesNo(answer=False)


def span(start_s: float, end_s: float) -> TimeSpan:
    return TimeSpan(start_s=start_s, end_s=end_s)


def at(time_s: float) -> TimePoint:
    return TimePoint(time_s=time_s)


def test_precision_recall_and_f1_of_yes() -> None:
    judged = [Judged(YES, YES), Judged(YES, YES), Judged(YES, NO), Judged(NO, YES), Judged(NO, NO)]
    found = figures(YesNoMeasure(judged), 5)
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["recall"] == pytest.approx(2 / 3)
    assert found["f1"] == pytest.approx(2 / 3)
    assert found["accuracy"] == pytest.approx(3 / 5)
    assert np.isnan(found["auc"])


def test_an_answer_that_cannot_be_read_is_wrong_either_way() -> None:
    found = figures(YesNoMeasure([Judged(YES, YES), Judged(YES, None), Judged(NO, None)]), 3)
    assert found["recall"] == pytest.approx(1 / 2)
    assert found["precision"] == pytest.approx(1 / 2)
    assert found["accuracy"] == pytest.approx(1 / 3)


def test_scores_rank_the_answers() -> None:
    judged = [Judged(YES, NO, 0.4), Judged(NO, NO, 0.3), Judged(YES, YES, 0.9), Judged(NO, YES)]
    found = figures(YesNoMeasure(judged), 4)
    assert found["auc"] == pytest.approx(2 / 4)  # yes without a score ranks first
    assert found["f1"] == pytest.approx(1 / 2)


def test_interval_shares_count_the_edge() -> None:
    judged = [
        Judged(span(0, 10), span(0, 3)),  # IoU 0.3
        Judged(span(2, 4), span(2, 4)),
        Judged(span(2, 4), span(5, 6)),
        Judged(span(2, 4), None),
    ]
    found = figures(SpanMeasure(judged), 4)
    assert found["miou"] == pytest.approx(1.3 / 4)
    assert found["iou_share_0.3"] == pytest.approx(2 / 4)
    assert found["iou_share_0.5"] == pytest.approx(1 / 4)


def test_a_moment_that_was_not_told_is_one_after_the_accident() -> None:
    judged = [
        Judged(at(6), at(8), accident_s=10.0),
        Judged(at(6), None, accident_s=10.0),
        Judged(at(6), at(6)),  # its accident is not known
    ]
    measure = UsableMeasure(PreCrashMeasure(pre_crash_samples(judged)), judged)
    found = figures(measure, 3)
    assert found["miou"] == pytest.approx(0.5 / 2)
    assert found["mtta_predicted_s"] == pytest.approx(2 / 2)
    assert found["unusable"] == pytest.approx(1 / 2)
    assert list(measure.used) == [0, 1]
