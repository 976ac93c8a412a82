"""What happens on the Train tab: values -> actions -> updates. Knows Gradio, not the layout."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import gradio as gr

from ui import views as shared_views
from ui.commands import CommandRun
from ui.parts import SKIP
from ui.sentences import sentence
from ui.train import views
from ui.train.datasets import DataChoice, check_videos, chosen_names, describe
from ui.train.plan import TrainForm, preset_settings, presets
from ui.train.tensorboard import command
from ui.train.training import Training, TrainStatus
from utils.errors import AppError

Seen = dict[str, Any]


class Screen(NamedTuple):
    """New values of the tab's parts; what is left out stays as it is."""

    runs: Any = SKIP
    status: Any = SKIP
    curves: Any = SKIP
    log: Any = SKIP
    outcome: Any = SKIP
    stop: Any = SKIP
    resume: Any = SKIP
    compare: Any = SKIP
    base: Any = SKIP
    timer: Any = SKIP


class Handlers:
    """The events of the tab. Every handler that shows a run also takes and gives what was seen."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.context = training.context

    def show(self, run_id: Any, seen: Seen) -> tuple[Any, ...]:
        """A run as it stands; of the screen only what changed."""
        return self._screen(run_id, seen, {})

    def open(self, run_id: Any) -> tuple[Any, ...]:
        """The whole screen, as the tab is opened."""
        known = [run.id for run in self.training.runs()]
        return self._screen(run_id if run_id in known else None, {}, {})

    def start(self, form: TrainForm, seen: Seen) -> tuple[Any, ...]:
        """Start a run and show it."""
        return self._do(lambda: self.training.start(form), None, seen)

    def retrain(self, seen: Seen) -> tuple[Any, ...]:
        """Retrain on the reviews, and show the run."""
        return self._do(self.training.retrain, None, seen)

    def stop(self, run_id: Any, seen: Seen) -> tuple[Any, ...]:
        """Stop the run that is shown."""
        return self._do(lambda: self.training.stop(run_id), run_id, seen)

    def resume(self, run_id: Any, seen: Seen) -> tuple[Any, ...]:
        """Go on with the run that is shown."""
        return self._do(lambda: self.training.resume(run_id), run_id, seen)

    def compare(self, run_id: Any, base: Any, seen: Seen) -> tuple[Any, ...]:
        """Measure the shown run's checkpoint beside another."""
        try:
            self.training.compare(run_id, base)
        except AppError as error:
            return self._screen(run_id, seen, {"status": shared_views.refused(str(error))})
        return self._screen(run_id, seen, {})

    def look_at_data(self, choice: DataChoice) -> str:
        """What was chosen to learn from."""
        try:
            names = chosen_names(choice.learn_from)
        except AppError as error:
            return shared_views.refused(str(error))
        return views.datasets([describe(name, choice, self.context) for name in names])

    def check_data(self, choice: DataChoice) -> Iterator[str]:
        """Every video of it opened and compared with its labels."""
        yield views.checking()
        try:
            yield views.checked(check_videos(choice, self.context))
        except AppError as error:
            yield shared_views.refused(str(error))

    def choose_preset(self, name: Any) -> tuple[Any, ...]:
        """The help and the numbers of a preset."""
        try:
            training = preset_settings(name, self.context).training
        except AppError as error:
            return gr.Dropdown(info=sentence(str(error))), *[SKIP] * 4
        numbers = (training.num_epochs, training.batch_size, training.learning_rate, training.seed)
        return gr.Dropdown(info=presets()[name].help), *numbers

    def tensorboard(self) -> str:
        """Start TensorBoard; its link."""
        try:
            address = self.training.tensorboard()
        except AppError as error:
            return shared_views.refused(str(error))
        return views.tensorboard(address, command(self.context.checkpoints.root))

    def _do(self, action: Callable[[], CommandRun], run_id: Any, seen: Seen) -> tuple[Any, ...]:
        """Do it and show its run; a refusal is told in place of the status."""
        try:
            run_id = action().id
        except AppError as error:
            return self._screen(run_id, seen, {"status": shared_views.refused(str(error))})
        return self._screen(run_id, seen, {})

    def _screen(self, run_id: Any, seen: Seen, instead: dict[str, str]) -> tuple[Any, ...]:
        """The screen of a run (the newest for None), what is now seen, and what was not before."""
        shown, problem = self._status(run_id)
        values = self._values(shown) | problem | instead
        new = {name: value for name, value in values.items() if seen.get(name) != value}
        return *Screen(**{name: _update(name, value) for name, value in new.items()}), seen | values

    def _status(self, run_id: Any) -> tuple[TrainStatus | None, dict[str, str]]:
        if not self.training.runs():
            return None, {}
        try:
            return self.training.status(run_id), {}
        except AppError as error:
            return None, {"status": shared_views.refused(str(error))}

    def _values(self, shown: TrainStatus | None) -> dict[str, Any]:
        running = shown is not None and shown.run.state == "running"
        comparing = bool(shown and shown.comparing and shown.comparing.state == "running")
        waiting = bool(shown and shown.wanted and shown.checkpoint and not shown.comparing)
        return {
            "runs": (views.run_choices(self.training.runs()), shown.run.id if shown else None),
            "status": views.status(shown),
            "curves": views.curves(shown),
            "log": views.log(shown),
            "outcome": views.outcome(shown),
            "stop": running,
            "resume": bool(shown and shown.resumable),
            "compare": bool(shown and shown.checkpoint and not running and not comparing),
            "base": (self._bases(shown), shown.base.name if shown and shown.base else None),
            "timer": running or comparing or waiting,
        }

    def _bases(self, shown: TrainStatus | None) -> list[str]:
        own = shown.checkpoint.name if shown and shown.checkpoint else None
        return [name for name in self.context.checkpoints.names() if name != own]


def _update(name: str, value: Any) -> Any:
    """What Gradio is told of a new value."""
    if name == "timer":
        return gr.Timer(active=value)
    if name in ("stop", "resume", "compare"):
        return gr.Button(interactive=value)
    if name in ("runs", "base"):
        choices, chosen = value
        return gr.Dropdown(choices=choices, value=chosen, interactive=bool(choices))
    return value
