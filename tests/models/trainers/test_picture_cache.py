"""Decoded pictures on disk: decoded once, mapped, bounded, made again when damaged."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.trainers.picture_cache import PictureCache
from tests.video_factory import barcode_frame, write_video
from utils.errors import ConfigError, VideoError
from utils.labeled_clip import LabeledClip


def _cache(folder: Path, max_gib: float = 1.0) -> PictureCache:
    return PictureCache(folder, rate_fps=6.0, side_px=32, max_gib=max_gib)


@pytest.fixture
def clip(tmp_path: Path) -> LabeledClip:
    return LabeledClip(write_video(tmp_path / "a.mp4"), "normal", (), "a")


def test_pictures_come_from_disk_the_second_time(
    clip: LabeledClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _cache(tmp_path / "cache").open(clip)
    again = _cache(tmp_path / "cache")
    monkeypatch.setattr(again, "_decode", lambda *_: pytest.fail("decoded twice"))
    second = again.open(clip)
    np.testing.assert_array_equal(first.times_s, second.times_s)
    rows = [0, 2, len(first.times_s) - 1]
    assert second.take(rows).frames.shape == (3, 3, 32, 32)
    np.testing.assert_array_equal(first.take(rows).frames, second.take(rows).frames)


@pytest.mark.parametrize("suffix", [".frames", ".times"])
def test_damaged_pictures_are_made_again(clip: LabeledClip, tmp_path: Path, suffix: str) -> None:
    cache = _cache(tmp_path / "cache")
    whole = cache.open(clip).take([1]).frames
    (file,) = (tmp_path / "cache").glob(f"*{suffix}")
    file.write_bytes(file.read_bytes()[:50])
    np.testing.assert_array_equal(cache.open(clip).take([1]).frames, whole)


def test_too_many_pictures_are_refused_before_decoding(clip: LabeledClip, tmp_path: Path) -> None:
    cache = _cache(tmp_path / "cache", max_gib=1e-6)
    with pytest.raises(ConfigError, match="max_picture_gib"):
        cache.open_all([clip])
    assert not (tmp_path / "cache").exists()
    with pytest.raises(ConfigError, match="max_picture_gib"):  # where the length was unknown
        cache.open(clip)
    assert not list((tmp_path / "cache").glob("*.frames"))


def test_clips_that_cannot_be_read_are_left_out(clip: LabeledClip, tmp_path: Path) -> None:
    broken = LabeledClip(tmp_path / "b.mp4", "normal", (), "b")
    broken.path.write_bytes(b"not a video")
    cache = _cache(tmp_path / "cache")
    assert [p.clip for p in cache.open_all([broken, clip])] == [clip]
    with pytest.raises(VideoError):
        cache.open(LabeledClip(tmp_path / "c.mp4", "normal", (), "c"))


def test_a_folder_of_pictures_is_kept_at_its_own_rate(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(20):
        Image.fromarray(barcode_frame(number, (64, 48))).save(folder / f"{number}.png")
    clip = LabeledClip(folder, "normal", (), "a", frame_rate=10.0)
    kept = _cache(tmp_path / "cache").open(clip)
    assert kept.times_s[-1] == pytest.approx(1.9, abs=0.2)
    frames = kept.take([0, len(kept.times_s) - 1]).frames
    assert not np.array_equal(frames[0], frames[1])
