"""YesNoTrigger: windows end at their frame, scores are held, and nothing after a frame is shown."""

import numpy as np
import pytest

from models.interfaces import ChatReply, ChatRequest
from models.triggers.window_questions import WindowPlan
from models.triggers.yes_no import YesNoTrigger
from tests.fakes import FakeChat
from tests.models.triggers.question_chats import bright_chat, drive
from utils.clip import ScoreTrack, join_tracks
from utils.errors import ModelUnavailableError
from utils.events import find_events
from utils.settings import EventSettings
from utils.tasks import COLLISION_QUESTION

PLAN = WindowPlan(length_s=4.0, frames=8, side_px=64, batch_size=3)


def _track(
    chat: FakeChat, plan: WindowPlan = PLAN, **drive_plan: tuple[float, float]
) -> ScoreTrack:
    clip = drive(40, 2.0, **drive_plan)
    return join_tracks(list(YesNoTrigger(chat, plan).score([clip])))


def test_frames_are_sampled_as_the_windows_need_them() -> None:
    sampling = YesNoTrigger(bright_chat(), PLAN).sampling
    assert (sampling.rate_fps, sampling.size_px) == (2.0, (64, 64))


def test_every_second_the_seconds_before_it_are_asked_about() -> None:
    chat = bright_chat()
    track = _track(chat)
    assert len(chat.asked) == track.windows_asked == 20
    assert {len(batch) for batch in chat.batches[:-1]} == {3}
    ends = [int(request.frames.frame_indices[-1]) for request in chat.asked]
    assert ends == [10 * n for n in range(20)]
    full = chat.asked[10].frames
    np.testing.assert_allclose(full.times_s, np.arange(8) / 2)
    assert full.frames.shape == (8, 36, 64, 3), "the video's own proportions"
    assert [len(request.frames) for request in chat.asked[:5]] == [1, 3, 5, 7, 8]
    assert {request.text for request in chat.asked} == {COLLISION_QUESTION}
    assert {request.choices for request in chat.asked} == {("Yes", "No")}


def test_a_score_is_held_until_the_next_window_and_never_comes_early() -> None:
    track = _track(bright_chat(), bright_s=(8.5, 12.5))
    high = track.times_s[track.scores > 0.5]
    assert (high[0], high[-1]) == (9.0, 12.5)
    assert np.all(np.diff(high) == 0.5)


def test_a_forecast_is_never_called_a_detection() -> None:
    trigger = YesNoTrigger(bright_chat(), PLAN)
    track = join_tracks(list(trigger.score([drive(40, 2.0, (8.0, 12.0))])))
    assert (track.span_s, track.horizon_s) == (4.0, 2.0)
    event = find_events(track, trigger.threshold, settings=EventSettings(), label=trigger.label)[0]
    assert (event.label, event.horizon_s) == ("imminent risk", 2.0)
    assert event.source == "yes or no by bright"


def test_a_window_with_more_frames_than_are_shown_is_thinned() -> None:
    chat = bright_chat()
    trigger = YesNoTrigger(chat, WindowPlan(length_s=4.0, frames=3, side_px=64))
    list(trigger.score([drive(80, 8.0)]))
    assert max(len(request.frames) for request in chat.asked) == 3
    assert chat.asked[-1].frames.frame_indices[-1] == 72 * 5


@pytest.mark.parametrize(("text", "score"), [("Yes", 1), ("1", 1), ("No.", 0), ("0", 0)])
def test_words_alone_score_one_or_zero_and_a_note_says_so(text: str, score: int) -> None:
    track = _track(FakeChat(lambda request: text))
    assert set(track.scores) == {score}
    assert len(track.notes) == 1
    assert "no probabilities" in track.notes[0]


def test_an_answer_that_is_neither_yes_nor_no_is_told() -> None:
    track = _track(FakeChat(lambda request: "A red car."))
    assert set(track.scores) == {0}
    assert "neither yes nor no" in track.notes[1]


def test_scores_are_normalised_over_yes_and_no() -> None:
    chat = FakeChat(lambda request: ChatReply("No", True, 0.1, choice_scores=(0.1, 0.4)))
    assert set(_track(chat).scores) == {0.2}


def test_a_chat_that_cannot_run_ends_the_run() -> None:
    def fail(request: object) -> str:
        raise ModelUnavailableError("no weights")

    with pytest.raises(ModelUnavailableError, match="no weights"):
        _track(FakeChat(fail))


def test_a_chat_that_fails_once_is_asked_again_window_by_window() -> None:
    chat = bright_chat()
    judge, failed = chat.answer, []

    def fail_once(request: ChatRequest) -> str | ChatReply:
        if len(chat.batches) == 3 and not failed:
            failed.append(request)
            raise ModelUnavailableError("no answer in time")
        return judge(request)

    undisturbed = _track(bright_chat())
    chat.answer = fail_once
    np.testing.assert_array_equal(_track(chat).scores, undisturbed.scores)
    assert [len(batch) for batch in chat.batches[2:7]] == [3, 1, 1, 1, 3]
