"""The Evaluate tab: which part's event calls which handler; layout.py has what is where."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from ui.context import Context
from ui.evaluate.api import connect_api
from ui.evaluate.following import Follower, Panel
from ui.evaluate.handlers import Budget, Handlers, Listed
from ui.evaluate.layout import Command, lay_out_alarms, lay_out_figures, lay_out_trust
from ui.evaluate.runs import CalibrateForm, Clips, EvaluateForm
from ui.parts import PRIVATE
from ui.shell import Shell


def build_evaluate(shell: Shell, tab: gr.Tab, context: Context) -> None:
    """Fill the tab."""
    handlers = Handlers(context)
    names = context.checkpoints.names()
    checkpoint = gr.Dropdown(
        names,
        value=next(iter(names), None),
        label="Checkpoint",
        elem_id="nm-evaluate-checkpoint",
    )
    with gr.Tabs(elem_id="nm-evaluate-parts"):
        with gr.Tab("False alarms", id="alarms"):
            budget, used, calibrate = lay_out_alarms(context)
        with gr.Tab("Figures", id="figures"):
            stored, measure, evaluations = lay_out_figures(context, names)
        with gr.Tab("Trust", id="trust"):
            examine, trusts = lay_out_trust(context)
    _connect_budget(handlers, checkpoint, budget, used)
    _connect_measure(handlers, measure, evaluations)
    _connect_examine(handlers, checkpoint, examine, trusts)
    _connect_calibrate(handlers, [checkpoint, measure.fields[0]], budget, calibrate)
    checkpoint.input(handlers.choose, [checkpoint], [stored, *budget], **PRIVATE)
    panels = [part for command in (measure, examine, calibrate) for part in command.panel]
    tab.select(
        handlers.open,
        [checkpoint, evaluations.choice, trusts.choice],
        [checkpoint, measure.fields[0], stored, *budget, *panels, *evaluations, *trusts],
        **PRIVATE,
    )
    connect_api(context)


def _connect_budget(
    handlers: Handlers, checkpoint: gr.Dropdown, budget: Budget, used: gr.HTML
) -> None:
    chosen = [checkpoint, budget.slider]

    def move(name: Any, value: Any) -> tuple[Any, ...]:
        return (*handlers.budget(name, value)[1:], "")

    moved: dict[str, Any] = {"trigger_mode": "always_last", **PRIVATE}
    budget.slider.input(move, chosen, [*budget[1:], used], **moved)
    budget.use.click(handlers.use, chosen, [used], **PRIVATE)


def _connect_measure(handlers: Handlers, command: Command, listed: Listed) -> None:
    def start(checkpoints: Any, labels: Any, videos: Any, *rest: Any) -> Panel:
        return handlers.measure(EvaluateForm(checkpoints, Clips(labels, videos), *rest))

    command.start.click(start, list(command.fields), list(command.panel), **PRIVATE)
    _follow(handlers.measuring, command.panel, handlers.evaluations, listed)
    listed.choice.input(handlers.show_evaluation, [listed.choice], [listed.shown], **PRIVATE)


def _connect_examine(
    handlers: Handlers, checkpoint: gr.Dropdown, command: Command, listed: Listed
) -> None:
    def start(name: Any, labels: Any, videos: Any) -> Panel:
        return handlers.examine(name, Clips(labels, videos))

    command.start.click(start, [checkpoint, *command.fields], list(command.panel), **PRIVATE)
    _follow(handlers.examining, command.panel, handlers.trusts, listed)
    listed.choice.input(handlers.show_trust, [listed.choice], [listed.shown], **PRIVATE)


def _connect_calibrate(
    handlers: Handlers, lists: list[gr.Dropdown], budget: Budget, command: Command
) -> None:
    def start(name: Any, most: Any, normal: Any, new: Any, *clips: Any) -> Panel:
        return handlers.calibrate(CalibrateForm(name, normal, most, new, Clips(*clips)))

    def look(seen: Any, name: Any) -> tuple[Any, ...]:
        panel, ended = handlers.calibrating.look(seen)
        return (*panel, *(handlers.refresh(name) if ended else (gr.skip(), gr.skip())))

    fields = [lists[0], budget.slider, *command.fields]
    command.start.click(start, fields, list(command.panel), **PRIVATE)
    command.panel.stop.click(handlers.calibrating.stop, None, list(command.panel), **PRIVATE)
    seen = [command.panel.seen, lists[0]]
    command.panel.timer.tick(look, seen, [*command.panel, *lists], **PRIVATE)


def _follow(
    follower: Follower, panel: Panel, results: Callable[[], Listed], listed: Listed
) -> None:
    """Show a command while it runs, and its result once it has ended."""

    def look(seen: Any) -> tuple[Any, ...]:
        now, ended = follower.look(seen)
        return (*now, *(results() if ended else Listed()))

    panel.stop.click(follower.stop, None, list(panel), **PRIVATE)
    panel.timer.tick(look, [panel.seen], [*panel, *listed], **PRIVATE)
