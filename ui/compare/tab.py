"""The Compare tab: what is where, and which part's event calls which handler."""

from typing import Any

import gradio as gr

from ui import views as shared_views
from ui.analysis_form import describer_choices
from ui.compare import views
from ui.compare.api import connect_api
from ui.compare.choices import side_choices
from ui.compare.form import AS_IN_SETTINGS
from ui.compare.handlers import Handlers, Screen
from ui.context import Context
from ui.parts import CLICK_EVENT, PRIVATE, UNQUEUED, html_part
from ui.shell import Shell
from utils.video_files import VIDEO_SUFFIXES


def build_compare(shell: Shell, tab: gr.Tab, context: Context) -> None:
    """Fill the tab."""
    with gr.Row(elem_id="nm-compare-main", elem_classes="nm-two"):
        with gr.Column(scale=0, min_width=320, elem_id="nm-compare-form", elem_classes="nm-side"):
            fields = _form(context)
            with gr.Row(elem_id="nm-compare-buttons", elem_classes=["nm-buttons", "nm-sticky"]):
                start = gr.Button("Compare", variant="primary", elem_id="nm-compare-start")
                cancel = gr.Button("Cancel", interactive=False, elem_id="nm-compare-cancel")
        with gr.Column(
            scale=1, min_width=320, elem_id="nm-compare-results", elem_classes="nm-main-side"
        ):
            screen = _results(start, cancel)
    handlers = Handlers(context, fields)
    _connect_form(tab, handlers, fields)
    _connect_run(shell.page, fields, screen, handlers)
    for part in (screen.moments, screen.curves, screen.moment):
        part.select(handlers.show_moment, [screen.shown], [screen.moment], **PRIVATE)
    connect_api(context)


def _form(context: Context) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    fields["stored_video"] = gr.Dropdown(
        [],
        value=None,
        label="Video from the library",
        info="Its stored analyses can then be A or B.",
        elem_id="nm-compare-stored",
    )
    fields["local_path"] = gr.Textbox(
        label="… or a path on this computer",
        placeholder="/videos/drive.mp4",
        visible=context.local_allowed,
        elem_id="nm-compare-path",
    )
    with gr.Accordion("… or upload one", open=not context.local_allowed):
        fields["upload"] = gr.File(
            label="Video",
            file_types=sorted(VIDEO_SUFFIXES),
            height=120,
            elem_id="nm-compare-upload",
        )
    for name in ("a", "b"):
        fields |= _side(name, context)
    return fields


def _side(name: str, context: Context) -> dict[str, Any]:
    letter = name.upper()
    choices = side_choices(context)
    fields: dict[str, Any] = {}
    fields[f"source_{name}"] = gr.Dropdown(
        choices,
        value=next((value for _, value in choices[name == "b" :]), None),
        label=f"{letter} is",
        elem_id=f"nm-compare-source-{name}",
    )
    with gr.Accordion(f"Describer and threshold of {letter}", open=False):
        fields[f"describer_{name}"] = gr.Dropdown(
            [("As in Settings", AS_IN_SETTINGS), *describer_choices(context.settings)],
            value=AS_IN_SETTINGS,
            label="Who describes the events",
        )
        fields[f"model_{name}"] = gr.Textbox(
            label="Model", placeholder="as in Settings", visible=context.local_allowed
        )
        fields[f"adapter_{name}"] = gr.Textbox(
            label="Adapter",
            info="Folder of what fine-tuning made for the model.",
            placeholder="as in Settings",
            visible=context.local_allowed,
        )
        fields[f"threshold_{name}"] = gr.Textbox(  # an empty gr.Number becomes 0
            label="Threshold", info="Empty: that of the checkpoint.", placeholder="0 to 1"
        )
    return fields


def _results(start: gr.Button, cancel: gr.Button) -> Screen:
    status = html_part(views.idle(), "nm-compare-status")
    with gr.Row(elem_id="nm-compare-watch", elem_classes="nm-watch", equal_height=True):
        player = html_part(shared_views.player(None), "nm-compare-player")
        moments = html_part(views.moments(None, None, None), "nm-compare-moments", CLICK_EVENT)
    curves = html_part(views.curves(None, None, None), "nm-compare-curves", CLICK_EVENT)
    moment = html_part("", "nm-compare-moment", CLICK_EVENT)
    reviewed = html_part("", "nm-compare-reviewed")
    setups = html_part("", "nm-compare-setups")
    shown = gr.State(None)
    parts = (status, player, moments, curves, moment, reviewed, setups)
    return Screen(*parts, shown, start, cancel)


def _connect_form(tab: gr.Tab, handlers: Handlers, fields: dict[str, Any]) -> None:
    video, a, b = fields["stored_video"], fields["source_a"], fields["source_b"]
    tab.select(handlers.refresh, [video, a, b], [video, a, b], **PRIVATE)
    video.input(handlers.choose_video, [video, a, b], [a, b], **PRIVATE)


def _connect_run(
    page: gr.Blocks, fields: dict[str, Any], screen: Screen, handlers: Handlers
) -> None:
    """The buttons that begin and cancel a run; a page that is closed cancels its own.

    Cancel leaves the last word to the run: whatever was under way to the page comes before it.
    """
    screen.start.click(
        handlers.run,
        set(fields.values()),
        list(screen),
        concurrency_limit=None,
        trigger_mode="once",
        **PRIVATE,
    )
    screen.cancel.click(handlers.cancel, **UNQUEUED)
    page.unload(handlers.leave)
