"""The cache of encoder features: computed once, made again when damaged."""

from pathlib import Path

import numpy as np
import pytest

from models.trainers.feature_cache import FeatureCache
from tests.models.trigger_factory import tiny_model
from tests.video_factory import write_video
from utils.errors import VideoError
from utils.labeled_clip import LabeledClip


@pytest.fixture
def clip(tmp_path: Path) -> LabeledClip:
    return LabeledClip(write_video(tmp_path / "a.mp4"), "normal", (), "a")


@pytest.fixture
def cache(tmp_path: Path) -> FeatureCache:
    return FeatureCache(tmp_path / "cache", tiny_model().visual_backbone, 3.0)


def test_features_come_from_disk_the_second_time(
    cache: FeatureCache, clip: LabeledClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = cache.encode(clip)
    monkeypatch.setattr(cache, "_compute", lambda video: pytest.fail("computed twice"))
    second = cache.encode(clip)
    np.testing.assert_array_equal(first.times_s, second.times_s)
    np.testing.assert_array_equal(first.features.cells, second.features.cells)
    assert first.features.pooled.shape[1] == len(first.times_s)


def test_a_damaged_cache_file_is_made_again(cache: FeatureCache, clip: LabeledClip) -> None:
    times_s = cache.encode(clip).times_s
    (file,) = cache.folder.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    np.testing.assert_array_equal(cache.encode(clip).times_s, times_s)


def test_clips_that_cannot_be_read_are_left_out(
    cache: FeatureCache, clip: LabeledClip, tmp_path: Path
) -> None:
    broken = LabeledClip(tmp_path / "b.mp4", "normal", (), "b")
    broken.path.write_bytes(b"not a video")
    absent = LabeledClip(tmp_path / "c.mp4", "normal", (), "c")
    assert [e.clip for e in cache.encode_all([broken, clip, absent])] == [clip]
    with pytest.raises(VideoError):
        cache.encode(absent)
