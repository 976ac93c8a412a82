"""Events and texts for frames that are already in memory: the Python API's counterpart of a report.

No file, no detector. Dims: T frames, H rows, W columns.
"""

from pathlib import Path

import numpy as np
from pydantic import Field, computed_field

from models.interfaces import Describer
from utils.clip import Clip, Floats, Frames, ScoreTrack, VideoInfo
from utils.events import find_events
from utils.evidence import (
    Evidence,
    event_report,
    keyframe_records,
    keyframe_times,
    track_around,
)
from utils.narrative import describe, summarise
from utils.report import Answer, EventReport, Record, TriggerEvent
from utils.settings import EventSettings
from utils.tasks import description_task

FRAMES_PER_EVENT = 5


class FrameAnalysis(Record):
    """What was found among frames; `triggers` as in the report."""

    num_frames_analyzed: int
    triggers: list[EventReport] = Field(description="the events, in order of time")
    video_summary: str

    @computed_field  # type: ignore[prop-decorator]
    @property
    def num_triggers_detected(self) -> int:
        """How many events were found."""
        return len(self.triggers)


def clip_of_frames(frames: Frames, times_s: Floats) -> Clip:
    """Frames (T,H,W,3) with times (T,) as a clip without a file. Raises ValueError."""
    length_s = float(times_s[-1] - times_s[0]) if len(times_s) else 0.0
    height, width = frames.shape[1:3]
    info = VideoInfo(Path("frames"), width, height, None, length_s)
    return Clip(frames, times_s, np.arange(len(frames)), info)


def analyse_frames(
    clip: Clip, track: ScoreTrack, *, threshold: float, describer: Describer | None = None
) -> FrameAnalysis:
    """Events of the track, each with its keyframes and a text about them."""
    events = find_events(track, threshold, settings=EventSettings(), label="possible crash")
    evidence = [_collect(clip, track, event) for event in events]
    tasks = [description_task()]
    answers = describer.answer(evidence, tasks) if describer else _state(evidence)
    return FrameAnalysis(
        num_frames_analyzed=len(clip),
        triggers=[
            event_report(seen, said, keyframe_records(seen.keyframes))
            for seen, said in zip(evidence, answers, strict=True)
        ],
        video_summary=summarise(clip.info, track, events, threshold=threshold),
    )


def _collect(clip: Clip, track: ScoreTrack, event: TriggerEvent) -> Evidence:
    times_s = keyframe_times(event, count=FRAMES_PER_EVENT, last_s=float(clip.times_s[-1]))
    rows = np.searchsorted(clip.times_s, np.array(times_s) + 1e-6) - 1
    keyframes = clip.take([int(row) for row in rows.clip(min=0)])
    return Evidence(clip.info, event, keyframes, (), track_around(track, event))


def _state(evidence: list[Evidence]) -> list[list[Answer]]:
    return [
        [Answer(task="description", status="ok", text=describe(seen), source="template")]
        for seen in evidence
    ]
