"""Evidence made by hand for tests: drawn frames, boxes with known truth, a score that peaks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from utils.clip import Clip, ScoreTrack, VideoInfo
from utils.evidence import Evidence
from utils.report import Detection, TriggerEvent

WIDTH_PX, HEIGHT_PX = 200, 100
TIMES_S = (3.0, 3.6, 4.2, 4.6, 5.0)
Box = tuple[float, float, float, float]


def make_event(peak_s: float = 4.2, **changes: float) -> TriggerEvent:
    """An event from 0.7 s before to 0.9 s after its peak of 0.91."""
    values = {"start_s": peak_s - 0.7, "end_s": peak_s + 0.9, "score": 0.91} | changes
    return TriggerEvent(peak_s=peak_s, peak_frame_index=round(peak_s * 30), source="fake", **values)


def make_info(duration_s: float | None = 20.0) -> VideoInfo:
    return VideoInfo(Path("street.mp4"), WIDTH_PX, HEIGHT_PX, None, duration_s)


def make_keyframes(times_s: Sequence[float] = TIMES_S, light: Sequence[int] | None = None) -> Clip:
    """One still, noisy picture at every time; light: mean brightness per frame."""
    noise = np.random.default_rng(1).integers(-20, 21, (HEIGHT_PX, WIDTH_PX, 1))
    levels = light or [120] * len(times_s)
    frames = np.array([np.clip(noise + level, 0, 255).repeat(3, axis=2) for level in levels])
    frames = frames.reshape(len(times_s), HEIGHT_PX, WIDTH_PX, 3).astype(np.uint8)
    times = np.array(times_s, dtype=np.float64)
    return Clip(frames, times, np.round(times * 30).astype(np.int64), make_info())


def make_track(quiet: float = 0.12, *, start_s: float = 0.0, end_s: float = 5.1) -> ScoreTrack:
    """Three scores per second: quiet, then 0.91 around 4.2 s."""
    times_s = np.arange(start_s, end_s, 0.3)
    scores = np.where(np.abs(times_s - 4.2) < 0.5, 0.91, quiet)
    return ScoreTrack(times_s, scores, np.round(times_s * 30).astype(np.int64), "fake")


def path(
    track_id: int | None, boxes: dict[float, Box], label: str = "car", score: float = 0.8
) -> list[Detection]:
    """One object's boxes by time."""
    return [
        Detection(label=label, score=score, box_xyxy_px=box, time_s=t, track_id=track_id)
        for t, box in boxes.items()
    ]


def make_evidence(
    detections: Sequence[Detection] = (),
    *,
    keyframes: Clip | None = None,
    event: TriggerEvent | None = None,
    track: ScoreTrack | None = None,
) -> Evidence:
    return Evidence(
        make_info(),
        event or make_event(),
        make_keyframes() if keyframes is None else keyframes,
        tuple(detections),
        make_track() if track is None else track,
    )


def box_of(share: float, centre: float = 0.5) -> Box:
    """A box of this share of the picture around (centre, 0.5), with the picture's proportions."""
    half_w, half_h = WIDTH_PX * share**0.5 / 2, HEIGHT_PX * share**0.5 / 2
    x, y = WIDTH_PX * centre, HEIGHT_PX / 2
    return (x - half_w, y - half_h, x + half_w, y + half_h)
