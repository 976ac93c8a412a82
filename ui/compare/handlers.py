"""What happens on the Compare tab: values -> a comparison -> updates."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, NamedTuple

import gradio as gr

from ui import views as shared_views
from ui.checkpoints import Checkpoint
from ui.compare import views
from ui.compare.choices import side_choices, video_choices
from ui.compare.comparer import Comparer, Progressed, Shown
from ui.compare.comparing import NAMES, SideReport
from ui.compare.form import CompareForm, SideForm, plan_sides
from ui.context import Context
from ui.event_card import card_values, report_links
from ui.parts import SKIP, clicked, run_buttons
from utils.config import project_path
from utils.errors import AppError

HEARTBEAT_S = 0.5
SIDE_FIELDS = ("source", "describer", "model", "adapter", "threshold")


class Screen(NamedTuple):
    """New values of the tab's parts; what is left out stays as it is."""

    status: Any = SKIP
    player: Any = SKIP
    moments: Any = SKIP
    curves: Any = SKIP
    moment: Any = SKIP
    reviewed: Any = SKIP
    setups: Any = SKIP
    shown: Any = SKIP
    start: Any = SKIP
    cancel: Any = SKIP


class Handlers:
    """The tab's events. `fields` maps names to the components that hold them."""

    def __init__(self, context: Context, fields: Mapping[str, Any]) -> None:
        self.context = context
        self.fields = fields
        self.comparer = Comparer(context)

    async def run(
        self, values: dict[Any, Any], request: gr.Request
    ) -> AsyncGenerator[Screen, None]:
        """The whole run of the Compare button: screens as they change."""
        form = self._form(values)
        try:
            sides = await asyncio.to_thread(plan_sides, form, self.context)
            async with aclosing(self.comparer.follow(sides, _session(request))) as steps:
                async for screen in self._screens(steps):
                    yield screen
        except AppError as error:
            yield _failed(str(error))

    async def _screens(
        self, steps: AsyncGenerator[Progressed | Shown, None]
    ) -> AsyncGenerator[Screen, None]:
        shown_at: float | None = None
        async for step in steps:
            if isinstance(step, Shown):
                yield await asyncio.to_thread(self._finished, step)
                return
            if shown_at is None:
                yield _begin()
            elif time.monotonic() - shown_at > HEARTBEAT_S:
                yield Screen(status=_running(step))
            else:
                continue
            shown_at = time.monotonic()
        yield _cancelled()

    def cancel(self, request: gr.Request) -> None:
        """The Cancel button: this session's comparison stops, and its run says so."""
        self.context.jobs.cancel(_session(request))

    def leave(self, request: gr.Request) -> None:
        """The page was closed: stop its comparison."""
        self.context.jobs.cancel(_session(request))

    def refresh(self, stored_video: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
        """The choices as they are now; what is chosen stays where it still can be."""
        videos = video_choices(self.context)
        kept = stored_video if stored_video in [v for _, v in videos] else None
        return gr.Dropdown(choices=videos, value=kept), *self.choose_video(kept, a, b)

    def choose_video(self, stored_video: Any, a: Any, b: Any) -> tuple[Any, Any]:
        """What the sides may be for a video of the library."""
        choices = side_choices(self.context, stored_video)
        known = [value for _, value in choices]
        first, second = (value if value in known else None for value in (a, b))
        first = first or next((v for v in known if v != second), None)
        second = second or next((v for v in known if v != first), None)
        return (
            gr.Dropdown(choices=choices, value=first),
            gr.Dropdown(choices=choices, value=second),
        )

    def show_moment(self, shown: Any, event: gr.EventData) -> Any:
        """The moment that was clicked."""
        number = clicked(event, "event")
        if not isinstance(shown, Shown) or not isinstance(number, int):
            return SKIP
        if not 1 <= number <= len(shown.compared.comparison.moments):
            return SKIP
        return self._moment(shown, number)

    def _form(self, values: Mapping[Any, Any]) -> CompareForm:
        given = {name: values.get(part) for name, part in self.fields.items()}
        a, b = (
            SideForm(**{field: given.get(f"{field}_{side}") for field in SIDE_FIELDS})
            for side in ("a", "b")
        )
        return CompareForm(
            a=a,
            b=b,
            upload=given.get("upload"),
            local_path=given.get("local_path"),
            stored_video=given.get("stored_video"),
        )

    def _finished(self, shown: Shown) -> Screen:
        compared, a, b = shown.compared, shown.a, shown.b
        return Screen(
            status=views.summary(compared),
            player=self._player(a, b),
            moments=views.moments(compared, a, b),
            curves=views.curves(compared, a, b),
            moment=self._moment(shown, 1) if compared.comparison.moments else "",
            reviewed=views.reviewed(compared),
            setups=views.setups(compared, [self._card(side) for side in (a, b)]),
            shown=shown,
            **run_buttons(running=False),
        )

    def _player(self, a: SideReport, b: SideReport) -> str:
        video = next((side.video for side in (a, b) if side.video.is_file()), None)
        if video is None:
            return shared_views.player(None)
        return shared_views.player(self.context.media.lend(video), video.name)

    def _moment(self, shown: Shown, number: int) -> str:
        found = shown.compared.comparison.moments[number - 1]
        of_sides = zip(NAMES, (shown.a, shown.b), (found.a, found.b), strict=True)
        pictures = [self._picture(name, side, event) for name, side, event in of_sides]
        return views.moment(shown.compared, number, pictures)

    def _picture(self, name: str, side: SideReport, number: int | None) -> views.Shown:
        video, picture = side.report.video, None
        if number is not None:
            link = report_links(self.context.media, side.layout)
            pictures = card_values(side.report, number, link)["pictures"]
            picture = next((p for p in pictures if p.is_peak), None)
        return views.Shown(name, number, picture, video.width_px, video.height_px)

    def _card(self, side: SideReport) -> Checkpoint | None:
        """What is known of a side's checkpoint, where it is still there."""
        folder = side.report.components.checkpoint
        return self.context.checkpoints.at(project_path(folder)) if folder else None


def _session(request: gr.Request) -> str:
    """A comparison and an analysis of one page go on side by side."""
    return f"{request.session_hash or ''}/compare"


def _running(progressed: Progressed) -> str:
    elapsed_s = time.monotonic() - progressed.started
    return views.running(progressed.live, at=progressed.at, of=progressed.of, elapsed_s=elapsed_s)


def _begin() -> Screen:
    return Screen(
        status=views.running(shared_views.Live(), at=0, of=NAMES, elapsed_s=0.0),
        moments=views.moments(None, None, None),
        curves=views.curves(None, None, None),
        moment="",
        reviewed="",
        setups="",
        shown=None,
        **run_buttons(running=True),
    )


def _cancelled() -> Screen:
    words = "The comparison was stopped. An analysis that had ended is in the library."
    return Screen(
        status=shared_views.stopped("Cancelled", words, kind="cancelled"),
        **run_buttons(running=False),
    )


def _failed(message: str) -> Screen:
    return Screen(status=shared_views.refused(message), **run_buttons(running=False))
