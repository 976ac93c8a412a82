"""Frames on their way to a Clip; knows nothing of where they come from."""

import numpy as np

from utils.clip import Clip, Frames, VideoInfo


class Batch:
    """Collects frames of one video, in order."""

    def __init__(self, info: VideoInfo) -> None:
        self._info = info
        self._frames: list[Frames] = []
        self._times_s: list[float] = []
        self._indices: list[int] = []

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, pixels: Frames, time_s: float, index: int) -> None:
        """Append a frame: RGB (H,W,3), its time and its number."""
        self._frames.append(pixels)
        self._times_s.append(time_s)
        self._indices.append(index)

    def clip(self) -> Clip:
        """All frames added so far."""
        return Clip(
            np.stack(self._frames),
            np.array(self._times_s, dtype=np.float64),
            np.array(self._indices, dtype=np.int64),
            self._info,
        )
