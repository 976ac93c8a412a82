"""Questions about whole clips: what is shown, bad clips, a model that has died."""

from pathlib import Path

import pytest

from models.clip_answers import MAX_FAILED_GROUPS, ClipQuestioner, spread_times, typed_answer
from models.describers.chat import ChatDescriber
from models.interfaces import ChatRequest
from tests.fakes import FakeChat
from tests.video_factory import VideoPlan, write_video
from utils.answers import CrashDescription, YesNo
from utils.errors import ConfigError, ModelUnavailableError
from utils.tasks import TASKS

TASK = TASKS["crash_recognition"]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "a.mp4"
    write_video(path, VideoPlan(frames=60))
    return path


def questioner(chat: FakeChat, *tasks: str, frames: int = 4, group: int = 4) -> ClipQuestioner:
    describer = ChatDescriber(chat, frames_per_event=frames)
    return ClipQuestioner(describer, [TASKS[name] for name in tasks], group_size=group)


def test_times_are_the_middles_of_equal_parts() -> None:
    assert spread_times(8.0, 4) == [1.0, 3.0, 5.0, 7.0]


def test_frames_are_spread_over_the_whole_clip(clip) -> None:
    chat = FakeChat(lambda request: "Yes")
    (found,) = questioner(chat, TASK.name).ask([clip])
    (asked,) = chat.asked
    assert asked.frames is not None
    assert asked.frames.times_s.tolist() == pytest.approx([0.25, 0.75, 1.25, 1.75], abs=0.04)
    assert asked.text == TASK.prompt  # as models were trained on it: no fact beside it
    assert typed_answer(found.answers[0]) == YesNo(answer=True)


def test_answers_come_back_as_their_task_types(clip) -> None:
    def answer(request: ChatRequest) -> str:
        return "Yes" if request.text == TASK.prompt else "ego-car hits a car"

    found = list(questioner(FakeChat(answer), TASK.name, "crash_description").ask([clip]))
    said = [typed_answer(a) for a in found[0].answers]
    assert said == [YesNo(answer=True), CrashDescription(text="ego-car hits a car")]


def test_a_bad_clip_is_told_and_the_others_are_answered(clip, tmp_path) -> None:
    bad = tmp_path / "b.mp4"
    bad.write_bytes(b"no video")
    found = list(questioner(FakeChat(lambda request: "No"), TASK.name).ask([bad, clip]))
    assert [one.path for one in found] == [bad, clip]
    assert "b.mp4" in found[0].error
    assert typed_answer(found[1].answers[0]) == YesNo(answer=False)


def test_a_model_that_has_died_ends_the_run(clip) -> None:
    def dead(request: ChatRequest) -> str:
        raise ModelUnavailableError("the server is gone")

    steps = questioner(FakeChat(dead), TASK.name, group=1).ask([clip] * 9)
    failed = [next(steps) for _ in range(MAX_FAILED_GROUPS)]
    assert [typed_answer(one.answers[0]) for one in failed] == [None] * MAX_FAILED_GROUPS
    with pytest.raises(ModelUnavailableError, match="the server is gone"):
        next(steps)


def test_a_task_about_events_is_refused() -> None:
    with pytest.raises(ConfigError, match="description"):
        questioner(FakeChat(), "description")
