"""Figures that lie beside a checkpoint (metrics.json of training), as rows with their intervals.

The file is whatever somebody put there: unknown keys are shown by their names, odd values are not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ui.raw_values import as_number

MAX_ROWS = 60
LOW, HIGH = "_low", "_high"
WHOLE = "all clips"
NO_FIGURES = ("epoch", "step", "loss")  # of the training, not of what came out
COUNTS = ("clips", "crash_clips", "near_miss_clips", "normal_clips", "clips_with_both")


@dataclass(frozen=True, slots=True)
class StoredFigure:
    """One figure; low and high are None where no interval was stored."""

    name: str
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """The figures of one split, and on what they were counted."""

    split: str
    counts: tuple[StoredFigure, ...]
    figures: tuple[StoredFigure, ...]


def stored_figures(metrics: Mapping[str, Any]) -> list[FigureGroup]:
    """The groups of the file: one per nested split, and one for figures beside them."""
    nested = {name: part for name, part in metrics.items() if isinstance(part, Mapping)}
    groups = [_group(name.replace("_", "-"), part) for name, part in nested.items()]
    beside = _group(WHOLE, metrics)
    return [group for group in (*groups, beside) if group.figures or group.counts]


def _group(split: str, values: Mapping[str, Any]) -> FigureGroup:
    numbers = {name: as_number(value) for name, value in values.items()}
    known = {name: number for name, number in numbers.items() if number is not None}
    ends = {f"{name}{end}" for name in known for end in (LOW, HIGH)} & set(known)
    rows = [
        StoredFigure(name, value, known.get(f"{name}{LOW}"), known.get(f"{name}{HIGH}"))
        for name, value in known.items()
        if name not in ends and name not in NO_FIGURES
    ][:MAX_ROWS]
    counts = [row for row in rows if row.name in COUNTS or row.name.endswith("_hours")]
    return FigureGroup(split, tuple(counts), tuple(row for row in rows if row not in counts))
