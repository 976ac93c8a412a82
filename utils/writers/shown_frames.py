"""Which keyframes of an event a page shows: the peak's, and few others spread over the rest."""

from collections.abc import Sequence

from utils.report import Keyframe

MAX_SHOWN = 8


def shown_rows(frames: Sequence[Keyframe], peak_s: float) -> list[int]:
    """Rows of at most `MAX_SHOWN` keyframes in rising order: ends, peak, and even steps between."""
    if len(frames) <= MAX_SHOWN:
        return list(range(len(frames)))
    last = len(frames) - 1
    rows = [round(step * last / (MAX_SHOWN - 1)) for step in range(MAX_SHOWN)]
    peak = peak_row(frames, peak_s)
    nearest = min(range(MAX_SHOWN), key=lambda step: abs(rows[step] - peak))
    rows[nearest] = peak
    return rows


def peak_row(frames: Sequence[Keyframe], peak_s: float) -> int:
    """The row of the keyframe nearest to the peak. Raises ValueError without keyframes."""
    return min(range(len(frames)), key=lambda row: abs(frames[row].time_s - peak_s))
