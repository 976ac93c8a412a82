"""Windows with clip labels: which frames, which label."""

from pathlib import Path

import numpy as np
import pytest

from models.trainers.clip_crops import WindowSampler, WindowSettings, clip_label, even_rows
from models.trainers.feature_cache import EncodedClip
from models.trainers.targets import Target
from tests.models.trigger_factory import random_features
from utils.labeled_clip import LabeledClip


def _encoded(length_s: float, *events_s: float, kind: str = "crash") -> EncodedClip:
    times_s = np.arange(0, length_s, 1 / 12)
    clip = LabeledClip(Path("a.mp4"), kind, events_s, "a")
    return EncodedClip(clip, random_features(len(times_s)), times_s)


def _windows(encoded: EncodedClip, count: int = 30):
    settings = WindowSettings(frames=16, rate_fps=4.0, target=Target())
    sampler = WindowSampler([encoded], settings, np.random.default_rng(0))
    return [sampler.crop(encoded) for _ in range(count)]


def test_frames_are_evenly_spaced() -> None:
    times_s = np.arange(0, 10, 0.1)
    rows = even_rows(times_s, (1.0, 9.0), 5)
    np.testing.assert_allclose(times_s[rows], [1, 3, 5, 7, 9], atol=0.11)
    assert even_rows(times_s[:3], (0.0, 0.2), 8).tolist() == [0, 1, 2]


def test_a_short_clip_is_shown_nearly_whole() -> None:
    for crop in _windows(_encoded(6.0, 3.0)):
        assert len(crop.times_s) == 16
        assert crop.times_s[0] == 0
        assert 4.0 < crop.times_s[-1] <= 6.0
        assert crop.clip_label == 1


def test_a_window_of_a_long_crash_clip_holds_the_contact() -> None:
    for crop in _windows(_encoded(60.0, 30.0)):
        assert 2.9 <= crop.times_s[-1] <= 5.5
        assert crop.clip_label == 1


def test_a_crash_without_a_known_moment_is_shown_whole() -> None:
    assert all(c.clip_label == 1 and c.times_s[-1] > 40 for c in _windows(_encoded(60.0)))


@pytest.mark.parametrize(("span_s", "label"), [
    ((0.0, 4.9), 0), ((0.0, 5.5), -1), ((5.0, 7.0), 1), ((7.0, 9.0), -1),
])  # fmt: skip
def test_a_window_has_the_label_of_what_it_shows(span_s: tuple[float, float], label: int) -> None:
    assert clip_label(_encoded(10.0, 6.0).clip, span_s, Target()) == label


@pytest.mark.parametrize("kind", ["normal", "near_miss"])
def test_clips_without_a_crash_are_negative(kind: str) -> None:
    assert {c.clip_label for c in _windows(_encoded(60.0, kind=kind))} == {0}
