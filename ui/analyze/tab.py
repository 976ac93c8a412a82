"""The Analyze tab: what is where, and which part's event calls which handler."""

from typing import Any

import gradio as gr

from ui import views
from ui.analysis_form import OPTIONAL_FORMATS, describer_choices
from ui.analyze.api import connect_api
from ui.analyze.form_handlers import FormHandlers
from ui.analyze.handlers import Handlers
from ui.analyze.screens import Screen
from ui.context import Context
from ui.parts import CLICK_EVENT, CLICK_THRESHOLD, PRIVATE, UNQUEUED, html_part
from ui.shell import Shell
from utils.settings import Settings
from utils.video_files import VIDEO_SUFFIXES

# scripts/analyze.js
KNOWN_KEYS, KEEP_KEY = "() => nearmiss.run.known()", "(key) => nearmiss.run.keep(key)"
OPTION_NAMES = ("max_sampled_frames", "describer", "formats")


def build_analyze(shell: Shell, tab: gr.Tab, context: Context) -> None:
    """Fill the tab."""
    with gr.Row(elem_id="nm-main", elem_classes="nm-two"):
        with gr.Column(scale=0, min_width=320, elem_id="nm-form", elem_classes="nm-side"):
            fields, card = _form(context)
            with gr.Row(elem_id="nm-buttons", elem_classes=["nm-buttons", "nm-sticky"]):
                start = gr.Button(
                    "Analyze Video", variant="primary", interactive=False, elem_id="nm-analyze"
                )
                cancel = gr.Button("Cancel", interactive=False, elem_id="nm-cancel")
        with gr.Column(scale=1, min_width=320, elem_id="nm-results", elem_classes="nm-main-side"):
            screen = _results(start, cancel)
    handlers = Handlers(context, fields)
    _connect_run(shell.page, fields, screen, handlers)
    for part in (screen.events, screen.timeline, screen.details):
        part.select(handlers.show_event, [screen.shown], [screen.details], **PRIVATE)
    screen.review.click(handlers.review, [screen.shown], shell.opening(), **UNQUEUED)
    form = FormHandlers(context)
    _connect_form(form, fields, card, screen)
    chosen, seen = fields["checkpoint"], gr.State(None)
    kept = [card, *(fields[name] for name in ("checkpoint", "threshold", *OPTION_NAMES)), seen]
    tab.select(form.follow_settings, [chosen, seen], kept, **PRIVATE)
    shell.page.load(form.defaults, None, kept, **PRIVATE)
    connect_api(shell.page, context)


def _form(context: Context) -> tuple[dict[str, Any], gr.HTML]:
    """The fields, without values: each load of the page brings those of the settings."""
    fields: dict[str, Any] = {}
    fields["upload"] = gr.File(
        label="Video", file_types=sorted(VIDEO_SUFFIXES), height=132, elem_id="nm-upload"
    )
    fields["local_path"] = gr.Textbox(
        label="… or a path on this computer",
        placeholder="/videos/drive.mp4",
        info="Read in place, never copied: best for long videos.",
        visible=context.local_allowed,
        elem_id="nm-path",
    )
    fields["checkpoint"] = gr.Dropdown(
        context.checkpoints.names(), label="Checkpoint", elem_id="nm-checkpoint"
    )
    card = html_part("", "nm-card")
    fields["threshold"] = gr.Slider(
        0,
        1,
        step=0.01,
        label="Threshold",
        info="Lower finds more events, higher only the clearest.",
        elem_id="nm-threshold",
    )
    with gr.Accordion("More options", open=False, elem_id="nm-more"):
        fields |= _options(context.settings)
    return fields, card


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "max_sampled_frames": gr.Number(
            value=0,
            label="Most frames to sample",
            info="0: all. A limit spreads the frames over the whole video.",
            precision=0,
            minimum=0,
        ),
        "describer": gr.Radio(
            describer_choices(settings),
            label="Who describes the events",
            info="Automatic: LLaVA if its weights are on this computer, else fixed sentences "
            "made from scores and boxes.",
        ),
        "formats": gr.CheckboxGroup(
            [(views.FORMAT_NAMES[name], name) for name in OPTIONAL_FORMATS],
            label="Also write",
            info="JSON and HTML reports are always written.",
        ),
    }


def _results(start: gr.Button, cancel: gr.Button) -> Screen:
    status = html_part(views.idle(), "nm-status")
    with gr.Row(elem_id="nm-watch", elem_classes="nm-watch", equal_height=True):
        player = html_part(views.player(None), "nm-player")
        events = html_part(views.events([], state="idle"), "nm-events", CLICK_EVENT)
    timeline = html_part(views.timeline(None), "nm-timeline", CLICK_EVENT)
    notes = html_part("", "nm-notes", CLICK_THRESHOLD)
    review = gr.Button("Review these moments", visible=False, elem_id="nm-open-review")
    details = html_part("", "nm-details", CLICK_EVENT)
    outcome = html_part("", "nm-outcome")
    shown = gr.State(None)
    parts = (status, player, timeline, events, notes, details, outcome)
    return Screen(*parts, shown, start, cancel, review, gr.Textbox(visible=False))


def _connect_run(
    page: gr.Blocks, fields: dict[str, Any], screen: Screen, handlers: Handlers
) -> None:
    """A press begins a run, a load goes on with one; a page that is closed stops none.

    Until the page knows whether it goes on with a run, nobody can begin another. Only following is
    queued, and Cancel leaves it to itself: it ends with the word that the run was stopped. Where
    Gradio broke it off, what it had said before could come late and stand there for ever.
    """
    parts, key = list(screen), screen.key
    last = gr.Textbox(visible=False)
    begun = screen.start.click(handlers.begin, set(fields.values()), parts, **UNQUEUED)
    known = page.load(handlers.recognise, [key, last], parts, js=KNOWN_KEYS, **UNQUEUED)
    follow = PRIVATE | {"js": KEEP_KEY, "concurrency_limit": None, "trigger_mode": "multiple"}
    for event in (begun, known):
        event.then(handlers.follow, [key], parts, **follow)
    screen.cancel.click(handlers.cancel, [key], parts, **UNQUEUED)


def _connect_form(
    form: FormHandlers, fields: dict[str, Any], card: gr.HTML, screen: Screen
) -> None:
    upload, checkpoint = fields["upload"], fields["checkpoint"]
    threshold = fields["threshold"]
    upload.change(form.preview, [upload], [screen.player], **PRIVATE)
    checkpoint.change(form.choose_checkpoint, [checkpoint], [card, threshold], **PRIVATE)
    screen.notes.select(form.take_threshold, None, [threshold], **PRIVATE)
