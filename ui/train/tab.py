"""The Train tab: what is where, and which part's event calls which handler."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import gradio as gr

from ui.context import Context
from ui.parts import PRIVATE, html_part
from ui.shell import Shell
from ui.train import views
from ui.train.api import connect_api
from ui.train.datasets import LABEL_FORMATS, TITLES, DataChoice
from ui.train.handlers import Handlers, Screen
from ui.train.plan import TrainForm, presets
from ui.train.training import Training

POLL_S = 1.5
DATA_FIELDS = ("learn_from", "labels", "videos", "val_labels", "label_format")
PATH_FIELDS = ("labels", "videos", "val_labels")
NUMBER_FIELDS = ("epochs", "batch_size", "learning_rate", "seed")


def build_train(shell: Shell, tab: gr.Tab, context: Context) -> None:
    """Fill the tab."""
    training = Training(context)
    handlers = Handlers(training)
    with gr.Row(elem_id="nm-train-main", elem_classes="nm-two"):
        with gr.Column(scale=0, min_width=320, elem_id="nm-train-form", elem_classes="nm-side"):
            fields, cards, check = _data_form(context)
            fields |= _run_form()
            start = gr.Button("Start training", variant="primary", elem_id="nm-train-start")
            retrain = gr.Button("Retrain on my reviews", elem_id="nm-train-retrain", size="md")
        with gr.Column(
            scale=1, min_width=320, elem_id="nm-train-results", elem_classes="nm-main-side"
        ):
            screen, board = _results(context)
    _connect_form(handlers, tab, fields, (*cards, check))
    _connect_runs(handlers, tab, fields, (screen, start, retrain))
    button, link = board
    button.click(handlers.tensorboard, None, [link], **PRIVATE)
    # A function as the value would be an endpoint of the API.
    shell.page.load(_new_name, None, [fields["name"]], **PRIVATE)
    connect_api(training)


def _new_name() -> str:
    return f"run-{datetime.now():%m%d-%H%M%S}"


def _data_form(context: Context) -> tuple[dict[str, Any], tuple[gr.HTML, gr.HTML], gr.Button]:
    names = [name for name in TITLES if name != "folder" or context.local_allowed]
    learn_from = gr.CheckboxGroup(
        [(TITLES[name], name) for name in names],
        value=["settings"],
        label="Learn from",
        elem_id="nm-train-data",
    )
    with gr.Group(visible=False, elem_id="nm-train-paths") as paths:
        labels = gr.Textbox(label="Label file or folder", placeholder="/clips/train.json")
        videos = gr.Textbox(label="Folder of the videos", info="Empty: beside the labels.")
        val_labels = gr.Textbox(
            label="Labels of held-out clips", info="Empty: the labels say which are held out."
        )
        label_format = gr.Dropdown(
            list(LABEL_FORMATS), value="auto", label="Label format", info="auto: by its content."
        )
    learn_from.change(
        lambda chosen: gr.Group(visible="folder" in (chosen or ())),
        [learn_from],
        [paths],
        **PRIVATE,
    )
    card = html_part("", "nm-train-card")
    check = gr.Button("Check every video", size="sm", elem_id="nm-train-check")
    fields = dict(
        zip(DATA_FIELDS, (learn_from, labels, videos, val_labels, label_format), strict=True)
    )
    return fields, (card, html_part("", "nm-train-checked")), check


def _run_form() -> dict[str, Any]:
    known = presets()
    fields: dict[str, Any] = {
        "preset": gr.Dropdown(
            [(preset.title, name) for name, preset in known.items()],
            value="default",
            label="Preset",
            info=known["default"].help,
            elem_id="nm-train-preset",
        ),
        "name": gr.Textbox(
            label="Name of the run",
            info="The folder among the checkpoints.",
            elem_id="nm-train-name",
        ),
    }
    training = known["default"].changes["training"]
    with gr.Accordion("Numbers", open=False, elem_id="nm-train-numbers"):
        fields["epochs"] = gr.Number(training["num_epochs"], label="Epochs", precision=0, minimum=1)
        fields["batch_size"] = gr.Number(
            training["batch_size"], label="Batch size", precision=0, minimum=1
        )
        fields["learning_rate"] = gr.Number(training["learning_rate"], label="Learning rate")
        fields["seed"] = gr.Number(0, label="Seed", precision=0, minimum=0)
    return fields


def _results(context: Context) -> tuple[Screen, tuple[gr.Button, gr.HTML]]:
    with gr.Row(elem_id="nm-train-bar", equal_height=True):
        runs = gr.Dropdown([], label="Run", interactive=False, elem_id="nm-train-runs", scale=3)
        stop = gr.Button(
            "Stop", interactive=False, elem_id="nm-train-stop", size="md", min_width=90
        )
        resume = gr.Button(
            "Resume", interactive=False, elem_id="nm-train-resume", size="md", min_width=90
        )
    status = html_part(views.status(None), "nm-train-status")
    curves = html_part(views.curves(None), "nm-train-curves")
    with gr.Accordion("What the run says", open=False, elem_id="nm-train-says"):
        log = html_part(views.log(None), "nm-train-log")
    outcome = html_part("", "nm-train-outcome")
    with gr.Row(elem_id="nm-train-after", equal_height=True):
        base = gr.Dropdown(
            context.checkpoints.names(), label="Compare with", elem_id="nm-train-base", scale=3
        )
        compare = gr.Button(
            "Compare on held-out clips", interactive=False, elem_id="nm-train-compare", size="md"
        )
        button = gr.Button(
            "TensorBoard", visible=context.local_allowed, elem_id="nm-train-tensorboard", size="md"
        )
    link = html_part("", "nm-train-link")
    timer = gr.Timer(POLL_S, active=False)
    shown = (runs, status, curves, log, outcome, stop, resume, compare, base, timer)
    return Screen(*shown), (button, link)


def _connect_form(
    handlers: Handlers,
    tab: gr.Tab,
    fields: dict[str, Any],
    parts: tuple[gr.HTML, gr.HTML, gr.Button],
) -> None:
    card, checked, check = parts
    data = [fields[name] for name in DATA_FIELDS]

    def look(*values: Any) -> str:
        return handlers.look_at_data(DataChoice(*values))

    def check_all(*values: Any) -> Iterator[str]:
        yield from handlers.check_data(DataChoice(*values))

    tab.select(look, data, [card], **PRIVATE)
    fields["learn_from"].change(look, data, [card], **PRIVATE)
    fields["label_format"].input(look, data, [card], **PRIVATE)
    for name in PATH_FIELDS:
        fields[name].blur(look, data, [card], **PRIVATE)
        fields[name].submit(look, data, [card], **PRIVATE)
    check.click(check_all, data, [checked], trigger_mode="once", **PRIVATE)
    numbers = [fields[name] for name in NUMBER_FIELDS]
    preset = fields["preset"]
    preset.input(handlers.choose_preset, [preset], [preset, *numbers], **PRIVATE)


def _connect_runs(
    handlers: Handlers,
    tab: gr.Tab,
    fields: dict[str, Any],
    parts: tuple[Screen, gr.Button, gr.Button],
) -> None:
    screen, start, retrain = parts
    seen = gr.State({})
    outputs = [*screen, seen]
    data, own = [fields[n] for n in DATA_FIELDS], [fields[n] for n in ("name", "preset")]
    numbers = [fields[name] for name in NUMBER_FIELDS]

    def begin(seen: dict[str, Any], *values: Any) -> tuple[Any, ...]:
        given, (name, preset), rest = values[:5], values[5:7], values[7:]
        return handlers.start(TrainForm(name, DataChoice(*given), preset, *rest), seen)

    once: dict[str, Any] = {"trigger_mode": "once", **PRIVATE}
    start.click(begin, [seen, *data, *own, *numbers], outputs, **once)
    retrain.click(handlers.retrain, [seen], outputs, **once)
    screen.stop.click(handlers.stop, [screen.runs, seen], outputs, **once)
    screen.resume.click(handlers.resume, [screen.runs, seen], outputs, **once)
    screen.compare.click(handlers.compare, [screen.runs, screen.base, seen], outputs, **once)
    screen.runs.input(handlers.show, [screen.runs, seen], outputs, **PRIVATE)
    screen.timer.tick(handlers.show, [screen.runs, seen], outputs, **PRIVATE)
    tab.select(handlers.open, [screen.runs], outputs, **PRIVATE)
