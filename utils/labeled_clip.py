"""A labelled clip: one internal record for every label format, and the frame labels it gives.

Frame labels: 1 = crash, 0 = before it or no crash at all, -1 = not used (approach, aftermath).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from utils.clip import Floats, Ints

ClipKind = Literal["crash", "normal", "near_miss"]
Split = Literal["train", "val"]

BEFORE_S = 0.3  # a crash is labelled from this long before first contact ...
AFTER_S = 2.0  # ... until this long after it
QUIET_S = 1.0  # nearer than this before the contact a frame is neither quiet nor crash
NEAR_MISS_MARGIN_S = 2.5


@dataclass(frozen=True, slots=True)
class LabeledClip:
    """A video file and what is known of it.

    events_s: first contacts (or the moments of near misses), seconds from the first frame, rising.
    group: clips of one group come from one source and stay in one split.
    """

    path: Path
    kind: ClipKind
    events_s: tuple[float, ...]
    group: str
    split: Split = "train"

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
    labels = np.where(times_s <= clip.events_s[0] - QUIET_S, 0, -1)
    for moment in clip.events_s:
        labels[(times_s >= moment - BEFORE_S) & (times_s <= moment + AFTER_S)] = 1
    return labels


def third_as_validation(clips: Sequence[LabeledClip], rows: Sequence[int]) -> list[LabeledClip]:
    """Clips with their split: those at row % 3 == 2 validate, unless that would split a group.

    A group with clips on both sides goes to training as a whole.
    """
    chosen = {clip.group for clip, row in zip(clips, rows, strict=True) if row % 3 == 2}
    others = {clip.group for clip, row in zip(clips, rows, strict=True) if row % 3 != 2}
    held_out = chosen - others
    return [replace(c, split="val" if c.group in held_out else "train") for c in clips]
