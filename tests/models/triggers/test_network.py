"""NetworkTrigger: a stream scored piece by piece equals the same frames scored at once."""

from pathlib import Path

import numpy as np
import pytest

from models.checkpoint import CheckpointHeader
from models.triggers.network import NetworkTrigger
from models.triggers.windows import build_window
from tests.models.trigger_factory import (
    SIDE_PX,
    drawn_clip,
    split_clip,
    tiny_clip_model,
    tiny_header,
    tiny_model,
)
from utils.clip import Clip, ScoreTrack, join_tracks
from utils.errors import CheckpointError, ModelUnavailableError


@pytest.fixture(scope="module")
def trigger() -> NetworkTrigger:
    return NetworkTrigger(tiny_model(), tiny_header(), device="cpu")


@pytest.fixture(scope="module")
def clip_trigger() -> NetworkTrigger:
    network = tiny_clip_model()
    header = CheckpointHeader(model=network.settings, frame_sampling_rate=4.0, horizon_s=2.0)
    return NetworkTrigger(network, header, device="cpu")


def _track(trigger: NetworkTrigger, clips: list[Clip]) -> ScoreTrack:
    return join_tracks(list(trigger.score(clips)))


def test_it_asks_for_what_the_checkpoint_was_trained_with(trigger: NetworkTrigger) -> None:
    assert trigger.sampling.rate_fps == 3.0
    assert trigger.sampling.size_px == (SIDE_PX, SIDE_PX)
    assert trigger.threshold == 0.4


def test_the_stream_equals_all_frames_at_once(trigger: NetworkTrigger) -> None:
    clip = drawn_clip(110)
    at_once = trigger.network.score_frames(clip.frames, clip.times_s)
    np.testing.assert_allclose(_track(trigger, [clip]).scores, at_once, atol=2e-3)


def test_an_irregular_stream_late_in_a_long_video_is_scored(trigger: NetworkTrigger) -> None:
    clip = drawn_clip(40, start_s=86_400.0)
    gap = Clip(
        clip.frames, clip.times_s + 20.0 * (np.arange(40) > 20), clip.frame_indices, clip.info
    )
    assert len(_track(trigger, [gap])) == 40


def test_each_frame_is_encoded_once(
    trigger: NetworkTrigger, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[int] = []
    encode = trigger._encode
    monkeypatch.setattr(trigger, "_encode", lambda f: (batches.append(len(f)), encode(f))[1])
    _track(trigger, split_clip(drawn_clip(70), [9, 30]))
    assert sum(batches) == 70


def test_a_missing_checkpoint_and_a_missing_device_are_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CheckpointError):
        NetworkTrigger.load(tmp_path / "absent")
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ModelUnavailableError):
        NetworkTrigger(tiny_model(), tiny_header(), device="cuda")


@pytest.mark.parametrize("count", [1, 7, 8, 9, 16, 50])
@pytest.mark.parametrize("first", [1, 7, 30])
def test_windows_of_a_stream_equal_those_of_the_whole(
    clip_trigger: NetworkTrigger, count: int, first: int
) -> None:
    clip = drawn_clip(count)
    pieces = _track(clip_trigger, split_clip(clip, [min(first, count)]))
    assert pieces.frame_indices.tolist() == clip.frame_indices.tolist()
    at_once = clip_trigger.network.score_frames(clip.frames, clip.times_s)
    np.testing.assert_allclose(pieces.scores, at_once, atol=2e-3)


def test_a_clip_score_says_that_it_is_one(clip_trigger: NetworkTrigger) -> None:
    track = _track(clip_trigger, [drawn_clip(20)])
    assert (track.span_s, track.horizon_s) == (2.0, 2.0)
    assert "clip label" in track.source


def test_clip_windows_keep_a_bounded_number_of_frames(clip_trigger: NetworkTrigger) -> None:
    window = build_window(clip_trigger.network)
    clip, kept = drawn_clip(96), []
    for start in range(0, 96, 4):
        rows = range(start, start + 4)
        part = clip.take(rows)
        features = clip_trigger._encode(part.frames)
        window.add(features, part.times_s, part.frame_indices)
        list(window.scored(complete=False))
        kept.append(len(window.kept))
    assert max(kept) <= 2 * clip_trigger.network.window_frames


def test_cutting_whole_steps_off_the_start_changes_no_later_score(
    clip_trigger: NetworkTrigger,
) -> None:
    clip = drawn_clip(64)
    whole = _track(clip_trigger, [clip])
    cut = _track(clip_trigger, [clip.take(range(16, 60))])
    np.testing.assert_allclose(cut.scores[8:-8], whole.scores[24:52], atol=2e-3)
