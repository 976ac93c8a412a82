"""Parts of the page as HTML, made from what is shown and nothing else: pure functions.

Layout and looks are in templates/ and style.css; no value reaches a page unescaped (`markup`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ui.checkpoints import Checkpoint
from ui.event_card import Link as Link
from ui.event_card import card_values, why_no_text
from ui.markup import render
from ui.sentences import sentence as sentence
from ui.sentences import without_folders as without_folders
from utils.hints import gating_line
from utils.narrative import what_is_seen
from utils.progress import Progress
from utils.report import AnalysisReport, EventReport, TriggerEvent
from utils.writers.chart import draw_chart

STAGES = {
    "load": "Load models",
    "open": "Open video",
    "score": "Find events",
    "describe": "Describe",
    "write": "Write files",
}
FORMAT_NAMES = {
    "json": "Report for programs (JSON)",
    "html": "Report to read and share (HTML)",
    "csv": "Table of events (CSV)",
    "srt": "Subtitles (SRT)",
    "mp4": "Clips of the events (MP4)",
    "wav": "Spoken summary (WAV)",
}
MAX_ROWS = 1000
MAX_CLIPS = 50
_FLAG = re.compile(r"--threshold (\d(?:\.\d+)?)")


@dataclass(slots=True)
class Live:
    """What is known while an analysis runs."""

    waiting: bool = False
    stage: str = "load"
    message: str = "Getting ready"
    fraction: float | None = None
    events: tuple[TriggerEvent, ...] = ()
    inspected: list[EventReport] = field(default_factory=list)

    def take(self, step: Progress) -> None:
        """Move on by one step."""
        self.stage, self.message, self.fraction = step.stage, step.message, step.fraction
        self.events = step.events or self.events
        if step.inspected is not None:
            self.inspected.append(step.inspected)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the events table; note is why there is no text."""

    number: int
    event: TriggerEvent
    text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """A file to save."""

    name: str
    href: str
    size_bytes: int


def header(version: str, where: str) -> str:
    """The top of the page."""
    return render("header", version=version, where=where)


def idle() -> str:
    """The status line before anything has happened."""
    return render("idle")


def running(live: Live, elapsed_s: float, name: str = "") -> str:
    """The status of an analysis under way: stages, bar, video, rate and time."""
    names = list(STAGES)
    at = names.index(live.stage) if live.stage in names else 0
    return render("running", live=live, stages=STAGES, at=at, elapsed_s=elapsed_s, name=name)


def finished(report: AnalysisReport) -> str:
    """The status after an analysis: how many events in which video, and the summary."""
    scores = report.score_track.scores
    top = max(range(len(scores)), key=scores.__getitem__) if scores else None
    return render(
        "finished",
        report=report,
        name=without_folders(report.video_path),
        count=report.num_triggers_detected,
        top_score=None if top is None else scores[top],
        top_s=None if top is None else report.score_track.times_s[top],
    )


def notes(report: AnalysisReport, problem: str = "") -> str:
    """Hints and warnings, each in its own line. problem: what went wrong after the report."""
    warnings = [without_folders(text) for text in (problem, *report.warnings) if text]
    return render("notes", notes=warnings, hints=[_hint(text) for text in report.hints])


def stopped(title: str, message: str, *, kind: str) -> str:
    """The status after a failure (`error`) or a cancelled analysis (`cancelled`)."""
    return render("stopped", title=title, message=sentence(message), kind=kind)


def refused(message: str) -> str:
    """The status after a wish that cannot be fulfilled."""
    return stopped("This did not work", message, kind="error")


def card(checkpoint: Checkpoint | None) -> str:
    """What is known of a checkpoint, or that there is none."""
    return render("card", checkpoint=checkpoint)


def player(src: str | None, name: str = "") -> str:
    """The video, or the place where it will be."""
    return render("player", src=src, name=name)


def timeline(report: AnalysisReport | None) -> str:
    """The risk curve with its threshold and events; a quiet frame without a report."""
    chart = draw_chart(report) if report else None
    return render("timeline", report=report, chart=chart)


def events(rows: Sequence[Row], *, state: str) -> str:
    """The table of events. state: idle, running or finished."""
    return render(
        "events",
        rows=rows[:MAX_ROWS],
        left_out=len(rows[MAX_ROWS:]),
        several_labels=len({row.event.label for row in rows}) > 1,
        state=state,
    )


def live_rows(live: Live) -> list[Row]:
    """Rows of the events found so far; a text as soon as an event was looked at."""
    rows = [Row(number, event) for number, event in enumerate(live.events, start=1)]
    return [*report_rows(live.inspected), *rows[len(live.inspected) :]]


def report_rows(found: Sequence[EventReport]) -> list[Row]:
    """Rows of the events of a report."""
    return [_row(number, event) for number, event in enumerate(found, start=1)]


def details(report: AnalysisReport, number: int, link: Link) -> str:
    """One event (from 1): its frames with boxes, description and evidence."""
    return render("details", **card_values(report, number, link), group="nm-frame")


def outcome(
    report: AnalysisReport,
    downloads: Sequence[Download],
    *,
    clips: Sequence[str | None] = (),
    audio: str | None = None,
) -> str:
    """Downloads, spoken summary and how the report was made. clips: one address per event."""
    numbered = [(number, href) for number, href in enumerate(clips, start=1) if href]
    return render(
        "outcome",
        report=report,
        downloads=downloads,
        clips=numbered[:MAX_CLIPS],
        audio=audio,
        gating=gating_line(report),
    )


def _hint(text: str) -> tuple[str, float | None]:
    """A hint in the page's words, with the threshold that it offers."""
    flag = _FLAG.search(text)
    words = _FLAG.sub(r"a threshold of \1", text)
    return words, float(flag.group(1)) if flag else None


def _row(number: int, found: EventReport) -> Row:
    return Row(number, found.event, what_is_seen(found.analysis or ""), why_no_text(found))
