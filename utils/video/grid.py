"""Which frames a sampling wants: the first at or after each grid time k / rate.

A frame's slot is the number of grid times at or before it. A frame is wanted where its slot is
higher than the slot of the frame shown before it, so no frame is given twice and none is made up.
"""

import math
from dataclasses import dataclass

EVERY_FRAME_FPS = 1e6


@dataclass(frozen=True, slots=True)
class Grid:
    """Grid times k / rate_fps in [start_s, end_s); slack_s forgives rounded time stamps."""

    rate_fps: float = EVERY_FRAME_FPS
    start_s: float = 0.0
    end_s: float = math.inf
    slack_s: float = 1e-6

    def slot(self, time_s: float) -> int:
        """How many grid times lie at or before this time, less one."""
        return math.floor((time_s + self.slack_s) * self.rate_fps)

    @property
    def floor_slot(self) -> int:
        """The slot just before the first wanted one."""
        return math.ceil((self.start_s - self.slack_s) * self.rate_fps) - 1

    @property
    def covers_all(self) -> bool:
        """Whether the grid spans the whole video."""
        return self.start_s <= 0 and self.end_s == math.inf

    def wants(self, time_s: float, previous_slot: int) -> bool:
        """Whether the frame at this time is the first of its slot, given the slot before it."""
        past = max(previous_slot, self.floor_slot)
        return time_s < self.end_s and self.slot(time_s) > past
