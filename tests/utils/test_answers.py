"""Typed answers: published text forms round trip, other texts are refused, schemas are bounded."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from utils.answers import (
    CrashCause,
    CrashDescription,
    FreeText,
    SceneMetadata,
    TimePoint,
    TimeSpan,
    TypedAnswer,
    YesNo,
)
from utils.tasks import CRASHCHAT_TASKS, TASKS, task_named

OUTPUT = {
    "caption": "A vehicle changes lanes without signalling.",
    "event_type": "near_miss",
    "cause_of_risk": ["speeding", "risky_maneuver"],
    "presence_of_rule_violations": ["failure_to_use_turn_signals"],
    "intended_driving_action": ["change_lanes"],
    "traffic_density": "medium",
    "driving_setting": ["highway"],
    "time_of_day": "day",
    "light_conditions": "normal",
    "weather": "clear",
    "scene": "highway",
}
ROW = {
    "video": "videos/a.mp4",
    "caption": "Quiet.",
    "event_type": "No Incident",
    "rule_violations": [],
    "intended_driving_action": "turn_left",
    "traffic_density": "dense",
    "visibility": "bad",
}
FILES = {  # task -> word in the corpus's file names, answers of val and test
    "crash_recognition": ("total_crash_recognition", 3677),
    "crash_description": ("total_crash_description", 3677),
    "causal_reasoning": ("total_cause_reasoning", 3677),
    "prevention_reasoning": ("total_prevention_reasoning", 3676),
    "pre_crash_localization": ("total_pre_crash_localization", 2301),
    "crash_localization": ("total_crash_localization", 2301),
}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (YesNo, "Yes", {"answer": True}),
        (YesNo, "No", {"answer": False}),
        (TimePoint, "2.4 seconds", {"time_s": 2.4}),
        (TimeSpan, "3.9 - 5.0 seconds", {"start_s": 3.9, "end_s": 5.0}),
        (FreeText, "A car stops.", {"text": "A car stops."}),
        (
            CrashDescription,
            "ego-car hits a crossing car",
            {
                "text": "ego-car hits a crossing car",
                "accident": True,
                "subject": "ego-car",
                "verb": "hits",
                "object": "a crossing car",
            },
        ),
        (
            CrashCause,
            "No accident, no cause.",
            {"text": "No accident, no cause.", "accident": False},
        ),
    ],
)
def test_a_text_form_is_read_and_written(
    kind: type[TypedAnswer], text: str, value: dict[str, Any]
) -> None:
    answer = kind.parse(text)
    assert answer is not None
    assert answer.model_dump(mode="json") == value
    assert answer.to_text() == text
    assert kind.model_validate(value) == answer


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (YesNo, "Yes, a car"),
        (YesNo, ""),
        (YesNo, "2"),
        (TimePoint, "at 2.4 seconds"),
        (TimePoint, "-2.4 seconds"),
        (TimePoint, "2.4"),
        (TimeSpan, "5.0 - 3.9 seconds"),
        (TimeSpan, "5.0 seconds"),
        (FreeText, "  \n"),
        (SceneMetadata, "{}"),
        (SceneMetadata, json.dumps(OUTPUT | {"weather": "a light drizzle"})),
        (SceneMetadata, json.dumps(OUTPUT | {"speed": 3})),
        (SceneMetadata, json.dumps(OUTPUT | {"caption": ""})),
        (TimePoint, '{"time_tenths_s": NaN}'),
    ],
)
def test_any_other_text_is_no_answer(kind: type[TypedAnswer], text: str) -> None:
    assert kind.parse(text) is None


def test_constrained_times_are_whole_tenths() -> None:
    assert TimePoint.parse('{"time_tenths_s": 24}') == TimePoint(time_s=2.4)
    span = TimeSpan.parse('{"start_tenths_s": 39, "end_tenths_s": 50}')
    assert span == TimeSpan(start_s=3.9, end_s=5.0)
    assert TimeSpan.parse('{"start_tenths_s": 50, "end_tenths_s": 39}') is None
    properties = TimeSpan.model_json_schema()["properties"]
    assert [part["type"] for part in properties.values()] == ["integer", "integer"]


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_schemas_are_closed_and_bounded(task: Any) -> None:
    schema = task.answer_type.model_json_schema()
    assert schema["required"] == list(schema["properties"])
    assert schema["additionalProperties"] is False
    for part in schema["properties"].values():
        bound = {"string": "maxLength", "array": "maxItems", "integer": "maximum"}
        assert part["type"] == "boolean" or "enum" in part or bound[part["type"]] in part


def test_both_spellings_of_scene_metadata_are_read_and_written() -> None:
    scene = SceneMetadata.parse(json.dumps(OUTPUT))
    assert scene is not None
    assert scene.to_output() == OUTPUT
    assert list(scene.to_output()) == list(OUTPUT)
    assert SceneMetadata.parse(scene.to_text()) == scene
    row = SceneMetadata.from_row(ROW)
    assert row.to_dataset_row("videos/a.mp4") == {
        "video": "videos/a.mp4",
        "caption": "Quiet.",
        "event_type": "no_incident",
        "rule_violations": [],
        "intended_driving_action": ["turn_left"],
        "traffic_density": "high",
        "visibility": "bad",
    }
    assert SceneMetadata.from_row(row.to_dataset_row("a.mp4")) == row
    assert row.weather == "unknown"


def test_a_row_of_other_words_becomes_unknown_and_never_free_text() -> None:
    words = {"weather": "a light drizzle", "rule_violations": ["cutting in", "speeding"]}
    row = SceneMetadata.from_row(ROW | words)
    assert (row.weather, row.rule_violations) == ("unknown", ("unknown", "speeding"))
    with pytest.raises(ValidationError, match="caption"):
        SceneMetadata.from_row({"event_type": "collision"})


@pytest.mark.parametrize("name", CRASHCHAT_TASKS)
def test_every_published_answer_is_read_and_written_back(data_dir: Any, name: str) -> None:
    word, count = FILES[name]
    files = sorted((data_dir / "annotations" / "CrashChat").glob(f"*{word}_*.json"))
    turns = [r["conversations"] for f in files for r in json.loads(f.read_text())]
    said = [turn[1]["value"] for turn in turns]
    task = task_named(name)
    read = [task.answer_type.parse(text) for text in said]
    assert len(said) == count
    assert [None if a is None else a.to_text() for a in read] == said
    assert {turn[0]["value"] for turn in turns} == {f"<video>\n{task.prompt}"}
    if name == "crash_description":
        assert all((a.verb is None) == (not a.accident) for a in read)


def test_a_task_is_found_by_its_other_name() -> None:
    assert task_named("cause_reasoning") is TASKS["causal_reasoning"]
    with pytest.raises(KeyError):
        task_named("weather")
