"""Whoever gave scores to the clips: a checkpoint, a baseline, or a file of somebody's scores."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from utils.metrics.frame_grid import delayed
from utils.metrics.scored_clip import ScoredClip

ScorerKind = Literal["checkpoint", "scores", "baseline", "answers"]


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """Tracks of the same clips in the same order for every scorer of one comparison.

    threshold: where its events start; None where none was ever chosen. clip_threshold: above it a
    clip counts as a crash, None likewise. look_ahead_s: how long after its frame a score is known.
    """

    name: str
    kind: ScorerKind
    clips: Sequence[ScoredClip]
    threshold: float | None = None
    clip_threshold: float | None = None
    look_ahead_s: float = 0.0

    def known(self) -> list[ScoredClip]:
        """The tracks with each score at the time when it is known."""
        return [delayed(scored, self.look_ahead_s) for scored in self.clips]


def on_common_clips(scorers: Sequence[Scorer]) -> list[Scorer]:
    """The scorers with only those clips that all of them scored, in the first one's order."""
    tracks = [{_key(one): one for one in s.clips if len(one.track)} for s in scorers]
    shared = [_key(one) for one in scorers[0].clips if all(_key(one) in own for own in tracks)]
    return [
        replace(scorer, clips=[own[key] for key in shared])
        for scorer, own in zip(scorers, tracks, strict=True)
    ]


def _key(scored: ScoredClip) -> tuple[Path, tuple[str, ...]]:
    return scored.clip.path, scored.clip.frame_names
