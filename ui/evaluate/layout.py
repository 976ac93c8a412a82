"""What is where on the Evaluate tab; which part calls which handler is in tab.py."""

from typing import Any, NamedTuple

import gradio as gr

from ui.context import Context
from ui.evaluate import views
from ui.evaluate.following import TICK_S, Panel
from ui.evaluate.handlers import SMALLEST_BUDGET, Budget, Listed
from ui.evaluate.runs import SPLITS
from ui.parts import html_part
from utils.metrics.protocols import ALL

CLIPS_INFO = "A label file or folder; empty: the labelled clips of Settings."


class Command(NamedTuple):
    """The parts around one command: its fields, what starts it, what shows it."""

    fields: tuple[Any, ...]
    start: gr.Button
    panel: Panel


def lay_out_alarms(context: Context) -> tuple[Budget, gr.HTML, Command]:
    """The slider, what was set by it, the calibration."""
    with gr.Row(elem_classes="nm-two"):
        with gr.Column(scale=0, min_width=320, elem_classes="nm-side"):
            slider = gr.Slider(
                SMALLEST_BUDGET,
                100,
                value=20,
                step=0.5,
                label="At most so many false alarms per hour",
                elem_id="nm-evaluate-budget",
            )
            use = gr.Button("Use this in Analyze", variant="primary", elem_id="nm-evaluate-use")
            used = html_part("", "nm-evaluate-used")
            with gr.Accordion("Calibrate on my own drives", open=False):
                calibrate = _calibrate(context)
        with gr.Column(scale=1, min_width=320, elem_classes="nm-main-side"):
            words = html_part(views.operating(None, None, ""), "nm-evaluate-words")
            curves = html_part(views.operating_curves(None, None), "nm-evaluate-curves")
    return Budget(slider, words, curves, use), used, calibrate


def _calibrate(context: Context) -> Command:
    normal = gr.Textbox(
        label="Normal drives",
        info="Videos or folders without a crash, one path per line. Hours, of several days.",
        placeholder="/videos/commute",
        lines=3,
        visible=context.local_allowed,
        elem_id="nm-evaluate-normal",
    )
    labels, videos = _clips(
        context, "Labelled crashes", "They tell how many are found; empty: as counted before."
    )
    name = gr.Textbox(
        label="Name of the new checkpoint", placeholder="mine", elem_id="nm-evaluate-name"
    )
    start, panel = _command("Calibrate", "calibrate")
    return Command((normal, name, labels, videos), start, panel)


def lay_out_figures(context: Context, names: list[str]) -> tuple[gr.HTML, Command, Listed]:
    """What lies beside the checkpoint, the measurement, what was measured."""
    with gr.Row(elem_classes="nm-two"):
        with gr.Column(scale=0, min_width=320, elem_classes="nm-side"):
            checkpoints = gr.Dropdown(
                names,
                value=names[:1],
                multiselect=True,
                label="Measure",
                info="The others are compared with the first, on the same clips.",
                elem_id="nm-evaluate-measured",
            )
            labels, videos = _clips(context, "Labelled clips", CLIPS_INFO)
            protocol = gr.Dropdown(
                [("All that the labels allow", ALL), *_protocols()], value=ALL, label="Protocol"
            )
            split = gr.Radio(SPLITS, value="val", label="Split")
            baselines = gr.Checkbox(True, label="Baselines beside it")
            start, panel = _command("Measure", "evaluate")
        with gr.Column(scale=1, min_width=320, elem_classes="nm-main-side"):
            stored = html_part(views.stored(None), "nm-evaluate-stored")
            choice = gr.Dropdown(
                [], value=None, label="Evaluation", elem_id="nm-evaluate-evaluation"
            )
            shown = html_part(views.evaluation(None, (), ""), "nm-evaluate-figures")
    fields = (checkpoints, labels, videos, protocol, split, baselines)
    return stored, Command(fields, start, panel), Listed(choice, shown)


def lay_out_trust(context: Context) -> tuple[Command, Listed]:
    """The examination and its answers."""
    with gr.Row(elem_classes="nm-two"):
        with gr.Column(scale=0, min_width=320, elem_classes="nm-side"):
            labels, videos = _clips(context, "Labelled clips", CLIPS_INFO)
            start, panel = _command("Examine", "trust")
        with gr.Column(scale=1, min_width=320, elem_classes="nm-main-side"):
            choice = gr.Dropdown([], value=None, label="Examination", elem_id="nm-evaluate-trust")
            shown = html_part(views.trust(None, "", None), "nm-evaluate-answers")
    return Command((labels, videos), start, panel), Listed(choice, shown)


def _clips(context: Context, label: str, info: str) -> tuple[gr.Textbox, gr.Textbox]:
    labels = gr.Textbox(
        label=label, info=info, placeholder="/videos/labels.json", visible=context.local_allowed
    )
    videos = gr.Textbox(
        label="Folder of their videos",
        placeholder="beside the labels",
        visible=context.local_allowed,
    )
    return labels, videos


def _command(words: str, kind: str) -> tuple[gr.Button, Panel]:
    with gr.Row(elem_classes="nm-buttons"):
        start = gr.Button(words, variant="primary", elem_id=f"nm-evaluate-{kind}-start")
        stop = gr.Button("Stop", interactive=False, elem_id=f"nm-evaluate-{kind}-stop")
    run = html_part("", f"nm-evaluate-{kind}-run")
    return start, Panel(run, stop, gr.Timer(TICK_S, active=False), gr.State(None))


def _protocols() -> list[tuple[str, str]]:
    return [(f"{name}: {words}", name) for name, words in views.PROTOCOLS.items()]
