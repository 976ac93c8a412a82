"""Random pieces of encoded clips: what the network sees in training.

A crop starts anywhere, runs slower or faster, and may be joined to a piece of another video, so
that neither the position in the file nor a scene cut tells anything about a crash.
Dims: T frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from models.trainers.feature_cache import EncodedClip
from models.visual_encoder import FrameFeatures
from utils.clip import Floats, Ints
from utils.labeled_clip import frame_labels

MIN_FRAMES = 4


@dataclass(frozen=True, slots=True)
class CropSettings:
    """How crops are drawn. Lengths in seconds of the sped-up clip; chances in [0, 1]."""

    rate_fps: float = 3.0
    length_s: tuple[float, float] = (4.0, 18.0)
    speed: tuple[float, float] = (0.6, 1.7)
    speed_chance: float = 0.6
    at_event_chance: float = 0.7
    join_chance: float = 0.3
    joined_length_s: tuple[float, float] = (2.0, 8.0)


@dataclass(frozen=True, slots=True)
class Crop:
    """Features (1,T,...), times (T,) from 0 and labels (T,) of one crop."""

    features: FrameFeatures
    times_s: Floats
    labels: Ints


class CropSampler:
    """Draws crops; the same generator state gives the same crops."""

    def __init__(
        self,
        clips: Sequence[EncodedClip],
        settings: CropSettings,
        generator: np.random.Generator,
    ) -> None:
        self.clips = clips
        self.settings = settings
        self.generator = generator

    def crop(self, encoded: EncodedClip) -> Crop:
        """One crop of a clip, joined to a piece of another one now and then."""
        crop = self._piece(encoded, self.settings.length_s)
        if self._chance(self.settings.join_chance):
            other = self._piece(self._draw_clip(), self.settings.joined_length_s)
            first, second = (crop, other) if self._chance(0.5) else (other, crop)
            crop = _join(first, second, 1 / self.settings.rate_fps)
        return crop

    def _draw_clip(self) -> EncodedClip:
        return self.clips[int(self.generator.integers(len(self.clips)))]

    def _chance(self, probability: float) -> bool:
        return bool(self.generator.random() < probability)

    def _piece(self, encoded: EncodedClip, length_s: tuple[float, float]) -> Crop:
        speed = self._speed()
        wanted_s = self.generator.uniform(*length_s) * speed
        start_s = self._start(encoded, wanted_s) + self.generator.uniform(0, 0.3)
        rows = grid_rows(encoded.times_s, (start_s, start_s + wanted_s), speed / self._rate)
        if len(rows) < MIN_FRAMES:
            rows = grid_rows(encoded.times_s, (0.0, np.inf), 1 / self._rate)
            speed = 1.0
        return _crop(encoded, rows, speed)

    @property
    def _rate(self) -> float:
        return self.settings.rate_fps

    def _speed(self) -> float:
        if not self._chance(self.settings.speed_chance):
            return 1.0
        low, high = np.log(self.settings.speed)
        return float(np.exp(self.generator.uniform(low, high)))

    def _start(self, encoded: EncodedClip, length_s: float) -> float:
        """Anywhere; for a crash most often so that the crash lies somewhere in the crop."""
        last_s = float(encoded.times_s[-1])
        event_s = encoded.clip.first_event_s
        start_s = self.generator.uniform(-3, max(last_s - 3, 0))
        if event_s is not None and self._chance(self.settings.at_event_chance):
            start_s = event_s - self.generator.uniform(0, length_s)
        return max(0.0, float(start_s))


def grid_rows(times_s: Floats, span_s: tuple[float, float], step_s: float) -> Ints:
    """Rows of the first frames at or after each grid point start + k * step of a span."""
    end_s = min(span_s[1], float(times_s[-1]))
    grid = np.arange(span_s[0], end_s + 1e-3, step_s)
    rows = np.unique(np.searchsorted(times_s, grid - 1e-3))
    return rows[rows < len(times_s)]


def _crop(encoded: EncodedClip, rows: Ints, speed: float) -> Crop:
    times_s = encoded.times_s[rows]
    labels = _labels(encoded, times_s, speed)
    return Crop(encoded.take(rows.tolist()), (times_s - times_s[0]) / speed, labels)


def _labels(encoded: EncodedClip, times_s: Floats, speed: float) -> Ints:
    """Labels after the speed change: the windows around the contact keep their lengths."""
    clip = encoded.clip
    moved = tuple(event_s / speed for event_s in clip.events_s)
    return frame_labels(replace(clip, events_s=moved), times_s / speed)


def _join(first: Crop, second: Crop, gap_s: float) -> Crop:
    parts = zip(first.features.parts(), second.features.parts(), strict=True)
    later_s = second.times_s + first.times_s[-1] + gap_s
    return Crop(
        FrameFeatures(*(torch.cat(pair, 1) for pair in parts)),
        np.concatenate([first.times_s, later_s]),
        np.concatenate([first.labels, second.labels]),
    )
