"""Overlapping windows over a clip, and frame scores from window scores; pure.

A network that reads whole windows gives one score to each; a frame's score is the mean of those of
all windows that hold it. Dims: W windows, T frames.
"""

from collections.abc import Sequence

import numpy as np

from utils.clip import Floats

Rows = tuple[int, int]


def window_step(length: int) -> int:
    """By how many frames one window starts after the other: half its length."""
    return max(1, length // 2)


def window_spans(count: int, length: int) -> list[Rows]:
    """The windows [first, end) over `count` frames: half overlapping, the last ends the clip.

    A clip that is shorter than a window is one window.
    """
    if count <= length:
        return [(0, count)]
    starts = list(range(0, count - length + 1, window_step(length)))
    if starts[-1] < count - length:
        starts.append(count - length)
    return [(start, start + length) for start in starts]


def mean_over_windows(scores: Sequence[float], spans: Sequence[Rows]) -> Floats:
    """Scores (W,) of windows to the scores (T,) of all frames that they hold together."""
    total, held = np.zeros(spans[-1][1]), np.zeros(spans[-1][1])
    for score, (start, end) in zip(scores, spans, strict=True):
        total[start:end] += score
        held[start:end] += 1
    return total / held
