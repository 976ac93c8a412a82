"""Compares two sides: runs what is new, reads what is stored, and puts both beside each other.

The page and the endpoint both come through here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import Field

from ui.analysis_run import AnalysisRun
from ui.compare.form import Side
from ui.jobs import Steps
from utils.errors import ConfigError
from utils.event_matching import Times, covers, same_moment
from utils.library import Library
from utils.library.records import Analysis, Decision, LibraryEvent, SavedReview
from utils.plain_text import one_line
from utils.progress import Finished
from utils.report import AnalysisReport, Record
from utils.report_comparison import ReportComparison, compare_reports
from utils.writers.json_report import read_json
from utils.writers.layout import OutputLayout

NAMES = ("A", "B")


@dataclass(frozen=True, slots=True)
class SideReport:
    """One side as it was analysed. analysis_id: of the library; None where it has none.

    video: where it is now.
    """

    report: AnalysisReport
    layout: OutputLayout
    video: Path
    analysis_id: int | None


class SideFacts(Record):
    """What one side is, in short."""

    analysis_id: int | None = Field(description="in the library; null where it is not there")
    checkpoint: str = Field(description="name of the checkpoint's folder")
    threshold: float = Field(description="the score at which an event starts")
    describer: str = Field(description="what wrote the descriptions")
    created_at: datetime = Field(description="when the analysis ended")
    events: int = Field(description="how many events it has")
    total_s: float | None = Field(description="wall seconds of the analysis")
    times_real_time: float | None = Field(description="length of the video over these seconds")


class ReviewedMoment(Record):
    """A moment of the video that somebody decided on, and who has an event there."""

    time_s: float = Field(description="its peak, or the middle of the corrected span, seconds")
    decision: Decision = Field(description="confirmed, near_miss, false_alarm or unsure")
    a: int | None = Field(description="number of A's event there, from 1")
    b: int | None = Field(description="number of B's event there, from 1")


class Compared(Record):
    """The whole comparison."""

    video: str = Field(description="name of the file")
    a: SideFacts
    b: SideFacts
    comparison: ReportComparison
    reviewed: tuple[ReviewedMoment, ...] = Field(description="in order of time")


def run_sides(sides: tuple[Side, Side]) -> Steps:
    """The steps of the analyses that are new, one after the other; each ends with its Finished."""
    news = [side for side in sides if isinstance(side, AnalysisRun)]
    _refuse_another_file(sides)
    for side in news:
        name = NAMES[sides.index(side)]
        for step in side.start():
            if not isinstance(step, Finished):
                step = replace(step, message=f"{name}: {step.message}")
            yield step


def read_sides(sides: tuple[Side, Side]) -> tuple[SideReport, SideReport]:
    """Both sides, once what is new has finished. Raises OutputError."""
    a, b = (_read(side) for side in sides)
    return a, b


def compare_sides(a: SideReport, b: SideReport, library: Library) -> Compared:
    """Both beside each other. Raises AppError where they are of different videos."""
    comparison = compare_reports(a.report, b.report)
    return Compared(
        video=one_line(Path(a.report.video_path).name),
        a=_facts(a),
        b=_facts(b),
        comparison=comparison,
        reviewed=tuple(_reviewed(a.report, b.report, library)),
    )


def _read(side: Side) -> SideReport:
    if isinstance(side, Analysis):
        return SideReport(read_json(side.report), OutputLayout(side.report), side.video, side.id)
    known = side.analysis
    number = known.id if known else None
    return SideReport(read_json(side.layout.base), side.layout, side.video, number)


def _refuse_another_file(sides: tuple[Side, Side]) -> None:
    """Before hours of work: a stored analysis of a file of another size is of another video."""
    for side, other in (sides, sides[::-1]):
        if not isinstance(side, Analysis) or not isinstance(other, AnalysisRun):
            continue
        if read_json(side.report).video.size_bytes != other.video.stat().st_size:
            raise ConfigError(
                f"the video {other.video.name} is not that of the stored analysis; choose that "
                "one, or no video at all"
            )


def _facts(side: SideReport) -> SideFacts:
    report = side.report
    total_s, duration_s = report.timings_s.get("total"), report.video.duration_s
    return SideFacts(
        analysis_id=side.analysis_id,
        checkpoint=Path(report.components.checkpoint).name,
        threshold=report.components.threshold,
        describer=report.components.describer,
        created_at=report.created_at,
        events=report.num_triggers_detected,
        total_s=total_s,
        times_real_time=duration_s / total_s if duration_s and total_s else None,
    )


def _reviewed(a: AnalysisReport, b: AnalysisReport, library: Library) -> Iterator[ReviewedMoment]:
    for span, decision in sorted(_decided(a, library), key=lambda pair: pair[0].peak_s):
        yield ReviewedMoment(
            time_s=span.peak_s, decision=decision, a=_event_at(span, a), b=_event_at(span, b)
        )


def _decided(report: AnalysisReport, library: Library) -> list[tuple[Times, Decision]]:
    """What was decided in any analysis of the video, each moment once."""
    sha256 = report.video.sha256
    found = library.reviews.reviewed(sha256) if sha256 else []
    return [(_span(event, saved), saved.review.decision) for event, saved in found]


def _span(event: LibraryEvent, saved: SavedReview) -> Times:
    """The reviewed moment with its corrected times, as others are matched with it."""
    start_s = event.start_s if saved.review.start_s is None else saved.review.start_s
    end_s = event.end_s if saved.review.end_s is None else saved.review.end_s
    inside = start_s <= event.peak_s <= end_s
    return Times(start_s, end_s, event.peak_s if inside else (start_s + end_s) / 2)


def _event_at(span: Times, report: AnalysisReport) -> int | None:
    """The report's event at a moment, the closest first."""
    near = [
        (abs(found.event.peak_s - span.peak_s), number)
        for number, found in enumerate(report.triggers, start=1)
        if same_moment(found.event, span) or covers(found.event, span.peak_s)
    ]
    return min(near)[1] if near else None
