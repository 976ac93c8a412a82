"""Which frames of a labelled clip are crash, quiet, or not used."""

from pathlib import Path

import numpy as np

from utils.labeled_clip import LabeledClip, frame_labels, span_labels

TIMES_S = np.arange(0.0, 8.0, 0.5)


def _clip(**known) -> LabeledClip:
    return LabeledClip(Path("a.mp4"), "crash", known.pop("events_s", ()), "a", **known)


def _times(labels, value: int) -> list[float]:
    return TIMES_S[labels == value].tolist()


def test_a_moment_gives_crash_frames_around_it_and_quiet_frames_before() -> None:
    labels = frame_labels(_clip(events_s=(4.0,), spans_s=((3.0, 8.0),)), TIMES_S)
    assert _times(labels, 1) == [4.0, 4.5, 5.0, 5.5, 6.0]
    assert _times(labels, 0) == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]


def test_a_crash_with_a_span_and_no_moment_is_labelled_by_the_span() -> None:
    clip = _clip(spans_s=((1.0, 2.0), (5.0, 5.5)))
    assert _times(frame_labels(clip, TIMES_S), 1) == [1.0, 1.5, 5.0]
    assert np.array_equal(frame_labels(clip, TIMES_S), span_labels(clip, TIMES_S))


def test_a_crash_of_which_nothing_is_known_labels_no_frame() -> None:
    assert (frame_labels(_clip(), TIMES_S) == -1).all()
