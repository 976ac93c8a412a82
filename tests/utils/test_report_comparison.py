"""Two reports beside each other: moments, fields, settings, components and time."""

import pytest

from tests.report_factory import (
    failed_answer,
    hostile_report,
    make_answer,
    make_event_report,
    make_report,
)
from utils.errors import AppError
from utils.report_comparison import ReportComparison, compare_reports

METADATA = {"caption": "a van brakes", "event_type": "collision", "cause_of_risk": ["speeding"]}


def fields(comparison, moment=0):
    return {f.name: (f.state, f.a, f.b) for f in comparison.moments[moment].fields}


def compare_answers(a, b):
    reports = [make_report([make_event_report(12.3, answers=answers)]) for answers in (a, b)]
    return fields(compare_reports(*reports))


def test_a_report_equals_itself():
    comparison = compare_reports(make_report(), make_report())
    assert comparison.count(a=True, b=True) == 2
    assert comparison.settings == ()
    states = {f.state for moment in comparison.moments for f in moment.fields}
    assert states == {"equal"}


def test_moments_say_who_has_them_and_how_far_they_differ():
    a = make_report([make_event_report(12.3), make_event_report(30.0)])
    later = make_event_report(12.8)
    later = later.model_copy(update={"event": later.event.model_copy(update={"score": 0.77})})
    comparison = compare_reports(a, make_report([later, make_event_report(50.0)]))
    assert [(m.a, m.b) for m in comparison.moments] == [(1, 1), (2, None), (None, 2)]
    assert comparison.moments[0].b_later_s == pytest.approx(0.5)
    assert comparison.moments[0].b_higher == pytest.approx(-0.1)
    assert comparison.moments[1].b_later_s is None
    assert comparison.count(a=True, b=True) == 1
    assert comparison.count(a=True, b=False) == 1
    assert comparison.count(a=False, b=True) == 1


def test_a_changed_description_is_told_apart_from_equal_evidence():
    found = compare_answers([make_answer()], [make_answer(text="A car turns.")])
    assert found["description"][0] == "changed"
    assert found["description"][2] == "A car turns."
    assert found["evidence"][0] == "equal"


def test_structured_fields_are_compared_one_by_one():
    other = METADATA | {"event_type": "near_miss", "weather": "rain"}
    found = compare_answers(
        [make_answer(task="metadata", text="a van brakes", value=METADATA)],
        [make_answer(task="metadata", text="a van brakes", value=other)],
    )
    assert found["metadata: event type"] == ("changed", "collision", "near_miss")
    assert found["metadata: cause of risk"] == ("equal", "speeding", "speeding")
    assert found["metadata: weather"] == ("only_b", None, "rain")
    assert "metadata: caption" not in found


def test_a_failed_answer_is_never_shown_as_a_description():
    found = compare_answers([make_answer()], [failed_answer("busy")])
    assert found["description"][0] == "changed"
    assert found["description"][2] == "failed: busy"


def test_an_event_of_one_side_has_fields_of_that_side_only():
    comparison = compare_reports(make_report([]), make_report([make_event_report(5.0)]))
    assert {state for state, _, _ in fields(comparison).values()} == {"only_b"}


def test_settings_and_components_that_differ_are_listed():
    a = make_report(settings={"trigger": {"threshold": 0.3}, "events": {"merge_gap_s": 2.0}})
    b = make_report(settings={"trigger": {"threshold": None}, "events": {"merge_gap_s": 2.0}})
    parts = b.components.model_copy(update={"describer": "template"})
    comparison = compare_reports(a, b.model_copy(update={"components": parts}))
    assert [(f.name, f.state, f.a, f.b) for f in comparison.settings] == [
        ("trigger.threshold", "only_a", "0.3", None)
    ]
    changed = {f.name: f.b for f in comparison.components if f.state == "changed"}
    assert changed == {"describer": "template"}


def test_stages_of_one_side_only_are_told():
    a, b = make_report(timings_s={"score": 2.0}), make_report(timings_s={"score": 1.0, "write": 3})
    states = {f.name: f.state for f in compare_reports(a, b).seconds}
    assert states == {"score": "changed", "write": "only_b"}


def test_different_videos_are_refused():
    other = make_report()
    video = other.video.model_copy(update={"sha256": "cd" * 32})
    with pytest.raises(AppError, match="different videos"):
        compare_reports(make_report(), other.model_copy(update={"video": video}))


def test_a_comparison_of_hostile_reports_is_plain_json_and_reads_back():
    comparison = compare_reports(hostile_report(), make_report())
    assert ReportComparison.model_validate_json(comparison.model_dump_json()) == comparison
