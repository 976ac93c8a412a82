"""Replies as typed answers: exact forms, one mechanical repair, and no guess."""

import json

import pytest

from models.describers.reading import Reading, read_reply
from models.interfaces import ChatReply
from utils.answers import SceneMetadata, TimePoint, TimeSpan, YesNo
from utils.tasks import TASKS, task_named

SCENE = {"caption": "A van cuts in.", "event_type": "near_miss", "weather": "clear"}


def read(name: str, text: str, scores: tuple[float, ...] | None = None) -> Reading:
    return read_reply(ChatReply(text, True, 0.1, choice_scores=scores), task_named(name))


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("crash_recognition", "Yes", YesNo(answer=True)),
        ("crash_recognition", "<|im_start|>assistant: No.", YesNo(answer=False)),
        ("crash_risk", "1", YesNo(answer=True)),
        ("pre_crash_localization", "2.4 seconds", TimePoint(time_s=2.4)),
        ("crash_localization", "3.9 - 5.0 seconds\n", TimeSpan(start_s=3.9, end_s=5.0)),
        ("metadata", json.dumps(SCENE), SceneMetadata(**SCENE)),
    ],
)
def test_a_reply_in_its_form_is_read_as_it_is(name: str, text: str, answer: object) -> None:
    reading = read(name, text)
    assert (reading.answer, reading.repaired) == (answer, False)


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("crash_recognition", "Yes, two cars collide. No one is hurt.", YesNo(answer=True)),
        ("crash_recognition", "The answer is no.", YesNo(answer=False)),
        ("pre_crash_localization", "It begins at 2.4 s.", TimePoint(time_s=2.4)),
        ("pre_crash_localization", "At 2.4s, so 2.4 seconds.", TimePoint(time_s=2.4)),
        ("crash_localization", "From 3.9 s to 5 s.", TimeSpan(start_s=3.9, end_s=5.0)),
        ("crash_localization", "between 3.9 and 5.0 seconds", TimeSpan(start_s=3.9, end_s=5.0)),
        ("crash_localization", 'So: {"start_s": 1, "end_s": 2}', TimeSpan(start_s=1, end_s=2)),
        ("metadata", f"Here it is:\n```json\n{json.dumps(SCENE)}\n```", SceneMetadata(**SCENE)),
        ("metadata", json.dumps(SCENE | {"speed": 3}), SceneMetadata(**SCENE)),
        (
            "metadata",
            json.dumps(SCENE | {"weather": "a drizzle"}),
            SceneMetadata(**(SCENE | {"weather": "unknown"})),
        ),
    ],
)
def test_the_one_answer_in_a_chatty_reply_is_found(name: str, text: str, answer: object) -> None:
    reading = read(name, text)
    assert (reading.answer, reading.repaired) == (answer, True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("crash_recognition", "It is hard to say: yes and no."),
        ("crash_recognition", "A car brakes."),
        ("crash_recognition", "There is no sign of it."),
        ("crash_recognition", "No idea at all"),
        ("pre_crash_localization", "Between 2.4 s and 5.0 s."),
        ("pre_crash_localization", "Frame 3"),
        ("crash_localization", "From 5.0 s to 3.9 s"),
        ("crash_localization", "1.0 - 2.0 seconds or 3.0 - 4.0 seconds"),
        ("metadata", "A car brakes in clear weather."),
        ("metadata", '{"caption": "A car", "event_type": "col'),
        ("metadata", '{"weather": "clear"}'),
        ("metadata", '{"a":' * 5000),
        ("metadata", ""),
    ],
)
def test_a_reply_that_is_unclear_is_no_answer_and_is_not_repeated(name: str, text: str) -> None:
    reading = read(name, text)
    assert reading.answer is None
    assert reading.wrong.startswith("the model's reply")
    assert not text or text not in reading.wrong


def test_the_probability_of_yes_is_kept() -> None:
    assert read("crash_risk", "No", scores=(0.3, 0.7)).score == 0.3
    assert read("crash_risk", "No").score is None
    assert read("crash_risk", "Yes", scores=(1.0000001, 0.0)).score == 1.0


def test_what_is_wrong_with_the_fields_is_named() -> None:
    wrong = read("metadata", json.dumps({"caption": "", "event_type": "near_miss"})).wrong
    assert wrong.endswith("words: caption")


def test_a_caption_that_is_noise_is_no_answer() -> None:
    reading = read("metadata", json.dumps(SCENE | {"caption": "sent it " * 40}))
    assert (reading.answer, reading.wrong) == (None, "the model repeats itself")


@pytest.mark.parametrize("name", TASKS)
def test_no_kind_of_noise_raises(name: str) -> None:
    for text in ("", "\x00", "{" * 3000, "[]", "null", "9" * 400, "NaN", "yes" * 4000, "\ud800"):
        reading = read(name, text)
        assert (reading.answer is None) == bool(reading.wrong)
