"""Nexar submissions (`id,score`) against solution.csv: grouped mAP of each of its parts."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from utils.errors import ConfigError
from utils.metrics.comparison import ROUNDS, SEED, figure_rows
from utils.metrics.evaluation import Evaluation, ProtocolResult, ScorerEntry
from utils.metrics.nexar import NexarMeasure, SolutionRow, submission_draws
from utils.score_files import read_solution, read_submission
from utils.writers.evaluation_files import write_figures

Submissions = Mapping[str, Mapping[str, float]]


def evaluate_submissions(solution: Path, files: Sequence[Path], output: Path) -> Iterator[str]:
    """Measure and write; yields lines for the reader. Raises AppError children."""
    if not files:
        raise ConfigError("--solution needs the submissions (id,score) as --scores")
    rows = read_solution(solution)
    submissions = {path.stem: read_submission(path) for path in files}
    evaluation = Evaluation(
        split="test",
        clips=len(rows),
        bootstrap_rounds=ROUNDS,
        seed=SEED,
        scorers=tuple(_entry(name) for name in submissions),
        protocols=tuple(
            _result(usage, [row for row in rows if row.usage == usage], submissions)
            for usage in sorted({row.usage for row in rows})
        ),
    )
    for name, scores in submissions.items():
        missing = sum(row.clip_id not in scores for row in rows)
        if missing:
            yield f"{name}: {missing} of {len(rows)} ids have no score and count as 0"
    yield from write_figures(evaluation, output)


def _result(usage: str, rows: Sequence[SolutionRow], submissions: Submissions) -> ProtocolResult:
    """One part of the solution; differences are paired on its rows."""
    draws = submission_draws(rows, rounds=ROUNDS, seed=SEED)
    measures = {n: NexarMeasure.of_submission(rows, scores) for n, scores in submissions.items()}
    figures, differences = figure_rows(measures, draws)
    return ProtocolResult(
        protocol=f"nexar, {usage}",
        crash_clips=sum(row.positive for row in rows),
        near_miss_clips=0,
        normal_clips=sum(not row.positive for row in rows),
        rows=figures,
        differences=differences,
    )


def _entry(name: str) -> ScorerEntry:
    return ScorerEntry(
        name=name, kind="scores", threshold=None, clip_threshold=None, look_ahead_s=0.0
    )
