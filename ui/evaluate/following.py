"""Follows the newest command of one kind on the page: state, log, stop, and that it has ended."""

from collections.abc import Callable
from typing import Any, NamedTuple

import gradio as gr

from ui import views as shared_views
from ui.commands import CommandKind, CommandRun
from ui.context import Context
from ui.evaluate import views
from ui.parts import SKIP
from utils.errors import AppError

TICK_S = 1.0


class Panel(NamedTuple):
    """The parts of the page that show one command. seen: the last run whose end was shown."""

    run: Any = SKIP
    stop: Any = SKIP
    timer: Any = SKIP
    seen: Any = SKIP


class Follower:
    """The newest command of a kind; it is found again after the page or the app was restarted."""

    def __init__(self, context: Context, kind: CommandKind, idle: str) -> None:
        self.context = context
        self.kind: CommandKind = kind
        self.idle = idle

    def begin(self, start: Callable[[], CommandRun]) -> Panel:
        """Start a command and follow it; why not, where it is refused."""
        try:
            return self._panel(start())._replace(stop=gr.Button("Stop", interactive=True))
        except AppError as error:
            return Panel(run=shared_views.refused(str(error)))

    def stop(self) -> Panel:
        """Ask the command to stop."""
        run = self.newest()
        if run is None or run.state != "running":
            return Panel()
        self.context.commands.stop(run.id)
        return Panel(stop=gr.Button("Stopping", interactive=False))

    def look(self, seen: Any) -> tuple[Panel, bool]:
        """The panel as it is now, and whether a run has ended whose end was not shown yet."""
        run = self.newest()
        if run is None or run.state == "running":
            return self._panel(run), False
        return self._panel(run)._replace(seen=run.id), seen != run.id

    def newest(self) -> CommandRun | None:
        """The run that was started last."""
        return next(iter(self.context.commands.runs(self.kind)), None)

    def _panel(self, run: CommandRun | None) -> Panel:
        running = run is not None and run.state == "running"
        stop: Any = gr.Button("Stop", interactive=running)
        return Panel(views.run(run, self.idle), SKIP if running else stop, gr.Timer(active=running))
