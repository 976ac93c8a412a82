"""What is kept of a clip once its frames are gone: source facts, picture hashes, highest score.

Source facts say how a clip was made, never what it shows. T frames, K hashes.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from utils.clip import Clip, Floats, Frames, ScoreTrack
from utils.labeled_clip import LabeledClip

Hashes = NDArray[np.uint64]
FACTS = ("picture size", "shape", "frame rate", "bit rate", "black border", "still overlay")
BLACK = 18  # video black is 16
STILL, EDGE = 1.5, 40.0  # grey levels: change over time, step to the neighbour
HASH_SIDE = 8
HASH_EVERY_S = 1.0
FLAT = 12.0  # a picture with less contrast has a hash of noise


@dataclass(frozen=True, slots=True, eq=False)
class ClipTrace:
    """A clip without its frames. facts: one number per name of FACTS. hashes: (K,)."""

    clip: LabeledClip
    top_score: float
    facts: Floats
    hashes: Hashes


def trace(clip: LabeledClip, frames: Clip, track: ScoreTrack) -> ClipTrace:
    """What is kept of a clip."""
    grey = np.stack([cv2.cvtColor(f, cv2.COLOR_RGB2GRAY) for f in frames.frames])
    return ClipTrace(clip, float(track.scores.max()), _facts(frames, grey), _hashes(frames, grey))


def difference_hash(grey: Frames) -> int:
    """64 bits of a grey picture (H,W): where it gets brighter from left to right, 8 x 8."""
    small = cv2.resize(grey, (HASH_SIDE + 1, HASH_SIDE), interpolation=cv2.INTER_AREA)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def _facts(frames: Clip, grey: Frames) -> Floats:
    info = frames.info
    length_s = info.duration_s or float(frames.times_s[-1]) or 1.0
    bits = max(1.0, 8 * info.size_bytes / length_s)
    facts = (
        np.log(info.width_px * info.height_px),
        np.log(info.width_px / info.height_px),
        float(info.frame_rate or 0),
        np.log(bits),
        black_border(grey),
        _still_overlay(grey),
    )
    return np.array(facts, dtype=np.float64)


def black_border(grey: Frames) -> float:
    """Share of the picture (T,H,W) in black rows and columns at its edges."""
    lit = grey.max(0) > BLACK + 8
    rows, columns = np.flatnonzero(lit.mean(1) > 0.02), np.flatnonzero(lit.mean(0) > 0.02)
    if not len(rows) or not len(columns):
        return 1.0
    inside = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    return 1.0 - float(inside) / float(lit.size)


def _still_overlay(grey: Frames) -> float:
    """Share of pixels with a sharp edge that never changes: lettering, marks, a fixed camera."""
    still = grey.std(0) < STILL
    first = grey[0].astype(np.float64)
    step = np.abs(np.diff(first, axis=1, prepend=first[:, :1]))
    return float((still & (step > EDGE)).mean())


def _hashes(frames: Clip, grey: Frames) -> Hashes:
    wanted_s = np.arange(frames.times_s[0], frames.times_s[-1] + 1e-6, HASH_EVERY_S)
    rows = np.unique(np.searchsorted(frames.times_s, wanted_s).clip(0, len(grey) - 1))
    kept = [difference_hash(grey[row]) for row in rows if grey[row].std() >= FLAT]
    return np.array(kept, dtype=np.uint64)
