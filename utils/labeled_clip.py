"""A labelled clip: one internal record for every label format, and the frame labels it gives.

Frame labels: 1 = crash, 0 = before it or no crash at all, -1 = not used (approach, aftermath).
They come from the moments, or from the intervals of a crash without a moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from utils.clip import Floats, Ints

ClipKind = Literal["crash", "normal", "near_miss"]
Split = Literal["train", "val", "test"]

BEFORE_S = 0.3  # a crash is labelled from this long before first contact ...
AFTER_S = 2.0  # ... until this long after it
QUIET_S = 1.0  # nearer than this before the contact a frame is neither quiet nor crash
NEAR_MISS_MARGIN_S = 2.5


@dataclass(frozen=True, slots=True)
class LabeledClip:
    """A video file, or a folder of frames, and what is known of it.

    events_s: first contacts (or the moments of near misses), seconds from the first frame, rising;
        empty for a crash whose moment nobody wrote down.
    group: clips of one group come from one source video and stay in one split.
    spans_s: labelled intervals [start, end) of the events, where the format gives them.
    alert_s: when the event could first be foreseen.
    dataset: the corpus, for slices and for the check that a score is more than its source.
    frame_rate: frames per second of a folder of frames; None for a video file.
    frame_names: the frames of the folder to use, in order; empty = all, by name.
    tags: labelled properties such as ego, light, weather, scene, accident class.
    weight: how often training draws the clip, relative to others.
    """

    path: Path
    kind: ClipKind
    events_s: tuple[float, ...]
    group: str
    split: Split = "train"
    spans_s: tuple[tuple[float, float], ...] = ()
    alert_s: float | None = None
    dataset: str = ""
    frame_rate: float | None = None
    frame_names: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    caption: str = ""
    weight: float = 1.0

    @property
    def first_event_s(self) -> float | None:
        """The first contact of a crash; None for other clips."""
        return self.events_s[0] if self.kind == "crash" and self.events_s else None


def frame_labels(clip: LabeledClip, times_s: Floats) -> Ints:
    """Labels (T,) of frames at times_s (T,): 1, 0, or -1 for frames that are not used."""
    if clip.kind == "normal":
        return np.zeros(len(times_s), dtype=np.int64)
    if clip.kind == "near_miss":
        near = [np.abs(times_s - moment) < NEAR_MISS_MARGIN_S for moment in clip.events_s]
        return np.where(np.any(near, axis=0), -1, 0) if near else np.zeros(len(times_s), np.int64)
    if not clip.events_s and clip.spans_s:
        return span_labels(clip, times_s)
    if not clip.events_s:
        return np.full(len(times_s), -1, dtype=np.int64)
    labels = np.where(times_s <= clip.events_s[0] - QUIET_S, 0, -1)
    for moment in clip.events_s:
        labels[(times_s >= moment - BEFORE_S) & (times_s <= moment + AFTER_S)] = 1
    return labels


def span_labels(clip: LabeledClip, times_s: Floats) -> Ints:
    """Labels (T,) of frames at times_s (T,): 1 inside a labelled interval, else 0."""
    inside = [(times_s >= start) & (times_s < end) for start, end in clip.spans_s]
    return np.any(inside, axis=0).astype(np.int64) if inside else np.zeros(len(times_s), np.int64)


def third_as_validation(clips: Sequence[LabeledClip], rows: Sequence[int]) -> list[LabeledClip]:
    """Clips with their split: those at row % 3 == 2 validate, unless that would split a group.

    A group with clips on both sides goes to training as a whole.
    """
    chosen = {clip.group for clip, row in zip(clips, rows, strict=True) if row % 3 == 2}
    others = {clip.group for clip, row in zip(clips, rows, strict=True) if row % 3 != 2}
    held_out = chosen - others
    return [replace(c, split="val" if c.group in held_out else "train") for c in clips]
