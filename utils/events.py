"""Scores to events: threshold with hysteresis, merge gap, minimum length. Pure numpy.

N scores. Knows nothing of video files, models or reports.
"""

import numpy as np
from numpy.typing import NDArray

from utils.clip import ScoreTrack
from utils.report import TriggerEvent
from utils.settings import EventSettings

Span = tuple[int, int]
# A crash keeps the score high for seconds. Over cross-validated clips the very highest score lies
# 1.07 s after first contact (median), the first within 10 % of it 0.13 s after.
PEAK_SHARE = 0.9


def find_events(
    track: ScoreTrack, threshold: float, *, settings: EventSettings, label: str = "trigger"
) -> list[TriggerEvent]:
    """Events in time order.

    An event starts where the score reaches `threshold`, and reaches out to both sides while it
    stays above hysteresis * threshold. Events less than merge_gap_s apart become one; those
    shorter than min_length_s are dropped. An event ends where its last score ends to count: at
    the next score's time, or one typical step later at the end of the track. Its peak is the
    first time that the score comes within PEAK_SHARE of its highest; `score` is the highest.
    """
    if len(track) == 0:
        return []
    low = track.scores >= min(settings.hysteresis * threshold, threshold)
    spans = [s for s in _runs(low) if track.scores[s[0] : s[1]].max() >= threshold]
    ends_s = np.append(track.times_s[1:], track.times_s[-1] + _typical_step(track))
    spans = _merge(spans, track, ends_s, settings.merge_gap_s)
    events = [_event(track, span, float(ends_s[span[1] - 1]), label) for span in spans]
    return [e for e in events if e.end_s - e.start_s >= settings.min_length_s]


def highest_score(track: ScoreTrack) -> tuple[float, float]:
    """(score, time_s) of the highest score, for hints. Raises ValueError on an empty track."""
    top = int(np.argmax(track.scores))
    return float(track.scores[top]), float(track.times_s[top])


def _typical_step(track: ScoreTrack) -> float:
    return float(np.median(np.diff(track.times_s))) if len(track) > 1 else 0.0


def _runs(mask: NDArray[np.bool_]) -> list[Span]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _merge(
    spans: list[Span], track: ScoreTrack, ends_s: NDArray[np.float64], gap_s: float
) -> list[Span]:
    merged: list[Span] = []
    for start, end in spans:
        near = merged and track.times_s[start] - ends_s[merged[-1][1] - 1] < gap_s
        if near:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _event(track: ScoreTrack, span: Span, end_s: float, label: str) -> TriggerEvent:
    scores = track.scores[span[0] : span[1]]
    peak = span[0] + int(np.argmax(scores >= PEAK_SHARE * scores.max()))
    return TriggerEvent(
        start_s=float(track.times_s[span[0]]),
        end_s=end_s,
        peak_s=float(track.times_s[peak]),
        peak_frame_index=int(track.frame_indices[peak]),
        score=float(scores.max()),
        horizon_s=track.horizon_s,
        source=track.source,
        label=label,
    )
