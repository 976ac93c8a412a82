"""The frames of a labelled clip that a model is shown: spread evenly, with their times."""

from dataclasses import dataclass, replace

import numpy as np

from utils.clip import Clip, Floats, Sampling
from utils.labeled_clip import LabeledClip
from utils.video import FrameFolder, open_frames
from utils.video.picture import fit_size

MAX_SIDE_PX = 640  # no model here reads larger pictures than this without cutting them in tiles


@dataclass(frozen=True, slots=True)
class Showing:
    """How many frames: rate_fps a second, at most max_frames; no rate = max_frames of any clip."""

    max_frames: int
    rate_fps: float | None = None
    max_side_px: int = MAX_SIDE_PX

    def times_s(self, start_s: float, end_s: float) -> Floats:
        """The middles (T,) of equally long parts of [start_s, end_s)."""
        length_s = max(0.0, end_s - start_s)
        count = self.max_frames
        if self.rate_fps is not None:
            count = min(count, max(1, round(length_s * self.rate_fps)))
        return start_s + (np.arange(count) + 0.5) * length_s / count


def show(clip: LabeledClip, showing: Showing, span_s: tuple[float, float] | None = None) -> Clip:
    """Frames of the clip, or of its part span_s, whose times then count from its first frame.

    Raises VideoError where it cannot be read.
    """
    with open_frames(clip.path, frame_rate=clip.frame_rate, names=clip.frame_names) as source:
        end_s = source.info.duration_s or 0.0
        start_s, end_s = (0.0, end_s) if span_s is None else (span_s[0], min(span_s[1], end_s))
        times_s = showing.times_s(start_s, max(start_s, end_s))
        if isinstance(source, FrameFolder):
            frames = _pick(source, times_s, showing.max_side_px)
        else:
            frames = source.grab(times_s.tolist(), max_side_px=showing.max_side_px)
    if span_s is None or not len(frames):
        return frames
    return replace(frames, times_s=frames.times_s - frames.times_s[0])


def _pick(source: FrameFolder, times_s: Floats, max_side_px: int) -> Clip:
    """The pictures shown at these times: for each, the last at or before it."""
    size_px = fit_size((source.info.width_px, source.info.height_px), max_side_px)
    every = Sampling(float(source.info.frame_rate or 1), size_px)
    clips = list(source.sample(every))
    known_s = np.concatenate([clip.times_s for clip in clips])
    rows = (np.searchsorted(known_s, times_s, side="right") - 1).clip(0)
    joined = replace(
        clips[0],
        frames=np.concatenate([clip.frames for clip in clips]),
        times_s=known_s,
        frame_indices=np.concatenate([clip.frame_indices for clip in clips]),
    )
    return joined.take(rows.tolist())
