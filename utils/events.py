"""Scores to events: threshold with hysteresis, merge gap, minimum length. Pure numpy.

N scores. Knows nothing of video files, models or reports.
"""

import numpy as np
from numpy.typing import NDArray

from utils.clip import ScoreTrack
from utils.report import TriggerEvent
from utils.settings import EventSettings

Span = tuple[int, int]
# A crash keeps the score high for about two seconds, so its highest value comes late: 1.3 s after
# first contact (median over cross-validated crash clips). Where the rise to it passes half of it,
# at most two seconds earlier, is 0.1 s after first contact.
RISE_SHARE, RISE_S = 0.5, 2.0


def find_events(
    track: ScoreTrack, threshold: float, *, settings: EventSettings, label: str = "trigger"
) -> list[TriggerEvent]:
    """Events in time order.

    An event starts where the score reaches `threshold`, and reaches out to both sides while it
    stays above hysteresis * threshold. Events less than merge_gap_s apart become one; those
    shorter than min_length_s are dropped. An event ends where its last score ends to count: at
    the next score's time, or one typical step later at the end of the track. `score` is the
    highest; the peak's time and frame are where the rise to it passed RISE_SHARE of it.
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
    highest = span[0] + int(np.argmax(track.scores[span[0] : span[1]]))
    peak = _rise(track, span[0], highest)
    return TriggerEvent(
        start_s=float(track.times_s[span[0]]),
        end_s=end_s,
        peak_s=float(track.times_s[peak]),
        peak_frame_index=int(track.frame_indices[peak]),
        score=float(track.scores[highest]),
        horizon_s=track.horizon_s,
        source=track.source,
        label=label,
    )


def _rise(track: ScoreTrack, first: int, highest: int) -> int:
    """Walk back from the highest score while the scores stay near it in height and time."""
    least = RISE_SHARE * track.scores[highest]
    earliest_s = track.times_s[highest] - RISE_S
    row = highest
    while row > first and track.scores[row - 1] >= least and track.times_s[row - 1] >= earliest_s:
        row -= 1
    return row
