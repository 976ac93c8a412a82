"""What happens on the Evaluate tab: values -> figures, curves, commands -> updates."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from ui import views as shared_views
from ui.checkpoints import Checkpoint
from ui.context import Context
from ui.evaluate import views
from ui.evaluate.following import Follower, Panel
from ui.evaluate.operating import OperatingWords, largest_budget, operating_words
from ui.evaluate.results import Results, Written
from ui.evaluate.runs import CalibrateForm, Clips, EvaluateForm, Runs
from ui.parts import SKIP, kept_or_first
from ui.raw_values import as_number
from utils.errors import AppError

PLOTS = {
    "recall_false_alarms.png": "Crashes found within a budget of false alarms",
    "precision_recall.png": "Precision and recall",
    "roc.png": "True against false positives (ROC)",
    "reliability.png": "What a score promises and holds",
    "clips.png": "The scores of each clip",
}
SMALLEST_BUDGET, SOME_BUDGET = 0.5, 20.0


class Budget(NamedTuple):
    """The parts that speak of a budget of false alarms."""

    slider: Any = SKIP
    words: Any = SKIP
    curves: Any = SKIP
    use: Any = SKIP


class Listed(NamedTuple):
    """The list of results of one kind, and the one that is shown."""

    choice: Any = SKIP
    shown: Any = SKIP


class Handlers:
    """The tab's events."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.runs = Runs(context)
        self.results = Results(context)
        self.measuring = Follower(context, "evaluate", "Nothing is measured at the moment.")
        self.examining = Follower(context, "trust", "Nothing is examined at the moment.")
        self.calibrating = Follower(context, "calibrate", "Nothing is calibrated at the moment.")

    def open(self, checkpoint: Any, evaluation: Any, trust: Any) -> list[Any]:
        """Everything as it is now, for the tab that was opened."""
        names = self.context.checkpoints.names()
        value = kept_or_first(checkpoint, names)
        panels = [f.look(None)[0] for f in (self.measuring, self.examining, self.calibrating)]
        return [
            *self.refresh(checkpoint),
            *self.choose(value),
            *(part for panel in panels for part in panel),
            *self.evaluations(evaluation),
            *self.trusts(trust),
        ]

    def refresh(self, chosen: Any) -> tuple[Any, Any]:
        """The checkpoints as they are now, for the one in view and for those to measure."""
        names = self.context.checkpoints.names()
        value = kept_or_first(chosen, names)
        return gr.Dropdown(choices=names, value=value), gr.Dropdown(choices=names)

    def choose(self, name: Any) -> list[Any]:
        """The stored figures of a checkpoint, and its slider at the budget it was made for."""
        checkpoint = self._find(name)
        calibration = checkpoint.calibration if checkpoint else None
        if calibration is None:
            own = self.budget(name, SOME_BUDGET)
            return [views.stored(checkpoint), *own._replace(slider=gr.Slider(interactive=False))]
        chosen = self.context.settings.trigger.max_false_alarms_per_hour
        end = max(largest_budget(calibration), calibration.max_false_alarms_per_hour)
        value = min(chosen or calibration.max_false_alarms_per_hour, end)
        slider = gr.Slider(maximum=end, value=value, interactive=True)
        return [views.stored(checkpoint), *self.budget(name, value)._replace(slider=slider)]

    def budget(self, name: Any, value: Any) -> Budget:
        """What a budget of false alarms means for a checkpoint."""
        checkpoint = self._find(name)
        words: OperatingWords | None = None
        problem = ""
        if checkpoint is not None:
            try:
                words = operating_words(checkpoint, as_number(value) or 0.0)
            except AppError as error:
                problem = str(error)
        return Budget(
            words=views.operating(checkpoint, words, problem),
            curves=views.operating_curves(checkpoint, words),
            use=gr.Button(interactive=words is not None),
        )

    def use(self, name: Any, value: Any) -> str:
        """Let analyses keep this budget; a sentence about it."""
        try:
            words = self.runs.use(name, value)
        except AppError as error:
            return shared_views.refused(str(error))
        return views.used(words)

    def measure(self, form: EvaluateForm) -> Panel:
        """Start evaluate.py."""
        return self.measuring.begin(lambda: self.runs.evaluate(form))

    def examine(self, checkpoint: Any, clips: Clips) -> Panel:
        """Start trust.py."""
        return self.examining.begin(lambda: self.runs.trust(checkpoint, clips))

    def calibrate(self, form: CalibrateForm) -> Panel:
        """Start calibrate.py."""
        return self.calibrating.begin(lambda: self.runs.calibrate(form))

    def evaluations(self, chosen: Any = None) -> Listed:
        """The list of evaluations and the chosen one, else the newest."""
        return self._listed(self.results.evaluations(), chosen, self.show_evaluation)

    def trusts(self, chosen: Any = None) -> Listed:
        """The list of examinations and the chosen one, else the newest."""
        return self._listed(self.results.trusts(), chosen, self.show_trust)

    def show_evaluation(self, wanted: Any) -> str:
        """The tables and plots of one evaluation."""
        if not wanted:
            return views.evaluation(None, (), "")
        try:
            written, found = self.results.evaluation(wanted)
        except AppError as error:
            return shared_views.refused(str(error))
        lend = self.context.media.lend
        pictures = [
            (words, lend(path))
            for name, words in PLOTS.items()
            if (path := written.folder / name).is_file()
        ]
        return views.evaluation(found, pictures, written.words)

    def show_trust(self, wanted: Any) -> str:
        """The answers of one examination."""
        if not wanted:
            return views.trust(None, "", None)
        try:
            written, report = self.results.trust(wanted)
        except AppError as error:
            return shared_views.refused(str(error))
        return views.trust(report, written.words, self._page(written.folder / "trust.html"))

    def _page(self, path: Path) -> str | None:
        return self.context.media.lend(path, download=True) if path.is_file() else None

    def _listed(self, written: list[Written], chosen: Any, show: Callable[[Any], str]) -> Listed:
        choices = [(one.words, one.id) for one in written]
        ids = [one.id for one in written]
        value = kept_or_first(chosen, ids)
        return Listed(gr.Dropdown(choices=choices, value=value), show(value))

    def _find(self, name: Any) -> Checkpoint | None:
        try:
            return self.context.checkpoints.find(name)
        except AppError:
            return None
