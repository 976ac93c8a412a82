"""Frames as plain arrays: the short road for code that wants no records.

`FrameSampler` draws frames from a file, `VideoProcessor` brings them to a network's size.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from utils.clip import Clip, Floats, Frames, Sampling
from utils.video import DecodeLimits, VideoFile
from utils.video.picture import fit_size, resize_pixels


class FrameSampler:
    """Draws at most `fps` frames a second: the first frame at or after each k / fps."""

    def __init__(
        self,
        fps: float = 3.0,
        *,
        max_frames: int | None = None,
        size_px: tuple[int, int] | None = None,
        limits: DecodeLimits | None = None,
    ) -> None:
        """size_px is (width, height); None keeps the video's upright size."""
        if not fps > 0:
            raise ValueError(f"fps must be above 0, not {fps}")
        if max_frames is not None and max_frames < 1:
            raise ValueError(f"max_frames must be above 0, not {max_frames}")
        self.fps = fps
        self.max_frames = max_frames
        self.size_px = size_px
        self.limits = limits or DecodeLimits()

    def iter_clips(self, path: Path | str, *, batch_frames: int = 32) -> Iterator[Clip]:
        """The frames in clips of at most batch_frames; memory does not grow with length."""
        with VideoFile(path, self.limits) as video:
            size_px = self.size_px or fit_size((video.info.width_px, video.info.height_px), None)
            sampling = Sampling(self.fps, size_px)
            yield from video.sample(sampling, batch_frames=batch_frames, max_frames=self.max_frames)

    def sample_frames(self, path: Path | str) -> tuple[Frames, Floats]:
        """All sampled frames, uint8 RGB (T, H, W, 3), and their times (T,), seconds.

        The whole result is in memory: set max_frames or size_px for long videos, or use
        `iter_clips`. Raises VideoError.
        """
        clips = list(self.iter_clips(path))
        frames = np.concatenate([clip.frames for clip in clips])
        return frames, np.concatenate([clip.times_s for clip in clips])


class VideoProcessor:
    """Resizes frames to the size a network wants."""

    def __init__(self, size_px: tuple[int, int] = (224, 224)) -> None:
        """size_px is (width, height)."""
        self.size_px = size_px

    def process_frames(self, frames: Frames | Sequence[Frames]) -> Frames:
        """uint8 RGB (T, H, W, 3), or a list of (H, W, 3) -> uint8 (T, height, width, 3)."""
        width, height = self.size_px
        out = np.empty((len(frames), height, width, 3), np.uint8)
        for row, frame in zip(out, frames, strict=True):
            row[:] = resize_pixels(frame, self.size_px)
        return out
