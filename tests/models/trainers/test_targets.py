"""What is to be said of frames: crashes now, collisions ahead, classes."""

from pathlib import Path

import numpy as np
import pytest

from models.trainers.targets import Target, build_target
from utils.config import validate
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip, frame_labels


def _crash(*events_s: float, alert_s: float | None = None, **tags: str) -> LabeledClip:
    return LabeledClip(Path("c.mp4"), "crash", events_s, "c", alert_s=alert_s, tags=tags)


def test_a_crash_target_is_the_frame_label() -> None:
    times_s = np.arange(0, 12, 0.5)
    targets = Target().frames(_crash(6.0), times_s)
    np.testing.assert_array_equal(targets.labels, frame_labels(_crash(6.0), times_s))
    np.testing.assert_array_equal(targets.weights, np.ones(len(times_s)))


def test_a_collision_is_foreseen_within_the_horizon() -> None:
    times_s = np.array([0.0, 2.9, 3.0, 3.9, 4.0, 5.0, 6.0, 6.1, 9.0])
    targets = Target(horizon_s=2.0).frames(_crash(6.0), times_s)
    assert targets.labels.tolist() == [0, 0, -1, -1, 1, 1, 1, -1, -1]
    near = targets.weights[4:7]
    np.testing.assert_allclose(near, [np.exp(-2.0), np.exp(-1.0), 1.0])


@pytest.mark.parametrize(("alert_s", "expected"), [
    (5.0, [0, -1, -1, 1]),  # nobody could foresee it at 4.5 s
    (2.5, [0, -1, 1, 1]),
    (0.5, [-1, -1, 1, 1]),  # what could be foreseen from 0.5 s on is not quiet at 0 s
])  # fmt: skip
def test_nothing_is_foreseen_before_the_alert_and_nothing_quiet_is_asked_after_it(
    alert_s: float, expected: list[int]
) -> None:
    times_s = np.array([0.0, 3.5, 4.5, 5.5])
    labels = Target(2.0).frames(_crash(6.0, alert_s=alert_s), times_s).labels
    assert labels.tolist() == expected


def test_a_near_miss_foretells_no_collision() -> None:
    clip = LabeledClip(Path("n.mp4"), "near_miss", (6.0,), "n")
    labels = Target(2.0).frames(clip, np.array([0.0, 3.5, 5.0, 7.0])).labels
    assert labels.tolist() == [0, -1, -1, -1]


def test_a_clip_shown_twice_as_fast_keeps_the_seconds_around_the_contact() -> None:
    times_s = np.arange(0, 20, 0.5)
    fast = Target().frames(_crash(12.0), times_s, speed=2.0).labels
    assert fast.tolist() == frame_labels(_crash(6.0), times_s / 2).tolist()


def test_classes_are_named_by_the_clips() -> None:
    clips = [_crash(2.0, **{"class": "turning"}), _crash(2.0, **{"class": "ahead"})]
    settings = validate({"model": {"trigger_detector": {"num_classes": 3}}}, source="test")
    target = build_target(settings, clips)
    assert target.classes == ("nothing", "ahead", "turning")
    assert target.frames(clips[0], np.array([0.0, 2.0])).labels.tolist() == [0, 2]
    with pytest.raises(AnnotationError, match="num_classes must be 2"):
        build_target(settings, clips[:1])
    with pytest.raises(AnnotationError, match="'sideways'"):
        target.frames(_crash(2.0, **{"class": "sideways"}), np.array([2.0]))
