"""The short road: arrays in, arrays out."""

from pathlib import Path

import numpy as np
import pytest

import utils
from tests.video_factory import VideoPlan, read_barcode, write_video
from utils.frame_sampler import FrameSampler, VideoProcessor


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("v") / "a.mp4", VideoPlan(frames=60))


def test_three_frames_a_second_with_their_times(path: Path) -> None:
    frames, timestamps = FrameSampler(fps=3).sample_frames(path)
    assert frames.shape == (6, 128, 192, 3)
    assert frames.dtype == np.uint8
    assert [read_barcode(f) for f in frames] == [0, 10, 20, 30, 40, 50]
    np.testing.assert_allclose(timestamps, np.arange(6) / 3, atol=1e-3)


def test_limits_and_sizes(path: Path) -> None:
    sampler = FrameSampler(fps=3, max_frames=4, size_px=(64, 32))
    assert sampler.sample_frames(path)[0].shape == (4, 32, 64, 3)
    assert [len(c) for c in sampler.iter_clips(path, batch_frames=3)] == [3, 1]
    with pytest.raises(ValueError, match="above 0"):
        FrameSampler(fps=0)


def test_the_processor_brings_frames_to_size(path: Path) -> None:
    frames, _ = FrameSampler(fps=3).sample_frames(path)
    small = VideoProcessor(size_px=(224, 224)).process_frames(frames)
    assert small.shape == (6, 224, 224, 3)
    assert small.dtype == np.uint8
    assert [read_barcode(f) for f in small] == [0, 10, 20, 30, 40, 50]
    assert VideoProcessor().process_frames([]).shape == (0, 224, 224, 3)


def test_both_are_at_hand_in_the_package() -> None:
    assert utils.FrameSampler is FrameSampler
    assert utils.VideoProcessor is VideoProcessor
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = utils.nothing
