"""Before and after: the base and the new checkpoint on the same held-out clips, by evaluate.py.

What was asked for stands in a file in the run's folder, so that any later app can start or show it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ui.checkpoints import WEIGHTS
from ui.commands import OUTPUT, CommandRun, Commands
from utils.atomic import atomic_write_text
from utils.config import load_settings
from utils.metrics.evaluation import Evaluation, Figure, ProtocolResult
from utils.settings import DataSettings, Settings

Verdict = Literal["better", "worse", "unclear", "unknown"]
WISH = "comparison.json"
METRICS = "metrics.json"
RESULTS = ("best", "final")
SHOWN = {  # protocol -> figure -> words
    "drives": {
        "within_clip_auc": "Score rises at the crash (AUC within clips)",
        "recall_at_10_per_hour": "Crashes found at 10 false alarms per hour",
        "recall_at_20_per_hour": "Crashes found at 20 false alarms per hour",
        "recall_at_40_per_hour": "Crashes found at 40 false alarms per hour",
    },
    "events": {
        "event_recall": "Crashes found at its own threshold",
        "false_alarms_per_hour": "False alarms per hour at that threshold",
        "median_time_error_s": "Median error of the time, seconds",
    },
    "clip": {
        "clip_auc": "Crash clips score above normal clips (AUC)",
    },
}
LESS_IS_BETTER = ("false_alarms_per_hour", "median_time_error_s")


class Wish(BaseModel):
    """What to compare. evaluation: the id of the run that did it, None before it began.

    data: the clips, where these are others than the run's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    base: str
    data: DataSettings | None = None
    evaluation: str | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with the ends of its 95 % interval; None where they are unknown."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class PairRow:
    """One figure of both checkpoints, their paired difference, and what it proves."""

    name: str
    words: str
    before: Interval
    after: Interval
    difference: Interval
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Pairs:
    """The table: both names, on which clips, its rows, and a sentence about all of it."""

    before: str
    after: str
    crash_clips: int
    normal_clips: int
    rows: tuple[PairRow, ...]
    words: str


def wish_for(run: CommandRun, wish: Wish) -> None:
    """Note what a run's checkpoint is to be compared with once it is there."""
    atomic_write_text(run.folder / WISH, wish.model_dump_json())


def read_wish(run: CommandRun) -> Wish | None:
    """What was asked for, if anything."""
    try:
        return Wish.model_validate_json((run.folder / WISH).read_bytes())
    except (OSError, ValidationError):
        return None


def result_of(output: Path) -> Path | None:
    """The checkpoint that a run wrote into its output folder, if any."""
    return next((output / n for n in RESULTS if (output / n / WEIGHTS).is_file()), None)


def start(run: CommandRun, wish: Wish, commands: Commands, checkpoint: Path) -> CommandRun:
    """Begin a comparison, and note it. Raises AppError where an evaluation runs."""
    settings: Settings = load_settings(run.settings)
    if wish.data is not None:
        settings = settings.model_copy(update={"data": wish.data})
    arguments = ["--checkpoint", wish.base, str(checkpoint), "--split", "val", "--no-baselines"]
    evaluation = commands.start(
        "evaluate",
        [*arguments, "--output", OUTPUT],
        name=f"Before and after {run.name}",
        settings=settings,
    )
    wish_for(run, wish.model_copy(update={"evaluation": evaluation.id}))
    return evaluation


def read_pairs(evaluation: CommandRun, before: str, after: str) -> Pairs | None:
    """The table of a finished comparison; None where it cannot be read."""
    try:
        text = (evaluation.output / METRICS).read_bytes()
        found = Evaluation.model_validate_json(text)
    except (OSError, ValidationError):
        return None
    rows = tuple(row for result in found.protocols for row in _rows(result))
    first = found.protocols[0] if found.protocols else None
    crash, normal = (first.crash_clips, first.normal_clips) if first else (0, 0)
    return Pairs(before, after, crash, normal, rows, _words(rows))


def _rows(result: ProtocolResult) -> list[PairRow]:
    if len(result.rows) < 2 or not result.differences:
        return []
    columns = [
        {figure.name: figure for figure in row.figures}
        for row in (result.rows[0], result.rows[1], result.differences[0])
    ]
    return [
        _row(name, words, [column[name] for column in columns])
        for name, words in SHOWN.get(result.protocol, {}).items()
        if all(name in column for column in columns)
    ]


def _row(name: str, words: str, figures: list[Figure]) -> PairRow:
    before, after, difference = (Interval(f.value, f.low, f.high) for f in figures)
    less = name in LESS_IS_BETTER
    return PairRow(name, words, before, after, difference, _verdict(difference, less=less))


def _verdict(difference: Interval, *, less: bool) -> Verdict:
    low, high = difference.low, difference.high
    if low is None or high is None or not math.isfinite(low + high):
        return "unknown"
    if low <= 0 <= high:
        return "unclear"
    return "better" if (low > 0) != less else "worse"


def _words(rows: Sequence[PairRow]) -> str:
    verdicts = [row.verdict for row in rows]
    better, worse = verdicts.count("better"), verdicts.count("worse")
    if not rows:
        return "These clips allow no comparison: they lack a crash, or its moment."
    if better or worse:
        return f"Of {len(rows)} figures, beyond chance: {better} better, {worse} worse."
    return "No difference is beyond chance on these clips. More held-out clips would tell more."
