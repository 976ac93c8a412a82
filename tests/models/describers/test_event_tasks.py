"""Tasks about events through a chat: what is asked together, tried again, failed and flagged."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from models.describers.chat import ChatDescriber
from models.interfaces import ChatReply, ChatRequest
from tests.evidence_factory import TIMES_S, box_of, make_evidence, path
from tests.fakes import FakeChat
from utils.report import Answer
from utils.tasks import CRASHCHAT_TASKS, TASKS, Task, description_task, task_named

SCENE = {"caption": "A pedestrian crosses.", "event_type": "near_miss"}
GOOD = {
    "crash_recognition": "Yes",
    "crash_description": "ego-car hits a car",
    "causal_reasoning": "Vehicles are out of control.",
    "prevention_reasoning": "Vehicles should keep a distance.",
    "pre_crash_localization": "3.4 seconds",
    "crash_localization": "3.9 - 5.0 seconds",
    "metadata": json.dumps(SCENE),
    "description": "A car brakes at 4.2 s.",
    "crash_risk": "No",
}


def good(request: ChatRequest) -> str:
    """The right reply to every task."""
    return next(GOOD[t.name] for t in TASKS.values() if request.text.startswith(t.prompt))


def one_after_another(texts: Sequence[str]) -> Callable[[ChatRequest], str]:
    replies = iter(texts)
    return lambda request: next(replies)


def one(chat: FakeChat, name: str) -> Answer:
    """The answer to one task about an event with a car on every keyframe."""
    evidence = make_evidence(path(1, dict.fromkeys(TIMES_S, box_of(0.1))))
    return ChatDescriber(chat).answer([evidence], [task_named(name)])[0][0]


def test_all_questions_about_an_event_stand_together_and_share_its_frames() -> None:
    chat = FakeChat(good)
    tasks = [task_named(name) for name in CRASHCHAT_TASKS]
    events = [make_evidence(), make_evidence()]
    answers = ChatDescriber(chat, batch_size=2).answer(events, tasks)
    (batch,) = chat.batches
    assert len(batch) == 12
    assert len({id(request.frames) for request in batch[:6]}) == 1
    assert batch[0].frames is not batch[6].frames
    assert [[a.task for a in said] for said in answers] == [list(CRASHCHAT_TASKS)] * 2
    assert {a.status for said in answers for a in said} == {"ok"}


def test_published_questions_are_asked_to_the_letter() -> None:
    chat = FakeChat(good)
    one(chat, "causal_reasoning")
    (request,) = chat.asked
    assert (request.text, request.system) == (task_named("causal_reasoning").prompt, "")
    assert (request.choices, request.json_schema) == ((), None)


def test_a_model_without_eyes_is_told_the_facts_with_every_question() -> None:
    chat = FakeChat(lambda r: "Yes", sees_frames=False)
    assert one(chat, "crash_recognition").status == "ok"
    assert "Facts measured" in chat.asked[0].text
    invents = FakeChat(lambda r: json.dumps(SCENE), sees_frames=False)
    failed = one(invents, "metadata")
    assert (failed.status, failed.value) == ("failed", None)
    assert "what no fact says: person" in (failed.error or "")


def test_yes_or_no_is_asked_with_choices_and_keeps_the_probability() -> None:
    chat = FakeChat(
        lambda r: ChatReply("No", True, 0.5, choice_scores=(0.2, 0.8), constrained=True)
    )
    answer = one(chat, "crash_risk")
    assert chat.asked[0].choices == ("Yes", "No")
    assert (answer.text, answer.value, answer.score) == ("No", {"answer": False}, 0.2)
    assert (answer.constrained, answer.repaired, answer.raw) == (True, False, None)


def test_metadata_is_asked_with_its_schema_and_its_caption_is_the_text() -> None:
    chat = FakeChat(good)
    answer = one(chat, "metadata")
    assert chat.asked[0].json_schema == TASKS["metadata"].answer_type.model_json_schema()
    assert answer.text == "A pedestrian crosses."
    assert answer.value["event_type"] == "near_miss"
    assert answer.value["weather"] == "unknown"
    assert answer.flags == (
        '"A pedestrian crosses.": names pedestrian; the boxes on the 5 keyframes are of car',
    )


def test_a_repaired_reply_says_so_and_keeps_what_was_written() -> None:
    chat = FakeChat(lambda r: ChatReply("It begins at 3.4 s, I think.", True, 0.5, None, True))
    answer = one(chat, "pre_crash_localization")
    assert (answer.text, answer.value) == ("3.4 seconds", {"time_s": 3.4})
    assert (answer.repaired, answer.constrained) == (True, False)
    assert answer.raw == "It begins at 3.4 s, I think."
    assert len(chat.asked) == 1


@pytest.mark.parametrize(
    ("name", "second", "asked"),
    [
        ("pre_crash_localization", '{"time_tenths_s": 34}', "time_tenths_s"),
        ("crash_localization", "3.9 - 5.0 seconds", "start_tenths_s"),
        ("metadata", json.dumps(SCENE), "caption"),
    ],
)
def test_a_useless_reply_is_asked_once_more_with_what_was_wrong(
    name: str, second: str, asked: str
) -> None:
    chat = FakeChat(one_after_another(["I see a road.", second]))
    answer = one(chat, name)
    assert (answer.status, answer.repaired, answer.seconds) == ("ok", True, 1.0)
    again = chat.asked[1]
    assert "asked before, but the model's reply is not" in again.text
    assert asked in (again.json_schema or {})["properties"]
    if asked != "caption":  # a constrained decoder can name no moment that it was not shown
        (bounds, *_) = (again.json_schema or {})["properties"].values()
        assert (bounds["minimum"], bounds["maximum"]) == (30, 50)
    assert again.frames is chat.asked[0].frames


@pytest.mark.parametrize("name", ["crash_recognition", "crash_localization", "metadata"])
def test_a_reply_that_is_useless_twice_fails_without_a_word_of_it(name: str) -> None:
    chat = FakeChat(lambda r: "I see a lovely road.")
    answer = one(chat, name)
    assert len(chat.asked) == 2
    assert (answer.status, answer.text, answer.value, answer.raw) == ("failed", None, None, None)
    assert "lovely" not in (answer.error or "")
    assert task_named(name).answer_type.form in (answer.error or "")


def test_a_bad_answer_to_one_question_costs_no_other() -> None:
    def picky(request: ChatRequest) -> str:
        return "no idea at all" if request.choices else good(request)

    tasks = [task_named("crash_recognition"), description_task(), task_named("metadata")]
    (said,) = ChatDescriber(FakeChat(picky)).answer([make_evidence()], tasks)
    assert [a.status for a in said] == ["failed", "ok", "ok"]


@pytest.mark.parametrize("tasks", [[description_task()], list(TASKS.values())])
def test_no_event_no_question(tasks: list[Task]) -> None:
    assert ChatDescriber(FakeChat()).answer([], tasks) == []


def test_published_answers_are_never_refused(data_dir: Path) -> None:
    folder = data_dir / "annotations" / "CrashChat"
    for name in CRASHCHAT_TASKS:
        word = name.replace("causal", "cause")
        file = folder / f"crashchat_dada_video_total_{word}_val.json"
        rows = json.loads(file.read_text())
        texts = sorted({row["conversations"][1]["value"] for row in rows})
        chat = FakeChat(one_after_another(texts))
        events = [make_evidence()] * len(texts)
        said = ChatDescriber(chat).answer(events, [task_named(name)])
        assert {a.status for (a,) in said} == {"ok"}
        assert not any(a.repaired for (a,) in said)
        assert [a.text for (a,) in said] == [" ".join(text.split()) for text in texts]
