"""The Evaluate tab's actions for programs."""

from typing import Any

from ui.commands import CommandRun
from ui.context import Context
from ui.endpoints import make_endpoints
from ui.evaluate.operating import operating_words
from ui.evaluate.results import Results
from ui.evaluate.runs import CalibrateForm, Clips, EvaluateForm, Runs
from utils.errors import AppError

LOG_LINES = 100


def connect_api(context: Context) -> None:
    """Make the endpoints; docs/api.md has their docstrings."""
    budgets, runs = BudgetApi(context), RunApi(context)
    make_endpoints(
        budgets.checkpoints,
        budgets.operating_point,
        budgets.use_operating_point,
        budgets.calibrate_start,
        runs.evaluate_start,
        runs.evaluate_status,
        runs.evaluate_stop,
        runs.evaluations,
        runs.evaluation,
        runs.trust_start,
        runs.trust,
    )


class BudgetApi:
    """What checkpoints promise, and calibrating them."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.runs = Runs(context)

    def checkpoints(self) -> list[dict[str, Any]]:
        """The checkpoints that can be chosen, the settings' own first.

        Returns:
            name, threshold, what it sees, whether it is calibrated, its stored figures and promise
        """
        found = [self.context.checkpoints.find(name) for name in self.context.checkpoints.names()]
        return [
            {
                "name": one.name,
                "threshold": one.threshold,
                "sees": one.sees,
                "time_encoder": one.time_encoder,
                "calibrated": one.calibration is not None,
                "promise": one.promise,
                "doubts": one.doubts,
                "metrics": dict(one.metrics),
            }
            for one in found
        ]

    def operating_point(self, checkpoint: str, max_false_alarms_per_hour: float) -> dict[str, Any]:
        """What a budget of false alarms costs and finds, from the checkpoint's stored curve.

        Args:
            checkpoint: name of a calibrated checkpoint
            max_false_alarms_per_hour: the budget

        Returns:
            the threshold, false alarms and crashes as counted, intervals, and doubts
        """
        found = self.context.checkpoints.find(checkpoint)
        return dict(operating_words(found, max_false_alarms_per_hour).model_dump())

    def use_operating_point(
        self, checkpoint: str, max_false_alarms_per_hour: float
    ) -> dict[str, Any]:
        """Let new analyses use a checkpoint at a budget of false alarms; a change of the settings.

        Args:
            checkpoint: name of a calibrated checkpoint
            max_false_alarms_per_hour: the budget

        Returns:
            what `operating_point` returns
        """
        return dict(self.runs.use(checkpoint, max_false_alarms_per_hour).model_dump())

    def calibrate_start(  # noqa: PLR0913 - the named arguments of the public endpoint
        self,
        checkpoint: str,
        normal: list[str],
        name: str,
        max_false_alarms_per_hour: float = 5.0,
        labels: str = "",
        videos: str = "",
    ) -> dict[str, Any]:
        """Start calibrate.py: count false alarms on your own normal drives, as a new checkpoint.

        Args:
            checkpoint: name of the checkpoint to calibrate; it is not changed
            normal: paths of videos or folders without a crash
            name: of the new checkpoint
            max_false_alarms_per_hour: the budget whose threshold it gets
            labels: label file of crash clips, which tell how many crashes are found
            videos: folder of the videos that the labels name

        Returns:
            the run; `evaluate_status` follows it
        """
        form = CalibrateForm(
            checkpoint, normal, max_false_alarms_per_hour, name, Clips(labels, videos)
        )
        return run_facts(self.runs.calibrate(form))


class RunApi:
    """Measuring and examining checkpoints."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.runs = Runs(context)
        self.results = Results(context)

    def evaluate_start(  # noqa: PLR0913 - the named arguments of the public endpoint
        self,
        checkpoints: list[str],
        labels: str = "",
        videos: str = "",
        protocol: str = "all",
        split: str = "val",
        baselines: bool = True,
    ) -> dict[str, Any]:
        """Start evaluate.py: measure checkpoints on labelled clips, as a process of its own.

        Args:
            checkpoints: names; the others are compared with the first
            labels: label file or folder; empty: the labelled clips of the settings
            videos: folder of the videos that the labels name
            protocol: `all`, or one of docs/evaluation.md
            split: train, val or test
            baselines: whether baselines stand beside them

        Returns:
            the run; `evaluate_status` follows it and `evaluation` gives its figures
        """
        form = EvaluateForm(checkpoints, Clips(labels, videos), protocol, split, baselines)
        return run_facts(self.runs.evaluate(form))

    def evaluate_status(self, run_id: str) -> dict[str, Any]:
        """How a run of evaluate.py, trust.py or calibrate.py stands, with its last lines.

        Args:
            run_id: `id` of what started it

        Returns:
            id, kind, name, state (running, finished, stopped, failed), exit code, start, lines
        """
        return run_facts(_find(self.context, run_id))

    def evaluate_stop(self, run_id: str) -> dict[str, Any]:
        """Ask a run of evaluate.py, trust.py or calibrate.py to stop.

        Args:
            run_id: `id` of what started it

        Returns:
            what `evaluate_status` returns
        """
        self.context.commands.stop(_find(self.context, run_id).id)
        return run_facts(_find(self.context, run_id))

    def evaluations(self) -> list[dict[str, Any]]:
        """The evaluations that have figures, the newest first.

        Returns:
            the `id` of each and, in `words`, what was measured and when
        """
        return [{"id": one.id, "words": one.words} for one in self.results.evaluations()]

    def evaluation(self, evaluation_id: str = "") -> dict[str, Any]:
        """The figures of an evaluation with intervals, differences and baselines.

        Args:
            evaluation_id: one of `evaluations`; empty: the newest

        Returns:
            what evaluate.py writes to metrics.json
        """
        chosen = evaluation_id or _newest([one.id for one in self.results.evaluations()])
        return dict(self.results.evaluation(chosen)[1].model_dump(mode="json"))

    def trust_start(self, checkpoint: str, labels: str = "", videos: str = "") -> dict[str, Any]:
        """Start trust.py: ask whether a checkpoint's scores come from what happens.

        Args:
            checkpoint: its name
            labels: label file or folder; empty: the labelled clips of the settings
            videos: folder of the videos that the labels name

        Returns:
            the run; `evaluate_status` follows it and `trust` gives its answers
        """
        return run_facts(self.runs.trust(checkpoint, Clips(labels, videos)))

    def trust(self, trust_id: str = "") -> dict[str, Any]:
        """The answers of an examination: one finding per question, with its verdict.

        Args:
            trust_id: `id` of the run; empty: the newest that has answers

        Returns:
            what trust.py writes to trust.json
        """
        chosen = trust_id or _newest([one.id for one in self.results.trusts()])
        return dict(self.results.trust(chosen)[1].model_dump(mode="json"))


def run_facts(run: CommandRun) -> dict[str, Any]:
    """A run as JSON, with its last lines."""
    return run.facts() | {"lines": run.tail(LOG_LINES)}


def _find(context: Context, run_id: str) -> CommandRun:
    run = context.commands.find(run_id)
    if run.kind == "train":
        raise AppError("That is a training. Ask train_status about it.")
    return run


def _newest(ids: list[str]) -> str:
    if not ids:
        raise AppError("There is no result yet. Start one first.")
    return ids[0]
