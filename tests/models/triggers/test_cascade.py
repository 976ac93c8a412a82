"""CascadeTrigger: the network proposes, and the chat is asked about the proposals only."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from models.interfaces import ChatReply
from models.triggers.cascade import CascadeTrigger
from models.triggers.network import NetworkTrigger
from models.triggers.window_questions import WindowPlan
from tests.fake_parts import FakeTrigger
from tests.fakes import FakeChat
from tests.models.trigger_factory import tiny_header, tiny_model
from tests.models.triggers.question_chats import drive
from utils.clip import Clip, Sampling, ScoreTrack, join_tracks
from utils.events import find_events
from utils.settings import EventSettings
from utils.tasks import COLLISION_QUESTION, RECOGNITION_PROMPT

PLAN = WindowPlan(length_s=4.0, frames=8, side_px=64)


class Proposer(FakeTrigger):
    """Scores 0.1, and 0.4 to 0.9 from 6 to 8 s; horizon_s as given."""

    def __init__(self, horizon_s: float = 0.0) -> None:
        super().__init__(high=(6.0, 8.0))
        self.horizon_s = horizon_s

    def score(self, clips: Iterable[Clip]) -> Iterator[ScoreTrack]:
        for piece in super().score(clips):
            yield replace(piece, horizon_s=self.horizon_s)


def saying(yes: float) -> FakeChat:
    return FakeChat(lambda request: ChatReply("", True, 0.1, choice_scores=(yes, 1 - yes)))


def _track(first: Proposer, chat: FakeChat) -> ScoreTrack:
    return join_tracks(list(CascadeTrigger(first, chat, PLAN).score([drive(100, 5.0)])))


@pytest.mark.parametrize(("yes", "highest"), [(0.05, 0.475), (0.2, 0.55), (1.0, 0.95)])
def test_a_stretch_scores_the_mean_of_both(yes: float, highest: float) -> None:
    track = _track(Proposer(), saying(yes))
    assert track.scores.max() == pytest.approx(highest)
    quiet = (track.times_s < 6) | (track.times_s >= 8)
    assert set(track.scores[quiet]) == {0.1}


@pytest.mark.parametrize(("answer", "found"), [("Yes", 1), ("No", 0)])
def test_a_chat_without_probabilities_decides_alone(answer: str, found: int) -> None:
    track = _track(Proposer(), FakeChat(lambda request: answer))
    events = find_events(track, CascadeTrigger.threshold, settings=EventSettings())
    assert len(events) == found


def test_only_the_proposed_stretch_is_asked_about_with_the_seconds_around_it() -> None:
    chat = saying(0.9)
    track = _track(Proposer(), chat)
    assert len(chat.asked) == track.windows_asked == 1
    request = chat.asked[0]
    assert request.text == RECOGNITION_PROMPT
    first, last = request.frames.frame_indices[[0, -1]] / 25
    assert (first, last) == (pytest.approx(5.0, abs=0.2), pytest.approx(8.8, abs=0.2))
    assert request.frames.times_s[0] == 0


def test_a_network_that_foresees_is_confirmed_by_the_question_about_what_comes() -> None:
    chat = saying(0.9)
    track = _track(Proposer(horizon_s=1.5), chat)
    assert chat.asked[0].text == COLLISION_QUESTION
    assert chat.asked[0].frames.frame_indices[-1] == 5 * int(np.argmax(track.scores))
    assert track.horizon_s == 2.0


def test_a_quiet_video_costs_no_question() -> None:
    chat, first = saying(0.9), Proposer()
    first.high = (90.0, 91.0)
    track = _track(first, chat)
    assert (chat.asked, track.windows_asked) == ([], 0)


def test_a_long_stretch_is_seen_whole_in_windows_that_overlap() -> None:
    chat, first = saying(0.9), Proposer()
    first.high = (3.0, 15.0)
    assert _track(first, chat).windows_asked == 6
    spans = [request.frames.frame_indices[[0, -1]] / 25 for request in chat.asked]
    assert spans[0][0] < 2.2
    assert spans[-1][1] > 15.6
    assert all(after[0] < before[1] - 1 for before, after in pairwise(spans))


def test_the_network_sees_what_it_would_see_alone() -> None:
    network = NetworkTrigger(tiny_model(), tiny_header(), device="cpu")
    plan = replace(PLAN, side_px=150)
    cascade = CascadeTrigger(network, saying(1.0), plan, propose_threshold=1.0)
    assert cascade.sampling == Sampling(3.0, (128, 128))
    small = drive(30, 3.0, (4.0, 6.0))
    large = replace(small, frames=small.frames.repeat(4, axis=1).repeat(4, axis=2))
    alone = replace(small, frames=small.frames.repeat(2, axis=1).repeat(2, axis=2))
    whole = join_tracks(list(cascade.score([large]))).scores
    np.testing.assert_array_equal(whole, join_tracks(list(network.score([alone]))).scores)
