"""Tracks on the frame grid of a data set, and tracks as a listener in the car would get them.

A protocol that counts frames needs a score for each of them, and a trigger samples fewer: every
frame takes the latest score at or before it. Dims: N scores, T frames.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from utils.clip import Floats, ScoreTrack
from utils.labeled_clip import LabeledClip
from utils.metrics.scored_clip import ScoredClip

SLACK_S = 1e-6  # times such as 0.1 * 3 still meet their frame
NO_SCORE_YET = 1e-6  # not 0, which reaches the lowest threshold of UString's code


def grid_times(track: ScoreTrack, rate_fps: float) -> Floats:
    """Times (T,) of the frames 0, 1/rate, ... up to where the track's last score ends to count."""
    if not len(track):
        return np.empty(0)
    step_s = float(np.median(np.diff(track.times_s))) if len(track) > 1 else 0.0
    end_s = float(track.times_s[-1]) + step_s
    return np.arange(max(1, round(end_s * rate_fps))) / rate_fps


def hold(track: ScoreTrack, times_s: Floats) -> Floats:
    """The latest score at or before each time (T,); before the first score, the first."""
    rows = np.searchsorted(track.times_s, times_s + SLACK_S, side="right") - 1
    return track.scores[np.maximum(rows, 0)]


def on_grid(track: ScoreTrack, rate_fps: float) -> Floats:
    """The track's score for each frame (T,) of a video with rate_fps frames per second."""
    return hold(track, grid_times(track, rate_fps))


def frame_times(scored: ScoredClip) -> Floats:
    """Times of the frames that count: the folder's own where it has a rate, else the track's."""
    rate_fps = scored.clip.frame_rate
    return scored.track.times_s if rate_fps is None else grid_times(scored.track, rate_fps)


def common_rate(clips: Sequence[LabeledClip], otherwise: float) -> float:
    """The frame rate that all folders of frames share; `otherwise` where there is none."""
    rates = {clip.frame_rate for clip in clips if clip.frame_rate is not None}
    return rates.pop() if len(rates) == 1 else otherwise


def delayed(scored: ScoredClip, look_ahead_s: float) -> ScoredClip:
    """The track with each score at the time when it is known, next to 0 before the first.

    A trigger that waits for look_ahead_s seconds after a frame foresees nothing within them.
    Scores that are known only after the end of the video are dropped.
    """
    track = scored.track
    if look_ahead_s <= 0 or not len(track):
        return scored
    known = track.between(-np.inf, float(track.times_s[-1]) - look_ahead_s + SLACK_S)
    later = replace(
        known,
        times_s=np.concatenate([track.times_s[:1], known.times_s + look_ahead_s]),
        scores=np.concatenate([[NO_SCORE_YET], known.scores]),
        frame_indices=np.concatenate([track.frame_indices[:1], known.frame_indices]),
    )
    return ScoredClip(scored.clip, later)
