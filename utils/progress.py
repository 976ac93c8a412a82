"""What a run says on its way: steps, and at the end the report with its files."""

from dataclasses import dataclass
from pathlib import Path

from utils.report import AnalysisReport, EventReport, TriggerEvent


@dataclass(frozen=True, slots=True)
class Progress:
    """One step on the way.

    stage: load, open, score, describe, write. fraction: share of this stage in [0, 1], None where
    unknown. events: those found so far. inspected: the event report that this step finished.
    """

    stage: str
    message: str
    fraction: float | None = None
    events: tuple[TriggerEvent, ...] = ()
    inspected: EventReport | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a run: the report and the files written, by format (`json`, `html`, ...)."""

    report: AnalysisReport
    files: dict[str, Path]
    folder: Path
