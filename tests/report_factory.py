"""Reports made by hand for tests: ordinary, empty, hostile. Pictures are drawn, never filmed."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from utils.clip import Clip
from utils.report import (
    AnalysisReport,
    Answer,
    Components,
    Counts,
    Detection,
    EventReport,
    Keyframe,
    ScoreCurve,
    TriggerEvent,
    VideoFacts,
)

HOSTILE = "<script>alert(1)</script>\"'=cmd|{{7*7}}\u202egpj.exe\x07 --> {\\an8}"
DESCRIPTION = (
    "A white van brakes in the ego lane and the gap closes within one second. "
    "Contact is not visible; both cars come to rest at 0:12."
)


def make_event(peak_s: float = 12.3, **changes: Any) -> TriggerEvent:
    """An event of 2.5 s around its peak."""
    values: dict[str, Any] = {
        "start_s": peak_s - 1.5,
        "end_s": peak_s + 1.0,
        "peak_s": peak_s,
        "peak_frame_index": round(peak_s * 30),
        "score": 0.87,
        "source": "network tf_efficientnet_lite0",
        "label": "crash or near miss",
    }
    return TriggerEvent(**(values | changes))


def make_answer(**changes: Any) -> Answer:
    """An ok description."""
    values: dict[str, Any] = {
        "task": "description",
        "status": "ok",
        "text": DESCRIPTION,
        "source": "llava-1.5-7b-hf",
        "seconds": 3.4,
    }
    return Answer(**(values | changes))


def failed_answer(error: str = "the server did not answer within 30 s") -> Answer:
    """A description that could not be made."""
    return make_answer(status="failed", text=None, error=error)


def make_detections(times_s: list[float], label: str = "car") -> list[Detection]:
    """Two boxes per time: one that grows, one that stays."""
    boxes = []
    for row, time_s in enumerate(times_s):
        grow = 18.0 * row
        near = (300.0 - grow, 180.0 - grow, 380.0 + grow, 250.0 + grow)
        boxes.append(
            Detection(label=label, score=0.91, box_xyxy_px=near, time_s=time_s, track_id=1)
        )
        boxes.append(
            Detection(label="person", score=0.55, box_xyxy_px=(520, 150, 550, 240), time_s=time_s)
        )
    return boxes


def make_event_report(peak_s: float = 12.3, **changes: Any) -> EventReport:
    """An event with three keyframes (no pictures), boxes, evidence and a description."""
    times_s = [peak_s - 0.6, peak_s, peak_s + 0.6]
    values: dict[str, Any] = {
        "event": make_event(peak_s),
        "keyframes": [Keyframe(time_s=t, frame_index=round(t * 30)) for t in times_s],
        "detections": make_detections(times_s),
        "evidence": [
            "score rises from 0.12 to 0.87 within 1.5 s",
            "car 1 grows to 1.9 times its width",
        ],
        "answers": [make_answer()],
    }
    return EventReport(**(values | changes))


def make_curve(duration_s: float, peaks_s: list[float], top: float = 0.87) -> ScoreCurve:
    """A calm curve at 3 scores per second with a bump at each peak."""
    times = np.arange(0, duration_s, 1 / 3)
    scores = 0.12 + 0.05 * np.sin(times / 3) + 0.02 * np.sin(times * 2.1)
    for peak_s in peaks_s:
        scores = np.maximum(scores, top * np.exp(-(((times - peak_s) / 1.6) ** 2)))
    return ScoreCurve(
        times_s=[round(float(t), 4) for t in times],
        scores=[round(float(s), 4) for s in scores],
        source="network tf_efficientnet_lite0",
    )


def make_report(events: list[EventReport] | None = None, **changes: Any) -> AnalysisReport:
    """A report on a drawn 60 s video of 640 x 360; by default with two events, one undescribed."""
    if events is None:
        failed = make_event_report(41.0, answers=[failed_answer()])
        events = [make_event_report(12.3), failed]
    values: dict[str, Any] = {
        "video_path": "videos/drive.mp4",
        "num_frames_analyzed": 180,
        "triggers": events,
        "video_summary": f"{len(events)} events were found in 1 minute of video.",
        "app_version": "0.1.0",
        "created_at": datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        "video": VideoFacts(
            width_px=640,
            height_px=360,
            duration_s=60.0,
            frame_rate_fps=30.0,
            start_s=0.0,
            rotation_deg=0,
            codec="h264",
            size_bytes=7_654_321,
            sha256="ab" * 32,
        ),
        "score_track": make_curve(60.0, [e.event.peak_s for e in events]),
        "components": Components(
            trigger="network tf_efficientnet_lite0",
            detector="picodet_s_416",
            describer="llava-1.5-7b-hf",
            describer_reason="weights are on disk",
            checkpoint="checkpoints/default",
            threshold=0.3,
        ),
        "counts": Counts(
            frames_read=1800,
            frames_decoded=620,
            frames_sampled=180,
            frames_scored=180,
            frames_detected=6,
            frames_described=6,
            events_found=len(events),
            events_described=len(events),
            max_described_frames=200,
            peak_memory_mib=612.5,
        ),
        "timings_s": {"decode": 1.9, "score": 2.7, "detect": 0.8, "describe": 6.9, "total": 12.4},
        "settings": {"trigger": {"threshold": None}, "events": {"merge_gap_s": 2.0}},
    }
    return AnalysisReport(**(values | changes))


def hostile_report() -> AnalysisReport:
    """Every text that others choose is an attack."""
    event = make_event_report(
        12.3,
        event=make_event(label=HOSTILE, source=HOSTILE),
        detections=make_detections([11.7, 12.3], label=HOSTILE),
        evidence=[HOSTILE],
        answers=[
            make_answer(text=HOSTILE, source=HOSTILE),
            make_answer(task="metadata", text=None, value={HOSTILE: HOSTILE}),
            make_answer(task=HOSTILE, status="failed", text=None, error=HOSTILE),
        ],
        clip=f"javascript:{HOSTILE}",
    )
    return make_report(
        [event],
        video_path=f"=cmd|{HOSTILE}.mp4",
        video_summary=HOSTILE,
        warnings=[HOSTILE],
        hints=[HOSTILE],
        settings={HOSTILE: HOSTILE},
        spoken_summary=f"javascript:{HOSTILE}",
    )


def draw_keyframes(times_s: list[float], info: Any) -> Clip:
    """A drawn road with a car that comes closer, 640 x 360."""
    frames = np.zeros((len(times_s), 360, 640, 3), np.uint8)
    frames[:, :190] = (148, 176, 204)
    frames[:, 190:] = (84, 86, 90)
    for row in range(len(times_s)):
        for y in range(190, 360, 2):
            half = (y - 190) // 24 + 1
            frames[row, y : y + 2, 320 - half : 320 + half] = (226, 226, 214)
        grow = 18 * row
        frames[row, 180 - grow : 250 + grow, 300 - grow : 380 + grow] = (176, 52, 44)
        frames[row, 190 - grow : 210, 312 - grow : 368 + grow] = (52, 60, 72)
        frames[row, 150:240, 520:550] = (38, 96, 74)
    indices = np.array([round(t * 30) for t in times_s], np.int64)
    return Clip(frames, np.array(times_s, np.float64), indices, info)
