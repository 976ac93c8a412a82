"""Windows drawn of whole clips: what a network sees that gives one score per window.

The frames of a window are evenly spaced, as many as the network reads at a time. A clip of up to
two windows' length is shown nearly whole; of a longer one a piece, for a crash around its contact.
Dims: T frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol

import numpy as np

from models.trainers.crops import Crop, CropSampler, CropSettings, Shown, TimedClip
from models.trainers.targets import Target
from utils.clip import Floats, Ints
from utils.labeled_clip import QUIET_S, LabeledClip
from utils.settings import Settings

MOST_TRIMMED = 0.15  # of a clip's length at either end
WHOLE_UP_TO = 2.0  # windows' lengths
SPEED = (0.75, 1.33)


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """frames: of a window. rate_fps: at which a video is scored with them later."""

    frames: int
    rate_fps: float
    target: Target

    @property
    def length_s(self) -> float:
        """What a window spans where a video is scored."""
        return self.frames / self.rate_fps


class Sampler(Protocol[Shown]):
    """Draws a crop of a clip."""

    clips: Sequence[TimedClip[Shown]]

    def crop(self, timed: TimedClip[Shown]) -> Crop[Shown]:
        """The next random crop of the clip."""
        ...


class WindowSampler(Generic[Shown]):
    """Draws windows with the label of their clip; equal generators draw equal windows."""

    def __init__(
        self,
        clips: Sequence[TimedClip[Shown]],
        settings: WindowSettings,
        generator: np.random.Generator,
    ) -> None:
        self.clips = clips
        self.settings = settings
        self.generator = generator

    def crop(self, timed: TimedClip[Shown]) -> Crop[Shown]:
        """One window of a clip."""
        span_s = self._span(timed)
        rows = even_rows(timed.times_s, span_s, self.settings.frames)
        times_s = timed.times_s[rows]
        target = self.settings.target
        return Crop(
            timed.take(rows.tolist()),
            times_s - times_s[0],
            target.frames(timed.clip, times_s),
            clip_label(timed.clip, span_s, target),
        )

    def _span(self, timed: TimedClip[Shown]) -> tuple[float, float]:
        end_s, clip = float(timed.times_s[-1]), timed.clip
        untimed = clip.kind == "crash" and not clip.events_s
        if untimed or end_s <= WHOLE_UP_TO * self.settings.length_s:
            first, last = self.generator.uniform(0, MOST_TRIMMED, 2)
            return float(first * end_s), float((1 - last) * end_s)
        length_s = min(self.settings.length_s * float(self.generator.uniform(*SPEED)), end_s)
        start_s = self.generator.uniform(0, end_s - length_s)
        if clip.first_event_s is not None:
            start_s = clip.first_event_s - self.generator.uniform(0.1, 0.9) * length_s
        start_s = float(np.clip(start_s, 0, end_s - length_s))
        return start_s, start_s + length_s


def build_sampler(
    clips: Sequence[TimedClip[Shown]],
    settings: Settings,
    generator: np.random.Generator,
    target: Target,
) -> Sampler[Shown]:
    """The sampler for the network's readout."""
    rate_fps = settings.data.frame_sampling_rate
    if settings.model.readout == "frame":
        return CropSampler(clips, CropSettings(rate_fps=rate_fps, target=target), generator)
    window = WindowSettings(settings.model.time_encoder.window_frames, rate_fps, target)
    return WindowSampler(clips, window, generator)


def even_rows(times_s: Floats, span_s: tuple[float, float], count: int) -> Ints:
    """Rows of at most `count` frames, evenly spaced over a span of a clip with times (N,)."""
    grid = np.linspace(*span_s, count)
    rows = np.searchsorted(times_s, grid - 1e-3)
    return np.unique(rows.clip(0, len(times_s) - 1))


def clip_label(clip: LabeledClip, span_s: tuple[float, float], target: Target) -> int:
    """Whether this span of the clip shows its crash: its class, 0, or -1 where it half does."""
    if clip.kind != "crash":
        return 0
    if not clip.events_s or any(span_s[0] <= moment <= span_s[1] for moment in clip.events_s):
        return target.positive(clip)
    return 0 if span_s[1] < clip.events_s[0] - QUIET_S else -1
