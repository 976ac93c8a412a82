"""The Review tab: one screen of our own, filled by its script through named functions."""

from typing import Any

import gradio as gr

from ui.context import Context
from ui.parts import SKIP, UNQUEUED
from ui.review import views
from ui.review.api import connect_api
from ui.review.desk import Desk
from ui.review.extras import Extras
from ui.review.handlers import Screen
from ui.shell import Shell, Wanted, open_review

MOUNT = "window.nearmiss.review.mount(element, server);"


def build_review(shell: Shell, tab: gr.Tab, context: Context) -> None:
    """Fill the tab."""
    desk, extras = Desk(context), Extras(context)
    gr.HTML(
        views.screen(local_allowed=context.local_allowed),
        elem_id="nm-review-screen",
        js_on_load=MOUNT,
        server_functions=list(Screen(context, desk, extras).functions()),
        apply_default_css=False,
    )
    shell.page.load(_linked, None, shell.opening(), **UNQUEUED)
    connect_api(desk, extras)


def _linked(request: gr.Request) -> list[Any]:
    """A page opened with `?event=12` shows that event."""
    number = request.query_params.get("event", "")
    if not number.isascii() or not number.isdigit():
        return [SKIP, SKIP]
    return open_review(Wanted(0.0, event_id=int(number)))
