"""Several scorers side by side under several protocols, on the same clips and the same draws."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Ints
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip
from utils.metrics.evaluation import (
    Evaluation,
    Figure,
    FigureRow,
    ProtocolResult,
    ScorerEntry,
    SliceRow,
)
from utils.metrics.measure import Measure
from utils.metrics.protocols import build_measure
from utils.metrics.resampling import DrawnFigures, draw_figures, draw_weights
from utils.metrics.scorer import Scorer, on_common_clips
from utils.metrics.slices import slices
from utils.settings import EventSettings

log = logging.getLogger(__name__)

ROUNDS, SLICE_ROUNDS = 1000, 200
SEED = 0
Rows = tuple[FigureRow, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What was found, and what it was found with, for plots: measures by protocol and scorer."""

    evaluation: Evaluation
    scorers: Sequence[Scorer]
    measures: Mapping[str, Mapping[str, Measure]]


def compare(
    scorers: Sequence[Scorer],
    protocols: Sequence[str],
    settings: EventSettings,
    *,
    split: str,
    skip_missing: bool = False,
) -> Comparison:
    """Measure every scorer by every protocol.

    skip_missing notes protocols whose labels are missing instead of raising AnnotationError.
    """
    shared = on_common_clips(scorers)
    clips = [scored.clip for scored in shared[0].clips]
    draws = draw_weights(clips, rounds=ROUNDS, seed=SEED)
    measures: dict[str, dict[str, Measure]] = {}
    missing: list[str] = []
    for protocol in protocols:
        try:
            built = {s.name: build_measure(protocol, s, settings) for s in shared}
            measures[protocol] = {n: m for n, m in built.items() if m is not None}
        except AnnotationError as error:
            if not skip_missing:
                raise
            missing.append(str(error))
    evaluation = Evaluation(
        split=split,
        clips=len(clips),
        bootstrap_rounds=ROUNDS,
        seed=SEED,
        scorers=tuple(map(_entry, shared)),
        protocols=tuple(_result(p, own, clips, draws) for p, own in measures.items() if own),
        not_measured=tuple(missing),
    )
    return Comparison(evaluation, shared, measures)


def figure_rows(measures: Mapping[str, Measure], draws: Ints) -> tuple[Rows, Rows]:
    """Each scorer's figures over the draws (R,C), and each other one's minus the first's."""
    drawn = {name: draw_figures(measure, draws) for name, measure in measures.items()}
    first, *others = drawn
    names = measures[first].names
    rows = [FigureRow(scorer=n, figures=_figures(names, d)) for n, d in drawn.items()]
    changes = {name: drawn[name].minus(drawn[first]) for name in others}
    differences = [FigureRow(scorer=n, figures=_figures(names, d)) for n, d in changes.items()]
    return tuple(rows), tuple(differences)


def _figures(names: Sequence[str], drawn: DrawnFigures) -> tuple[Figure, ...]:
    """The figures by name, unknown numbers as None."""
    found = drawn.interval()
    rows = zip(names, found.values, found.low, found.high, strict=True)
    return tuple(
        Figure(name=name, value=_known(value), low=_known(low), high=_known(high))
        for name, value, low, high in rows
    )


def _result(
    protocol: str, measures: Mapping[str, Measure], clips: Sequence[LabeledClip], draws: Ints
) -> ProtocolResult:
    rows, differences = figure_rows(measures, draws)
    first = next(iter(measures.values()))
    kinds = [clips[row].kind for row in first.used]
    return ProtocolResult(
        protocol=protocol,
        crash_clips=kinds.count("crash"),
        near_miss_clips=kinds.count("near_miss"),
        normal_clips=kinds.count("normal"),
        rows=rows,
        differences=differences,
        slices=tuple(_slice_rows(first, clips, draws[:SLICE_ROUNDS])),
    )


def _slice_rows(measure: Measure, clips: Sequence[LabeledClip], draws: Ints) -> list[SliceRow]:
    rows = []
    for part in slices(clips, measure.used):
        figures: tuple[Figure, ...] = ()
        if part.large_enough:
            figures = _figures(measure.names, draw_figures(measure, draws, part.member))
        rows.append(
            SliceRow(
                key=part.key,
                value=part.value,
                event_clips=part.event_clips,
                normal_clips=part.normal_clips,
                figures=figures,
            )
        )
    return rows


def _entry(scorer: Scorer) -> ScorerEntry:
    return ScorerEntry(
        name=scorer.name,
        kind=scorer.kind,
        threshold=scorer.threshold,
        clip_threshold=scorer.clip_threshold,
        look_ahead_s=scorer.look_ahead_s,
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
