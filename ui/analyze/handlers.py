"""What happens on the page: values -> analyze -> updates. Knows Gradio's events, not its layout.

Every sentence that reaches the client is ours: AppError's text without folders, or a fixed one.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from ui import views
from ui.analysis_form import Form, plan_form
from ui.analysis_run import AnalysisRun
from ui.context import Context
from ui.event_card import report_links
from ui.jobs import Step
from ui.parts import SKIP, clicked, run_buttons
from ui.shared_report import WITH_PATHS, SharedCopy
from ui.shell import Wanted, open_review
from utils.errors import AppError
from utils.library.records import Analysis
from utils.progress import Finished
from utils.report import AnalysisReport
from utils.writers.layout import OutputLayout

HEARTBEAT_S = 0.5
OPENED_STAGES = ("score", "describe", "write")


class Screen(NamedTuple):
    """New values of the page's parts; what is left out stays as it is."""

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


@dataclass(frozen=True, slots=True)
class Shown:
    """The analysis on the screen; without a row of the library where that did not take it in."""

    report: AnalysisReport
    layout: OutputLayout
    analysis: Analysis | None


@dataclass(slots=True)
class Run:
    """One analysis as the page follows it."""

    plan: AnalysisRun
    live: views.Live
    started: float
    rows_shown: tuple[int, int] = (0, 0)
    player_shown: bool = False

    @property
    def video(self) -> Path:
        """The file that is analysed."""
        return self.plan.video

    @property
    def layout(self) -> OutputLayout:
        """Where its report goes."""
        return self.plan.layout


class Handlers:
    """The page's events. `fields` maps the names of `Form` to the components that hold them."""

    def __init__(self, context: Context, fields: Mapping[str, Any]) -> None:
        self.context = context
        self.fields = fields

    async def run(
        self, values: dict[Any, Any], request: gr.Request
    ) -> AsyncGenerator[Screen, None]:
        """The whole run of the Analyze button: screens as they change."""
        form = Form(**{name: values.get(part) for name, part in self.fields.items()})
        try:
            plan = await asyncio.to_thread(plan_form, form, self.context)
            run = Run(plan, views.Live(), time.monotonic())
            yield _begin()
            job = self.context.jobs.start(request.session_hash or "", run.plan.start)
            async with aclosing(job.watch()) as watch:
                async for screen in self._follow(run, watch, lambda: job.waiting):
                    yield screen
        except AppError as error:
            yield _failed(str(error))

    async def _follow(
        self, run: Run, watch: AsyncGenerator[list[Step], None], waiting: Callable[[], bool]
    ) -> AsyncGenerator[Screen, None]:
        shown_at = 0.0
        async for steps in watch:
            for step in steps:
                if isinstance(step, Finished):
                    yield self._finished(run, step)
                    return
                run.live.take(step)
            run.live.waiting = waiting()
            if steps or time.monotonic() - shown_at > HEARTBEAT_S:
                shown_at = time.monotonic()
                yield self._running(run)

    def _running(self, run: Run) -> Screen:
        live = run.live
        screen = Screen(status=views.running(live, time.monotonic() - run.started))
        rows = (len(live.events), len(live.inspected))
        if rows != run.rows_shown:
            run.rows_shown = rows
            screen = screen._replace(events=views.events(views.live_rows(live), state="running"))
        if not run.player_shown and live.stage in OPENED_STAGES:
            run.player_shown = True
            screen = screen._replace(player=self._player(run.video))
        return screen

    def _finished(self, run: Run, end: Finished) -> Screen:
        report = end.report
        rows = views.report_rows(report.triggers)
        screen = Screen(
            status=views.finished(report),
            timeline=views.timeline(report),
            notes=views.notes(report, run.plan.problem),
            events=views.events(rows, state="finished"),
            details=self._details(report, 1, run.layout) if rows else "",
            outcome=self._outcome(end, run.layout),
            shown=Shown(report, run.layout, run.plan.analysis),
            review=gr.Button(visible=bool(rows) and run.plan.analysis is not None),
            **run_buttons(running=False),
        )
        return screen if run.player_shown else screen._replace(player=self._player(run.video))

    def _player(self, video: Path) -> str:
        return views.player(self.context.media.lend(video), video.name)

    def _details(self, report: AnalysisReport, number: int, layout: OutputLayout) -> str:
        return views.details(report, number, report_links(self.context.media, layout))

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

    def cancel(self, request: gr.Request) -> Screen:
        """The Cancel button: stop this session's job and say so."""
        self.context.jobs.cancel(request.session_hash or "")
        words = views.stopped("Cancelled", "The analysis was stopped.", kind="cancelled")
        return Screen(
            status=words, events=views.events([], state="idle"), **run_buttons(running=False)
        )

    def leave(self, request: gr.Request) -> None:
        """The tab was closed: stop its job."""
        self.context.jobs.cancel(request.session_hash or "")

    def show_event(self, shown: Any, event: gr.EventData) -> Any:
        """The details of the event that was clicked."""
        number = clicked(event, "event")
        if not isinstance(shown, Shown) or not isinstance(number, int):
            return SKIP
        if not 1 <= number <= shown.report.num_triggers_detected:
            return SKIP
        return self._details(shown.report, number, shown.layout)

    def review(self, shown: Any) -> list[Any]:
        """The Review tab at the first event on the screen."""
        if not isinstance(shown, Shown) or shown.analysis is None:
            return [SKIP, SKIP]
        return open_review(Wanted(time.time(), analysis_id=shown.analysis.id))


def _begin() -> Screen:
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


def _failed(message: str) -> Screen:
    return Screen(
        status=views.refused(message),
        events=views.events([], state="idle"),
        **run_buttons(running=False),
    )
