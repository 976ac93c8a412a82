"""Random pieces of clips in time: what the network sees in training.

A crop starts anywhere, runs slower or faster, and may be joined to a piece of another video, so
that neither the position in the file nor a scene cut tells anything about a crash. Whether a clip
is features or pictures does not matter here. Dims: T frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, Self, TypeVar

import numpy as np

from models.trainers.targets import FrameTargets, Target
from utils.clip import Floats, Ints
from utils.labeled_clip import LabeledClip

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
    target: Target = field(default_factory=Target)


class Joinable(Protocol):
    """Features or pictures of frames."""

    def joined(self, later: Self) -> Self:
        """These frames and then the later ones."""
        ...


Shown = TypeVar("Shown", bound=Joinable)
ShownOut = TypeVar("ShownOut", bound=Joinable, covariant=True)


class TimedClip(Protocol[ShownOut]):
    """A labelled clip whose frames can be taken by row; times (T,), rising."""

    @property
    def clip(self) -> LabeledClip: ...

    @property
    def times_s(self) -> Floats: ...

    def take(self, rows: Sequence[int]) -> ShownOut: ...


@dataclass(frozen=True, slots=True)
class Crop(Generic[Shown]):
    """Features or pictures of T frames, their times (T,) from 0 and what is to be said of them.

    clip_label: what is to be said of them all together, -1 for nothing.
    """

    features: Shown
    times_s: Floats
    targets: FrameTargets
    clip_label: int = -1


class CropSampler(Generic[Shown]):
    """Draws crops; the same generator state gives the same crops."""

    def __init__(
        self,
        clips: Sequence[TimedClip[Shown]],
        settings: CropSettings,
        generator: np.random.Generator,
    ) -> None:
        self.clips = clips
        self.settings = settings
        self.generator = generator

    def crop(self, timed: TimedClip[Shown]) -> Crop[Shown]:
        """One crop of a clip, joined to a piece of another one now and then."""
        crop = self._piece(timed, self.settings.length_s)
        if self._chance(self.settings.join_chance):
            other = self._piece(self._draw_clip(), self.settings.joined_length_s)
            first, second = (crop, other) if self._chance(0.5) else (other, crop)
            crop = _join(first, second, 1 / self.settings.rate_fps)
        return crop

    def _draw_clip(self) -> TimedClip[Shown]:
        return self.clips[int(self.generator.integers(len(self.clips)))]

    def _chance(self, probability: float) -> bool:
        return bool(self.generator.random() < probability)

    def _piece(self, timed: TimedClip[Shown], length_s: tuple[float, float]) -> Crop[Shown]:
        speed = self._speed()
        wanted_s = self.generator.uniform(*length_s) * speed
        start_s = self._start(timed, wanted_s) + self.generator.uniform(0, 0.3)
        rows = grid_rows(timed.times_s, (start_s, start_s + wanted_s), speed / self._rate)
        if len(rows) < MIN_FRAMES:
            rows = grid_rows(timed.times_s, (0.0, np.inf), 1 / self._rate)
            speed = 1.0
        return self.take(timed, rows, speed)

    def take(self, timed: TimedClip[Shown], rows: Ints, speed: float) -> Crop[Shown]:
        """These frames of a clip, shown `speed` times as fast."""
        times_s = timed.times_s[rows]
        targets = self.settings.target.frames(timed.clip, times_s, speed=speed)
        return Crop(timed.take(rows.tolist()), (times_s - times_s[0]) / speed, targets)

    @property
    def _rate(self) -> float:
        return self.settings.rate_fps

    def _speed(self) -> float:
        if not self._chance(self.settings.speed_chance):
            return 1.0
        low, high = np.log(self.settings.speed)
        return float(np.exp(self.generator.uniform(low, high)))

    def _start(self, timed: TimedClip[Shown], length_s: float) -> float:
        """Anywhere; for a crash most often so that the crash lies somewhere in the crop."""
        last_s = float(timed.times_s[-1])
        event_s = timed.clip.first_event_s
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


def _join(first: Crop[Shown], second: Crop[Shown], gap_s: float) -> Crop[Shown]:
    later_s = second.times_s + first.times_s[-1] + gap_s
    return Crop(
        first.features.joined(second.features),
        np.concatenate([first.times_s, later_s]),
        first.targets.joined(second.targets),
    )
