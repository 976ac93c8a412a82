"""The annotated clip of one event: its frames with some before and after, boxes, time and score.

Decoding is `utils.video`, drawing `utils.overlay`, encoding `utils.clip_writer`.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from utils.clip import Clip, Frames
from utils.clip_writer import write_clip
from utils.overlay import draw
from utils.plain_text import one_line
from utils.report import AnalysisReport, EventReport, TriggerEvent
from utils.settings import OutputSettings
from utils.video import VideoFile
from utils.writers.box_timeline import BoxTimeline
from utils.writers.layout import OutputLayout


def write_event_clip(
    video: VideoFile,
    report: AnalysisReport,
    *,
    number: int,
    layout: OutputLayout,
    settings: OutputSettings,
) -> EventReport:
    """Write the clip of event `number` (from 1); the event with its `clip` filled in.

    Raises OutputError where it cannot be written and VideoError where the video cannot be read.
    """
    found, path = report.triggers[number - 1], layout.event_clip(number)
    start_s, end_s = clip_span_s(found.event, settings)
    clips = video.read(start_s, end_s, max_side_px=settings.clip_max_side_px, numbered=False)
    frames = annotated_frames(report, number, clips)
    write_clip(path, frames, frame_rate=video.info.frame_rate)
    return found.model_copy(update={"clip": layout.relative(path)})


def annotated_frames(
    report: AnalysisReport, number: int, clips: Iterable[Clip]
) -> Iterator[tuple[Frames, float]]:
    """Drawn frames (H,W,3) with their times, of event `number` (from 1)."""
    found = report.triggers[number - 1]
    boxes = BoxTimeline(found.detections)
    for clip in clips:
        scale = clip.frames.shape[2] / report.video.width_px
        for frame, time in zip(clip.frames, clip.times_s, strict=True):
            time_s = float(time)
            drawn = draw(
                frame,
                boxes.at(time_s, scale=scale),
                time_s=time_s,
                score=score_at(report, time_s),
                title=_title(found.event, number, time_s),
            )
            yield drawn, time_s


def score_at(report: AnalysisReport, time_s: float) -> float | None:
    """The curve's score at a time, straight between two scores; None without a curve."""
    track = report.score_track
    return float(np.interp(time_s, track.times_s, track.scores)) if track.times_s else None


def clip_span_s(event: TriggerEvent, settings: OutputSettings) -> tuple[float, float]:
    """Start and end of the clip, seconds."""
    start_s = max(0.0, event.start_s - settings.pre_roll_s)
    return start_s, max(event.end_s + settings.post_roll_s, start_s + 0.1)


def _title(event: TriggerEvent, number: int, time_s: float) -> str:
    if time_s < event.start_s:
        return f"before event {number}"
    if time_s >= event.end_s:
        return f"after event {number}"
    ahead = f" within {event.horizon_s:g} s" if event.horizon_s else ""
    return f"event {number}: {one_line(event.label)}{ahead}"
