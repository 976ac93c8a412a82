"""Tracks are computed once, and again when anything they depend on changes."""

from pathlib import Path

import numpy as np
import pytest

from models.checkpoint import save_checkpoint
from models.evaluation.track_cache import TrackCache
from models.triggers.network import NetworkTrigger
from tests.models.trigger_factory import tiny_header, tiny_model
from tests.video_factory import VideoPlan, write_video
from utils.errors import VideoError
from utils.labeled_clip import LabeledClip


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    folder = tmp_path / "checkpoint"
    save_checkpoint(folder, tiny_model().state_dict(), tiny_header(), {})
    return folder


@pytest.fixture
def clip(tmp_path: Path) -> LabeledClip:
    video = write_video(tmp_path / "a.mp4", VideoPlan(frames=40))
    return LabeledClip(video, "normal", (), "a")


class _NoTrigger:
    """A trigger that must not be asked."""

    sampling = None

    def score(self, clips: object) -> object:
        raise AssertionError("the track was computed again")


def test_a_track_is_read_back_as_it_was(tmp_path, checkpoint, clip) -> None:
    trigger = NetworkTrigger.load(checkpoint, device="cpu")
    first = TrackCache(tmp_path / "tracks", checkpoint).score(trigger, clip).track
    again = TrackCache(tmp_path / "tracks", checkpoint).score(_NoTrigger(), clip).track
    assert np.array_equal(first.scores, again.scores)
    assert np.array_equal(first.times_s, again.times_s)
    assert (first.source, first.span_s, first.horizon_s) == (
        again.source,
        again.span_s,
        again.horizon_s,
    )


def test_other_weights_or_another_header_make_it_new(tmp_path, checkpoint) -> None:
    key = TrackCache(tmp_path, checkpoint).key
    assert TrackCache(tmp_path, checkpoint).key == key
    header = (checkpoint / "config.yaml").read_text()
    (checkpoint / "config.yaml").write_text(header + "\n# moved threshold\n")
    assert TrackCache(tmp_path, checkpoint).key != key


def test_a_damaged_file_is_made_again(tmp_path, checkpoint, clip, caplog) -> None:
    cache = TrackCache(tmp_path / "tracks", checkpoint)
    trigger = NetworkTrigger.load(checkpoint, device="cpu")
    first = cache.score(trigger, clip).track
    (file,) = (tmp_path / "tracks").iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert np.array_equal(cache.score(trigger, clip).track.scores, first.scores)
    assert "damaged" in caplog.text


def test_a_missing_video_is_left_out_and_named(tmp_path, checkpoint, clip, caplog) -> None:
    cache = TrackCache(tmp_path / "tracks", checkpoint)
    trigger = NetworkTrigger.load(checkpoint, device="cpu")
    absent = LabeledClip(tmp_path / "absent.mp4", "normal", (), "b")
    assert [s.clip for s in cache.score_all(trigger, [absent, clip])] == [clip]
    assert "absent.mp4" in caplog.text
    with pytest.raises(VideoError):
        cache.score(trigger, absent)
