"""What an evaluation found: metrics.json is exactly this. Numbers that are not known are null."""

from typing import Literal

from pydantic import Field

from utils.metrics.scorer import ScorerKind
from utils.settings import Section

FORMAT_VERSION = 1


class Figure(Section):
    """One figure with the ends of its 95 % bootstrap interval."""

    name: str
    value: float | None
    low: float | None
    high: float | None


class FigureRow(Section):
    """The figures of one scorer, or of one scorer minus the first."""

    scorer: str
    figures: tuple[Figure, ...]


class SliceRow(Section):
    """The first scorer on the clips with one value of a property; no figure below five events."""

    key: str
    value: str
    event_clips: int
    normal_clips: int
    figures: tuple[Figure, ...]


class ProtocolResult(Section):
    """One protocol: on how many clips, each scorer's figures, and how they differ."""

    protocol: str
    crash_clips: int
    near_miss_clips: int
    normal_clips: int
    rows: tuple[FigureRow, ...]
    differences: tuple[FigureRow, ...] = Field(
        (), description="scorer minus the first one, paired on the same clips"
    )
    slices: tuple[SliceRow, ...] = ()


class ScorerEntry(Section):
    """Who gave the scores, and how they are used."""

    name: str
    kind: ScorerKind
    threshold: float | None
    clip_threshold: float | None
    look_ahead_s: float


class Evaluation(Section):
    """Everything that was measured on one set of clips."""

    format_version: Literal[1] = 1
    split: str
    clips: int
    bootstrap_rounds: int
    seed: int
    scorers: tuple[ScorerEntry, ...]
    protocols: tuple[ProtocolResult, ...]
    not_measured: tuple[str, ...] = Field((), description="protocols whose labels are missing")
    notes: tuple[str, ...] = Field((), description="what was left out, and what counts as wrong")
