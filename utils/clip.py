"""Frames and scores that travel with their times: `VideoInfo`, `Clip`, `ScoreTrack`.

Times are seconds from the first displayed frame. Nothing here decodes, scores or writes.
Dims: T frames, H rows, W columns, N scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


def _rising(times_s: Floats) -> bool:
    return bool(np.all(np.diff(times_s) > 0))


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What is known of a video file before its pictures are read.

    width_px, height_px: upright size, after rotation. frame_rate: the stream's average, a hint
    only (never multiply it by the duration). duration_s: from the headers, None where unknown.
    start_s: presentation time of the first displayed frame; a browser's player shows our time t
    at start_s + t. sha256: of the whole file, empty until it was asked for.
    """

    path: Path
    width_px: int
    height_px: int
    frame_rate: Fraction | None
    duration_s: float | None
    start_s: float = 0.0
    rotation_deg: int = 0
    codec: str = ""
    size_bytes: int = 0
    sha256: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Frames of one video: uint8 RGB (T,H,W,3), times_s (T,) rising, frame_indices (T,).

    A frame index counts the displayed frames of the file from 0.
    """

    frames: Frames
    times_s: Floats
    frame_indices: Ints
    info: VideoInfo

    def __post_init__(self) -> None:
        _check(self.frames.dtype == np.uint8, f"frames must be uint8, not {self.frames.dtype}")
        _check(
            self.frames.ndim == 4 and self.frames.shape[3] == 3,
            f"frames must be (T,H,W,3), not {self.frames.shape}",
        )
        count = len(self.frames)
        _check(self.times_s.shape == (count,), f"{count} frames but times {self.times_s.shape}")
        _check(self.frame_indices.shape == (count,), "one frame index per frame is needed")
        _check(_rising(self.times_s), "times_s must rise")

    def __len__(self) -> int:
        return len(self.frames)

    def __repr__(self) -> str:
        span = f"{self.times_s[0]:.3f}..{self.times_s[-1]:.3f} s" if len(self) else "empty"
        return f"Clip({len(self)} frames {self.frames.shape[2]}x{self.frames.shape[1]}, {span})"

    def take(self, rows: Sequence[int]) -> "Clip":
        """The frames at these rows, in rising order."""
        keep = sorted(set(rows))
        return replace(
            self,
            frames=self.frames[keep],
            times_s=self.times_s[keep],
            frame_indices=self.frame_indices[keep],
        )


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTrack:
    """Scores in [0, 1] with their times: times_s, scores, frame_indices, each (N,).

    span_s: how much video one score speaks of (0 = one frame). horizon_s: 0 for what is seen now,
    2.0 for "within the next two seconds". source: which trigger made it. windows_asked: how many
    questions a model was asked for these scores. notes: what must be known to read them.
    """

    times_s: Floats
    scores: Floats
    frame_indices: Ints
    source: str
    span_s: float = 0.0
    horizon_s: float = 0.0
    windows_asked: int = 0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check(self.times_s.ndim == 1, "times_s must be (N,)")
        _check(self.scores.shape == self.times_s.shape, "one score per time is needed")
        _check(self.frame_indices.shape == self.times_s.shape, "one frame index per time is needed")
        _check(_rising(self.times_s), "times_s must rise")
        inside = np.isfinite(self.scores) & (self.scores >= 0) & (self.scores <= 1)
        _check(bool(np.all(inside)), "scores must be finite and in [0, 1]")

    def __len__(self) -> int:
        return len(self.times_s)

    def __repr__(self) -> str:
        top = f"max {self.scores.max():.2f}" if len(self) else "empty"
        return f"ScoreTrack({len(self)} scores, {top}, {self.source})"

    def between(self, start_s: float, end_s: float) -> "ScoreTrack":
        """The piece with start_s <= time < end_s."""
        keep = (self.times_s >= start_s) & (self.times_s < end_s)
        return replace(
            self,
            times_s=self.times_s[keep],
            scores=self.scores[keep],
            frame_indices=self.frame_indices[keep],
        )


def join_tracks(tracks: Sequence[ScoreTrack]) -> ScoreTrack:
    """One track from consecutive pieces of the same source.

    Raises ValueError where the pieces overlap or there is none.
    """
    _check(len(tracks) > 0, "no score to join")
    return replace(
        tracks[0],
        times_s=np.concatenate([t.times_s for t in tracks]),
        scores=np.concatenate([t.scores for t in tracks]),
        frame_indices=np.concatenate([t.frame_indices for t in tracks]),
        windows_asked=sum(t.windows_asked for t in tracks),
        notes=tuple(dict.fromkeys(note for t in tracks for note in t.notes)),
    )


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a trigger wants its frames: at most rate_fps frames per second, of size_px (W, H)."""

    rate_fps: float
    size_px: tuple[int, int]


@dataclass(slots=True)
class DecodeCounts:
    """What decoding really did; filled while a video is read.

    damaged: less could be read than the file promises; a warning then names both numbers.
    """

    frames_read: int = 0
    frames_decoded: int = 0
    frames_sampled: int = 0
    damaged: bool = False
    warnings: list[str] = field(default_factory=list)
