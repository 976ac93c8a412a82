"""Counts false alarms and crashes at every threshold that matters: the curve of a calibration.

Pure: tracks and labels in, counts out, by the same rule that makes the product's events. It knows
no checkpoint and no file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Floats, ScoreTrack
from utils.events import find_events
from utils.metrics.drives import EARLY_S, LATE_S, count_events, quiet_hours
from utils.metrics.scored_clip import ScoredClip
from utils.settings import EventSettings

MAX_ALARMS_PER_HOUR = 120.0  # nobody chooses more
MAX_CANDIDATES = 300
RESOLUTION = 1e-5


@dataclass(frozen=True, slots=True)
class OperatingCurve:
    """Per threshold, from high to low: false alarms in `hours`, crashes found of `crashes`."""

    thresholds: tuple[float, ...]
    false_alarms: tuple[int, ...]
    crashes_found: tuple[int, ...]
    hours: float
    crashes: int


@dataclass(frozen=True, slots=True)
class EventSample:
    """The score of one event, whether it was a crash, and the source of its clip."""

    score: float
    is_crash: bool
    group: str


def measure_curve(
    quiet: Sequence[ScoredClip], crashes: Sequence[ScoredClip], settings: EventSettings
) -> OperatingCurve:
    """The curve: false alarms counted on `quiet`, crashes found counted on `crashes`.

    Scored clips of one list may be those of the other. At low thresholds a whole drive becomes
    one event, so the alarms of a threshold are the most of any at or above it.
    """
    hours = quiet_hours(quiet)
    rows: list[tuple[float, int, int]] = []
    alarms = 0
    for threshold in _candidates([*quiet, *crashes]):
        alarms = max(alarms, count_events(quiet, threshold, settings).false_alarms)
        if rows and alarms > MAX_ALARMS_PER_HOUR * hours:
            break
        row = (threshold, alarms, count_events(crashes, threshold, settings).found)
        if not rows or rows[-1][1] < alarms:
            rows.append(row)
        elif rows[-1][2] <= row[2]:
            rows[-1] = row  # the lower threshold costs nothing more
    thresholds, false_alarms, found = zip(*rows, strict=True)
    total = sum(scored.clip.kind == "crash" for scored in crashes)
    return OperatingCurve(thresholds, false_alarms, found, hours, total)


def event_samples(
    quiet: Sequence[ScoredClip],
    crashes: Sequence[ScoredClip],
    threshold: float,
    settings: EventSettings,
) -> list[EventSample]:
    """Events at a threshold: the found crashes of `crashes`, the false alarms of `quiet`.

    What comes after a contact is neither: aftermath may look like a crash.
    """
    samples: list[EventSample] = []
    for scored, is_crash in [*((s, True) for s in crashes), *((s, False) for s in quiet)]:
        for event in find_events(scored.track, threshold, settings=settings):
            if is_crash == _is_hit(scored, event.peak_s) and (
                is_crash or _is_quiet(scored, event.peak_s)
            ):
                samples.append(EventSample(event.score, is_crash, scored.clip.group))
    return samples


def _is_hit(scored: ScoredClip, peak_s: float) -> bool:
    contact_s = scored.clip.first_event_s
    return contact_s is not None and contact_s - EARLY_S <= peak_s <= contact_s + LATE_S


def _is_quiet(scored: ScoredClip, peak_s: float) -> bool:
    contact_s = scored.clip.first_event_s
    return contact_s is None or peak_s < contact_s - EARLY_S


def _candidates(clips: Sequence[ScoredClip]) -> list[float]:
    """Thresholds just above the scores' local maxima, dense at the top, from 1 downwards."""
    peaks = np.concatenate([_local_maxima(scored.track) for scored in clips])
    above = np.minimum(np.ceil(peaks / RESOLUTION + 0.5) * RESOLUTION, 1.0).round(5)
    levels = np.unique(np.append(above, 1.0))[::-1]
    if len(levels) > MAX_CANDIDATES:
        rows = np.geomspace(1, len(levels), MAX_CANDIDATES).astype(int) - 1
        levels = levels[np.unique(rows)]
    return [float(level) for level in levels]


def _local_maxima(track: ScoreTrack) -> Floats:
    padded = np.concatenate([[-1.0], track.scores, [-1.0]])
    inner = padded[1:-1]
    return inner[(inner >= padded[:-2]) & (inner >= padded[2:])]
