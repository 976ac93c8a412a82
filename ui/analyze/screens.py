"""What the Analyze tab shows of a run: new values of its parts, on the way and at the end.

Every sentence that reaches the client is ours: AppError's text without folders, or a fixed one.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from ui import views
from ui.analyze.kept_runs import KeptRun
from ui.context import Context
from ui.event_card import report_links
from ui.parts import SKIP, run_buttons
from ui.shared_report import WITH_PATHS, SharedCopy
from utils.library.records import Analysis
from utils.progress import Finished
from utils.report import AnalysisReport
from utils.writers.layout import OutputLayout

HEARTBEAT_S = 0.5
OPENED_STAGES = ("score", "describe", "write")


class Screen(NamedTuple):
    """New values of the page's parts; what is left out stays as it is.

    key: of the run that the page follows; empty where it follows none.
    """

    status: Any = SKIP
    player: Any = SKIP
    timeline: Any = SKIP
    events: Any = SKIP
    notes: Any = SKIP
    details: Any = SKIP
    outcome: Any = SKIP
    shown: Any = SKIP
    start: Any = SKIP
    cancel: Any = SKIP
    review: Any = SKIP
    key: Any = SKIP


@dataclass(frozen=True, slots=True)
class Shown:
    """The analysis on the screen; without a row of the library where that did not take it in."""

    report: AnalysisReport
    layout: OutputLayout
    analysis: Analysis | None

    def details(self, context: Context, number: int) -> str:
        """One of its events, from 1."""
        return views.details(self.report, number, report_links(context.media, self.layout))


class Follower:
    """One page that looks at a run; what it has shown is not sent again."""

    def __init__(self, context: Context, run: KeptRun) -> None:
        self.context = context
        self.run = run
        self._steps_shown: int | None = None
        self._shown_at = 0.0
        self._rows_shown = (0, 0)
        self._player_shown = False

    def news(self) -> Screen | None:
        """The run under way where there is something to say, at least every half second."""
        run, first = self.run, self._steps_shown is None
        fresh = run.steps != self._steps_shown
        if not fresh and time.monotonic() - self._shown_at < HEARTBEAT_S:
            return None
        self._steps_shown, self._shown_at = run.steps, time.monotonic()
        screen = begun() if first else Screen()
        return self._progress(screen._replace(status=self._status()))

    def _status(self) -> str:
        run = self.run
        return views.running(run.live, run.elapsed_s, run.plan.video.name)

    def _progress(self, screen: Screen) -> Screen:
        live = self.run.live
        rows = (len(live.events), len(live.inspected))
        if rows != self._rows_shown:
            self._rows_shown = rows
            screen = screen._replace(events=views.events(views.live_rows(live), state="running"))
        if not self._player_shown and live.stage in OPENED_STAGES:
            self._player_shown = True
            screen = screen._replace(player=self._player())
        return screen

    def last(self) -> Screen:
        """How the run ended."""
        if self.run.cancelled:
            return cancelled()
        end = self.run.end
        return failed(str(self.run.failure)) if end is None else self._finished(end)

    def _finished(self, end: Finished) -> Screen:
        plan, report = self.run.plan, end.report
        rows = views.report_rows(report.triggers)
        shown = Shown(report, plan.layout, plan.analysis)
        return Screen(
            status=views.finished(report),
            player=SKIP if self._player_shown else self._player(),
            timeline=views.timeline(report),
            notes=views.notes(report, plan.problem),
            events=views.events(rows, state="finished"),
            details=shown.details(self.context, 1) if rows else "",
            outcome=self._outcome(end, plan.layout),
            shown=shown,
            review=gr.Button(visible=bool(rows) and plan.analysis is not None),
            **run_buttons(running=False),
        )

    def _player(self) -> str:
        video = self.run.plan.video
        return views.player(self.context.media.lend(video), video.name)

    def _outcome(self, end: Finished, layout: OutputLayout) -> str:
        link = report_links(self.context.media, layout, download=True)
        clips = [link(found.clip) if found.clip else None for found in end.report.triggers]
        audio = self._audio(end, layout)
        return views.outcome(end.report, self._downloads(end, layout), clips=clips, audio=audio)

    def _downloads(self, end: Finished, layout: OutputLayout) -> list[views.Download]:
        return [
            views.Download(words, self._lend_file(name, path, layout), path.stat().st_size)
            for name, words in views.FORMAT_NAMES.items()
            if (path := end.files.get(name)) is not None and path.is_file()
        ]

    def _lend_file(self, name: str, path: Path, layout: OutputLayout) -> str:
        """The address of a file of the report; other computers get a copy without folders."""
        shared = not self.context.local_allowed and name in WITH_PATHS
        make = SharedCopy(layout, self.context.uploads) if shared else None
        return self.context.media.lend(path, download=True, make=make)

    def _audio(self, end: Finished, layout: OutputLayout) -> str | None:
        spoken = end.report.spoken_summary
        return report_links(self.context.media, layout)(spoken) if spoken else None


def begun() -> Screen:
    """Nothing of an earlier run is left."""
    return Screen(
        status=views.running(views.Live(), 0.0),
        timeline=views.timeline(None),
        events=views.events([], state="running"),
        notes="",
        details="",
        outcome="",
        shown=None,
        review=gr.Button(visible=False),
        **run_buttons(running=True),
    )


def cancelled() -> Screen:
    """Somebody stopped it."""
    words = views.stopped("Cancelled", "The analysis was stopped.", kind="cancelled")
    return Screen(status=words, events=views.events([], state="idle"), **run_buttons(running=False))


def failed(message: str) -> Screen:
    """It cannot be done, and why."""
    return Screen(
        status=views.refused(message),
        events=views.events([], state="idle"),
        **run_buttons(running=False),
    )
