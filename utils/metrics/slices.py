"""The same figures over parts of the clips: by light, weather, ego, scene, view, data set.

A part with fewer than five clips that hold an event gets no figure, only its counts. Clips that the
protocol does not use count for nothing. Dims: C clips.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Ints
from utils.labeled_clip import LabeledClip

LEAST_EVENTS = 5
KEYS = ("dataset", "view", "ego", "light", "weather", "scene", "class")


@dataclass(frozen=True, slots=True, eq=False)
class ClipSlice:
    """Clips with one value of one property: member (C,) is 1 for them, 0 for the others.

    event_clips hold a crash or a near miss, normal_clips nothing.
    """

    key: str
    value: str
    member: Ints
    event_clips: int
    normal_clips: int

    @property
    def large_enough(self) -> bool:
        """Whether there are enough events for a figure."""
        return self.event_clips >= LEAST_EVENTS


def slices(clips: Sequence[LabeledClip], used: Sequence[int]) -> list[ClipSlice]:
    """The parts by each property that has at least two values among the used clips."""
    found = []
    for key in KEYS:
        values = {row: _value(clips[row], key) for row in used}
        named = sorted({value for value in values.values() if value})
        if len(named) < 2:
            continue
        for value in named:
            rows = [row for row, own in values.items() if own == value]
            member = np.zeros(len(clips), dtype=np.int64)
            member[rows] = 1
            normal = sum(clips[row].kind == "normal" for row in rows)
            found.append(ClipSlice(key, value, member, len(rows) - normal, normal))
    return found


def _value(clip: LabeledClip, key: str) -> str:
    return clip.dataset if key == "dataset" else clip.tags.get(key, "")
