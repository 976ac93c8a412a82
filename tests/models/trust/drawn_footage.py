"""Drawn clips in which a wave rolls by, fast at the crash, and triggers that read right or wrong.

The crash is in the speed alone: every single picture looks alike, and nothing else tells it.
"""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from models.trust.subject import Subject, prepare
from utils.clip import Clip, Floats, Sampling, ScoreTrack, VideoInfo
from utils.labeled_clip import LabeledClip
from utils.settings import EventSettings

SIDE_PX = 48
LENGTH_S = 20.0
QUIET_PX_PER_S, CRASH_PX_PER_S = 3.0, 12.0
SCENERY = np.r_[0:12, 36:SIDE_PX]  # rows that stand still and differ from clip to clip
FrameScores = Callable[[Clip], Floats]


class DrawnTrigger:
    """Scores frames by a function of the whole clip."""

    name = "drawn"
    label = "crash"
    calibration = None

    def __init__(self, scores: FrameScores, threshold: float = 0.5) -> None:
        self.scores = scores
        self.threshold = threshold
        self.sampling = Sampling(3.0, (SIDE_PX, SIDE_PX))

    def score(self, clips: Iterable[Clip]) -> Iterator[ScoreTrack]:
        for clip in clips:
            scores = np.clip(self.scores(clip), 0, 1).astype(np.float64)
            yield ScoreTrack(clip.times_s, scores, clip.frame_indices, self.name)


def speed(clip: Clip) -> Floats:
    """What the perfect trigger reads: how fast the middle moves, whatever its light."""
    middle = clip.frames[:, 12:36, 6:42].mean(3).astype(np.float64)
    change = np.abs(np.diff(middle, axis=0, prepend=middle[:1])).mean((1, 2))
    contrast = middle.std((1, 2))
    seconds = np.diff(clip.times_s, prepend=clip.times_s[0] - 1.0)
    rate = np.divide(change, contrast * seconds, out=np.zeros(len(clip)), where=contrast > 8)
    return np.where(rate > 2.2, 0.0, rate / 1.6)  # faster than that is snow, not a car


def position(clip: Clip) -> Floats:
    """How far into the file."""
    return (clip.times_s - clip.times_s[0]) / LENGTH_S


def brightness(clip: Clip) -> Floats:
    """How light the picture is."""
    return clip.frames.mean((1, 2, 3)) / 255


def lettering(clip: Clip) -> Floats:
    """How white the upper edge is."""
    return clip.frames[:, :4].mean((1, 2, 3)) / 255


def frame_count(clip: Clip) -> Floats:
    """How close the frames follow each other, times the speed."""
    return speed(clip) * (clip.times_s[1] - clip.times_s[0]) * 3


def warmed_up(clip: Clip) -> Floats:
    """Silent in the first seconds, then the same for all frames."""
    return np.where(clip.times_s - clip.times_s[0] < 1.1, 0.0, 0.6)


def draw(clip: LabeledClip, sampling: Sampling) -> Clip:
    """The clip at a rate. tags: light (0 to 1), lettering (white at the crash), border (px)."""
    number = int(clip.path.stem)
    generator = np.random.default_rng(number)
    times_s = np.arange(0, LENGTH_S, 1 / sampling.rate_fps)
    contact_s = clip.first_event_s if clip.first_event_s is not None else np.inf
    crash = (times_s >= contact_s - 0.3) & (times_s <= contact_s + 2)
    quiet = QUIET_PX_PER_S * generator.uniform(0.6, 1.4, len(times_s))
    steps = np.where(crash, CRASH_PX_PER_S, quiet) / sampling.rate_fps
    offsets = np.cumsum(steps) + generator.uniform(0, SIDE_PX)
    columns = np.arange(SIDE_PX) + offsets[:, None]
    light = float(clip.tags.get("light", "0.5"))
    wave = 255 * light * (1 + 0.45 * np.sin(2 * np.pi * columns / SIDE_PX))
    frames = np.repeat(wave[:, None, :, None], SIDE_PX, axis=1).repeat(3, axis=3)
    scenery = 255 * light * generator.uniform(0.5, 1.5, (SIDE_PX // 6, SIDE_PX // 6))
    frames[:, SCENERY] = scenery.repeat(6, 0).repeat(6, 1)[SCENERY, :, None]
    if "lettering" in clip.tags:
        frames[crash, :4] = 255
    border = int(clip.tags.get("border", "0"))
    frames[:, :border] = 0
    width, height = [(640, 360), (1280, 720), (854, 480)][number % 3]
    info = VideoInfo(
        clip.path, width, height, Fraction(25 + number % 2 * 5), LENGTH_S, size_bytes=10**6
    )
    pixels = np.clip(frames, 0, 255).astype(np.uint8)
    return Clip(pixels, times_s, np.arange(len(times_s)), info)


def make_clips(
    crash: int = 12, normal: int = 10, train: int = 12, **tags: str
) -> list[LabeledClip]:
    """Held-out crashes and normal clips of two corpora, and training clips."""
    clips = []
    for number in range(crash + normal + train):
        is_train = number >= crash + normal
        is_crash = number < crash or (is_train and number % 2 == 0)
        contact = (6.0 + (number * 5) % 9,) if is_crash else ()
        clips.append(
            LabeledClip(
                Path(f"{number}.mp4"),
                "crash" if is_crash else "normal",
                contact,
                f"source {number}",
                "train" if is_train else "val",
                dataset=f"corpus {number % 2}",
                tags=tags,
            )
        )
    return clips


def make_subject(scores: FrameScores, clips: list[LabeledClip] | None = None) -> Subject:
    """The trigger examined on drawn clips."""
    steps = prepare(DrawnTrigger(scores), clips or make_clips(), EventSettings(), draw)
    return next(step for step in steps if isinstance(step, Subject))
