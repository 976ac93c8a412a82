"""The sample clip tells the truth it claims: a collision at exactly 8.0 s."""

from pathlib import Path

import numpy as np
import pytest

from scripts.make_sample_clip import COLLISION_S, SIZE_PX, Street
from scripts.road_scene.story import (
    HALF_CAR_M,
    LENGTH_S,
    NOSE_M,
    contact_z_m,
    crossing_pose,
    ego_z_m,
    speed_mps,
)
from utils.clip import Sampling
from utils.video import VideoFile

ASSET = Path(__file__).parents[2] / "assets" / "sample.mp4"


def test_the_cars_touch_at_the_moment_claimed() -> None:
    def gap_m(time_s: float) -> float:
        return crossing_pose(time_s).z_m - HALF_CAR_M - ego_z_m(time_s) - NOSE_M

    assert COLLISION_S == 8.0
    assert gap_m(COLLISION_S) == pytest.approx(0.0, abs=1e-9)
    assert gap_m(COLLISION_S - 0.04) > 0.2
    assert gap_m(COLLISION_S + 0.2) >= 0
    assert contact_z_m() == crossing_pose(COLLISION_S).z_m


def test_both_cars_stand_at_the_end() -> None:
    assert speed_mps(LENGTH_S - 3) == 0.0
    last, before = crossing_pose(LENGTH_S), crossing_pose(LENGTH_S - 2)
    assert (last.x_m, last.z_m) == (before.x_m, before.z_m)


def test_the_asset_is_small_and_of_the_promised_length() -> None:
    assert ASSET.stat().st_size <= 2_000_000
    with VideoFile(ASSET) as video:
        assert (video.info.width_px, video.info.height_px) == SIZE_PX
        assert video.info.duration_s == pytest.approx(LENGTH_S, abs=0.05)


def test_the_picture_jumps_most_at_the_collision() -> None:
    with VideoFile(ASSET) as video:
        clips = list(video.sample(Sampling(12.5, (96, 54))))
    frames = np.concatenate([clip.frames for clip in clips]).astype(float)
    times_s = np.concatenate([clip.times_s for clip in clips])
    change = np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2, 3))
    assert COLLISION_S - 0.3 <= times_s[1:][change.argmax()] <= COLLISION_S + 0.5


def test_the_asset_is_what_the_script_draws() -> None:
    street = Street()
    with VideoFile(ASSET) as video:
        stored = video.grab([2.0, 10.0])
    for frame, time_s in zip(stored.frames, stored.times_s, strict=True):
        drawn = street.picture(float(time_s))
        assert np.abs(frame.astype(float) - drawn).mean() < 12
