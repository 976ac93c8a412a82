"""What happens on the page: values -> analyze -> updates. Knows Gradio's events, not its layout.

A press begins a run in two steps: `begin` answers with its key, the browser keeps that, and
`follow` runs it. A page that is loaded again is recognised by the key and follows from there.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import gradio as gr

from ui.analysis_form import Form, plan_form
from ui.analyze.kept_runs import KeptRuns
from ui.analyze.screens import Follower, Screen, Shown, begun, cancelled, failed
from ui.context import Context
from ui.parts import SKIP, clicked, run_buttons
from ui.shell import Wanted, open_review
from utils.errors import AppError


class Handlers:
    """The page's events. `fields` maps the names of `Form` to the components that hold them."""

    def __init__(self, context: Context, fields: Mapping[str, Any]) -> None:
        self.context = context
        self.fields = fields
        self.runs = KeptRuns(context.jobs)

    async def recognise(self, own: Any, last: Any) -> Screen:
        """A page was loaded: the run that it goes on with, if any (`KeptRuns.recognise`)."""
        key = self.runs.recognise(own, last)
        return Screen(key=key, **run_buttons(running=bool(key)))

    async def begin(self, values: dict[Any, Any]) -> Screen:
        """The Analyze button: a run with a key, which `follow` begins; or why there is none."""
        form = Form(**{name: values.get(part) for name, part in self.fields.items()})
        try:
            plan = await asyncio.to_thread(plan_form, form, self.context)
        except AppError as error:
            return failed(str(error))._replace(key="")
        return begun()._replace(key=self.runs.keep(plan))

    async def follow(self, key: Any) -> AsyncGenerator[Screen, None]:
        """The run of this key, as far as it is and on to its end: screens as they change."""
        run = self.runs.begin(key)
        if run is None:
            yield Screen()
            return
        follower = Follower(self.context, run)
        async with aclosing(run.follow()) as turns:
            async for _ in turns:
                screen = follower.last() if run.over else follower.news()
                if screen is not None:
                    yield screen

    async def cancel(self, key: Any) -> Screen:
        """The Cancel button: stop the run of this key and say so."""
        self.runs.cancel(key)
        return cancelled()

    def show_event(self, shown: Any, event: gr.EventData) -> Any:
        """The details of the event that was clicked."""
        number = clicked(event, "event")
        if not isinstance(shown, Shown) or not isinstance(number, int):
            return SKIP
        if not 1 <= number <= shown.report.num_triggers_detected:
            return SKIP
        return shown.details(self.context, number)

    def review(self, shown: Any) -> list[Any]:
        """The Review tab at the first event on the screen."""
        if not isinstance(shown, Shown) or shown.analysis is None:
            return [SKIP, SKIP]
        return open_review(Wanted(time.time(), analysis_id=shown.analysis.id))
