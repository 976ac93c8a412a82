"""Fakes of the pipeline's parts: trigger, detector and describer without weights."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from models.interfaces import FrameEncoder
from utils.calibration import Calibration
from utils.clip import Clip, Sampling, ScoreTrack
from utils.evidence import Evidence
from utils.report import Answer, Detection
from utils.tasks import Task


class FakeTrigger:
    """Scores high between two times, highest at the last; counts the frames it was given."""

    name = "fake trigger"
    label = "trigger"
    calibration: Calibration | None = None
    frame_encoder: FrameEncoder | None = None

    def __init__(self, high: tuple[float, float] = (2.0, 3.0), threshold: float = 0.5) -> None:
        self.high = high
        self.threshold = threshold
        self.sampling = Sampling(rate_fps=5.0, size_px=(32, 32))
        self.frames_seen = 0

    def score(self, clips: Iterable[Clip]) -> Iterator[ScoreTrack]:
        for clip in clips:
            self.frames_seen += len(clip)
            inside = (clip.times_s >= self.high[0]) & (clip.times_s < self.high[1])
            late = clip.times_s >= self.high[1] - 0.21
            scores = np.where(inside, np.where(late, 0.9, 0.4), 0.1)
            yield ScoreTrack(clip.times_s, scores, clip.frame_indices, self.name)


class FakeDetector:
    """One car in the middle of every frame."""

    name = "fake detector"

    def __init__(self) -> None:
        self.frames_seen = 0

    def detect(self, clip: Clip) -> list[Detection]:
        self.frames_seen += len(clip)
        height, width = clip.frames.shape[1:3]
        box = (width * 0.3, height * 0.4, width * 0.7, height * 0.8)
        return [
            Detection(label="car", score=0.9, box_xyxy_px=box, time_s=float(t))
            for t in clip.times_s
        ]


class FakeDescriber:
    """Says what it was given; raises `error` instead where one is set."""

    name = "fake describer"
    frames_per_event = 3

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.frames_seen = 0
        self.groups: list[int] = []

    def answer(self, evidence: Sequence[Evidence], tasks: Sequence[Task]) -> list[list[Answer]]:
        if self.error is not None:
            raise self.error
        self.groups.append(len(evidence))
        self.frames_seen += sum(len(seen.keyframes) for seen in evidence)
        return [[self._said(seen, task) for task in tasks] for seen in evidence]

    def _said(self, seen: Evidence, task: Task) -> Answer:
        text = f"An event at {seen.event.peak_s:.1f} s."
        return Answer(task=task.name, status="ok", text=text, source=self.name)
