"""Nexar collision prediction: AP at 0.5, 1 and 1.5 s before the event, and its mean.

As `evaluate_submission.py` has it: one group per horizon with positives and negatives of its own,
an id without a score counts as 0. Beside it the area of the ROC curve up to a false positive rate
of 0.1, over 0.1. Dims: C clips, N rows (a clip at one horizon), G groups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Floats, Ints
from utils.errors import AnnotationError
from utils.metrics.ranking import RankedScores
from utils.metrics.scored_clip import ScoredClip

HORIZONS_S = (0.5, 1.0, 1.5)
LOOKED_AT_S = 2.0
MAX_FPR = 0.1
GROUP_TAG = "group"


@dataclass(frozen=True, slots=True)
class SolutionRow:
    """One line of solution.csv: a test clip, whether it is positive, its horizon, its part."""

    clip_id: str
    positive: bool
    group: str
    usage: str


@dataclass(frozen=True, slots=True, eq=False)
class GroupedScores:
    """Scores (N,), labels 0 or 1 (N,), the group of each row (N,) and the clip it is of (N,)."""

    scores: Floats
    labels: Ints
    groups: Sequence[str]
    owners: Ints


class NexarMeasure:
    """Mean AP over the groups, the mean partial area, and both for each group."""

    def __init__(self, rows: GroupedScores) -> None:
        """Raises AnnotationError where a group lacks positives or negatives."""
        self.used = sorted(set(rows.owners.tolist()))
        self.groups = tuple(sorted(set(rows.groups)))
        own = [np.array([g == name for g in rows.groups], dtype=bool) for name in self.groups]
        if not own or any(len(set(rows.labels[mask].tolist())) < 2 for mask in own):
            raise AnnotationError(
                "protocol nexar: each horizon needs positives with the time of their event (crash "
                "or near miss) and normal clips; choose another --protocol, or other data"
            )
        self._ranked = [RankedScores(rows.scores[m], rows.labels[m], rows.owners[m]) for m in own]
        self.names = (
            "map",
            "mean_partial_auc",
            *(f"ap_at_{name}" for name in self.groups),
            *(f"partial_auc_at_{name}" for name in self.groups),
        )

    @classmethod
    def of_clips(cls, clips: Sequence[ScoredClip]) -> "NexarMeasure":
        """From whole clips: the highest score of two seconds that end a horizon before the event.

        A normal clip gives the two seconds that end a horizon before its own end.
        """
        cells = [
            (row, horizon_s, score, scored.clip.kind != "normal")
            for row, scored in enumerate(clips)
            for horizon_s in HORIZONS_S
            if (score := _score_before(scored, horizon_s)) is not None
        ]
        return cls(
            GroupedScores(
                np.array([score for _, _, score, _ in cells]),
                np.array([positive for *_, positive in cells], dtype=np.int64),
                [f"{horizon_s:.1f}s" for _, horizon_s, _, _ in cells],
                np.array([row for row, *_ in cells], dtype=np.int64),
            )
        )

    @classmethod
    def of_cut_clips(cls, clips: Sequence[ScoredClip]) -> "NexarMeasure":
        """From test clips, which end a horizon before the event: the highest score of their end.

        Their group is the tag of that name, as solution.csv has it.
        """
        used = [row for row, s in enumerate(clips) if GROUP_TAG in s.clip.tags and len(s.track)]
        scores = [_highest(clips[row], float(clips[row].track.times_s[-1])) for row in used]
        return cls(
            GroupedScores(
                np.array([score or 0.0 for score in scores]),
                np.array([clips[row].clip.kind != "normal" for row in used], dtype=np.int64),
                [clips[row].clip.tags[GROUP_TAG] for row in used],
                np.array(used, dtype=np.int64),
            )
        )

    @classmethod
    def of_submission(
        cls, solution: Sequence[SolutionRow], scores: Mapping[str, float]
    ) -> "NexarMeasure":
        """From the rows of solution.csv (one clip each) and a submission's scores by id."""
        return cls(
            GroupedScores(
                np.array([scores.get(row.clip_id, 0.0) for row in solution]),
                np.array([row.positive for row in solution], dtype=np.int64),
                [row.group for row in solution],
                np.arange(len(solution)),
            )
        )

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        curves = [ranked.curve(weights) for ranked in self._ranked]
        precisions = np.array([curve.average_precision() for curve in curves])
        areas = np.array([curve.partial_area(MAX_FPR) for curve in curves])
        return np.concatenate([[precisions.mean(), areas.mean()], precisions, areas])


def submission_draws(solution: Sequence[SolutionRow], *, rounds: int = 2000, seed: int = 0) -> Ints:
    """How often each row counts in each draw (R,N), drawn inside the cells of group and label."""
    generator = np.random.default_rng(seed)
    weights = np.zeros((rounds, len(solution)), dtype=np.int64)
    cells = [(row.group, row.positive) for row in solution]
    for cell in sorted(set(cells)):
        rows = np.flatnonzero([own == cell for own in cells])
        weights[:, rows] = generator.multinomial(
            len(rows), np.full(len(rows), 1 / len(rows)), rounds
        )
    return weights


def _score_before(scored: ScoredClip, horizon_s: float) -> float | None:
    """None for a clip without an event time, or without a score in those two seconds."""
    clip, track = scored.clip, scored.track
    if not len(track) or (clip.kind != "normal" and not clip.events_s):
        return None
    moment_s = float(track.times_s[-1]) if clip.kind == "normal" else clip.events_s[0]
    return _highest(scored, moment_s - horizon_s)


def _highest(scored: ScoredClip, end_s: float) -> float | None:
    """The highest score in the two seconds up to and with end_s."""
    seen = scored.track.between(end_s - LOOKED_AT_S, np.nextafter(end_s, np.inf))
    return float(seen.scores.max()) if len(seen) else None
