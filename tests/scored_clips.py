"""Labelled clips with given scores, for tests of what is measured on them."""

from pathlib import Path

import numpy as np

from utils.clip import ScoreTrack
from utils.labeled_clip import LabeledClip
from utils.metrics.scored_clip import ScoredClip


def scored_clip(
    kind: str, scores: list[float], *events_s: float, rate_fps: float = 1.0, **labels: object
) -> ScoredClip:
    """A clip with one score every 1/rate_fps seconds from 0 and further labels by name."""
    named = {"group": "a", **labels}
    clip = LabeledClip(Path(f"{named['group']}.mp4"), kind, events_s, **named)  # type: ignore[arg-type]
    times_s = np.arange(len(scores)) / rate_fps
    track = ScoreTrack(times_s, np.array(scores, dtype=np.float64), np.arange(len(scores)), "given")
    return ScoredClip(clip, track)


def once(count: int) -> np.ndarray:
    """Weights that count each clip once."""
    return np.ones(count, dtype=np.int64)


def figures(measure: object, count: int) -> dict[str, float]:
    """A measure's figures by name, each clip counted once."""
    return dict(zip(measure.names, measure.values(once(count)).tolist(), strict=True))  # type: ignore[attr-defined]
