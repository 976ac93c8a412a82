"""What every trigger keeps to: one score per frame, and how the stream is cut changes nothing."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from models.checkpoint import CheckpointHeader
from models.interfaces import Trigger
from models.triggers.cascade import CascadeTrigger
from models.triggers.network import NetworkTrigger
from models.triggers.window_questions import WindowPlan
from models.triggers.yes_no import YesNoTrigger
from tests.models.trigger_factory import (
    drawn_clip,
    split_clip,
    tiny_clip_model,
    tiny_header,
    tiny_model,
)
from tests.models.triggers.question_chats import bright_chat
from utils.clip import Clip, join_tracks

PLAN = WindowPlan(length_s=2.0, frames=4, side_px=64, batch_size=3)


def _network() -> Trigger:
    return NetworkTrigger(tiny_model(), tiny_header(), device="cpu")


def _clip_network() -> Trigger:
    network = tiny_clip_model()
    header = CheckpointHeader(model=network.settings, frame_sampling_rate=4.0, horizon_s=2.0)
    return NetworkTrigger(network, header, device="cpu")


def _cascade(first: Callable[[], Trigger]) -> Trigger:
    network = first()
    level = float(np.median(join_tracks(list(network.score([drawn_clip(110)]))).scores))
    return CascadeTrigger(network, bright_chat(), PLAN, propose_threshold=level)


TRIGGERS: dict[str, Callable[[], Trigger]] = {
    "network": _network,
    "network that reads clips": _clip_network,
    "yes_no": lambda: YesNoTrigger(bright_chat(), PLAN, stride_s=0.9),
    "cascade": lambda: _cascade(_network),
    "cascade that foresees": lambda: _cascade(_clip_network),
}


@pytest.fixture(scope="module", params=TRIGGERS)
def trigger(request: pytest.FixtureRequest) -> Trigger:
    return TRIGGERS[request.param]()


@pytest.mark.parametrize("sizes", [[1] * 30, [7, 40, 3], [16, 16, 16], [100]])
def test_one_score_per_frame_however_the_stream_is_cut(trigger: Trigger, sizes: list[int]) -> None:
    clip = drawn_clip(110)
    whole = join_tracks(list(trigger.score([clip])))
    pieces = join_tracks(list(trigger.score(split_clip(clip, sizes))))
    np.testing.assert_array_equal(pieces.times_s, clip.times_s)
    np.testing.assert_array_equal(pieces.frame_indices, clip.frame_indices)
    np.testing.assert_array_equal(pieces.scores, whole.scores)
    assert (pieces.source, pieces.span_s, pieces.horizon_s, pieces.windows_asked) == (
        (whole.source, whole.span_s, whole.horizon_s, whole.windows_asked)
    )


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_short_videos_are_scored(trigger: Trigger, count: int) -> None:
    assert len(join_tracks(list(trigger.score([drawn_clip(count)])))) == count


def test_no_frames_give_no_track(trigger: Trigger) -> None:
    assert list(trigger.score([])) == []


def test_two_videos_in_a_row_do_not_know_of_each_other(trigger: Trigger) -> None:
    first, second = (join_tracks(list(trigger.score([drawn_clip(30)]))) for _ in range(2))
    np.testing.assert_array_equal(first.scores, second.scores)


def test_where_the_clip_lies_in_a_long_video_changes_nothing(trigger: Trigger) -> None:
    early, late = (
        join_tracks(list(trigger.score([drawn_clip(40, start_s=start_s)])))
        for start_s in (0.0, 7200.0)
    )
    np.testing.assert_allclose(late.scores, early.scores, atol=2e-3)


def test_a_gap_in_the_times_is_borne(trigger: Trigger) -> None:
    clip = drawn_clip(60)
    times_s = clip.times_s + 20.0 * (np.arange(60) > 20)
    gap = Clip(clip.frames, times_s, clip.frame_indices, clip.info)
    assert len(join_tracks(list(trigger.score([gap])))) == 60


def test_scores_come_while_the_video_still_runs(trigger: Trigger) -> None:
    """Else memory would grow with the video; the wait is the same late as early."""
    given = 0

    def clips() -> Iterator[Clip]:
        nonlocal given
        for start in range(0, 400, 10):
            given = start + 10
            yield long.take(range(start, start + 10))

    long, scored, waits = drawn_clip(400), 0, []
    for piece in trigger.score(clips()):
        scored += len(piece)
        waits.append(given - scored)
    assert max(waits[:-1], default=0) < 80
