"""The endpoints of the Train tab for programs; their docstrings are their documentation."""

from dataclasses import asdict
from typing import Any

from ui.endpoints import make_endpoints
from ui.sentences import map_texts, without_folders
from ui.train.curves import thinned
from ui.train.datasets import DataChoice, check_videos, describe
from ui.train.plan import TrainForm, presets
from ui.train.training import Training, TrainStatus

LOG_LINES = 40
OWN = ("settings", "reviews")


def connect_api(training: Training) -> None:
    """Make the endpoints."""
    api = TrainApi(training)
    make_endpoints(
        api.datasets,
        api.check_dataset,
        api.train_presets,
        api.train_start,
        api.retrain_on_reviews,
        api.train_runs,
        api.train_status,
        api.train_curves,
        api.train_stop,
        api.train_resume,
        api.train_compare,
        api.tensorboard_start,
    )


class TrainApi:
    """One method per endpoint."""

    def __init__(self, training: Training) -> None:
        self._training = training
        self._context = training.context

    def datasets(self) -> list[dict[str, Any]]:
        """What there is to learn from: the data of the settings, and the reviews.

        Returns:
            for each its name, problem (why it cannot be used), label formats, clips by split and
            kind, missing videos, sources in several splits, and what to expect of so little
        """
        found = [describe(name, DataChoice(), self._context) for name in OWN]  # type: ignore[arg-type]
        return [_plain(asdict(one)) for one in found]

    def check_dataset(
        self,
        labels: str = "",
        videos: str = "",
        val_labels: str = "",
        label_format: str = "auto",
        every_video: bool = False,
    ) -> dict[str, Any]:
        """Read labels on this computer, and tell what they hold.

        Args:
            labels: label file or folder, in any known format
            videos: folder of the videos; empty: beside the labels
            val_labels: labels of the held-out clips; empty: the labels say which those are
            label_format: one of docs/datasets.md; auto: by the content
            every_video: also open every video and compare it with its labels

        Returns:
            as `datasets` has it; `account`: lines about the videos, where they were opened
        """
        choice = DataChoice(("folder",), labels, videos, val_labels, label_format)
        found = describe("folder", choice, self._context)
        lines = check_videos(choice, self._context) if every_video and not found.problem else []
        return {**_plain(asdict(found)), "account": _plain(lines)}

    def train_presets(self) -> dict[str, str]:
        """The presets of training.

        Returns:
            their names with a sentence about each
        """
        return {name: f"{preset.title}: {preset.help}" for name, preset in presets().items()}

    def train_start(  # noqa: PLR0913 - the named arguments of the public endpoint
        self,
        name: str,
        learn_from: list[str] | None = None,
        labels: str = "",
        videos: str = "",
        val_labels: str = "",
        label_format: str = "auto",
        preset: str = "default",
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        seed: int | None = None,
    ) -> dict[str, Any]:
        """Start a training run as a process of its own; it goes on when the app ends.

        Args:
            name: of the new folder among the checkpoints
            learn_from: some of `settings`, `reviews` and `folder`; default: `settings`
            labels: for `folder`: label file or folder
            videos: for `folder`: folder of the videos; empty: beside the labels
            val_labels: for `folder`: labels of the held-out clips
            label_format: for `folder`: one of docs/datasets.md; auto: by the content
            preset: see `train_presets`
            epochs: null: the preset's
            batch_size: null: the preset's
            learning_rate: null: the preset's
            seed: null: the preset's

        Returns:
            the run, with the id that the other endpoints ask for
        """
        learn = ("settings",) if learn_from is None else learn_from
        data = DataChoice(learn, labels, videos, val_labels, label_format)
        form = TrainForm(name, data, preset, epochs, batch_size, learning_rate, seed)
        return self._training.start(form).facts()

    def retrain_on_reviews(self, name: str = "") -> dict[str, Any]:
        """Train by the recipe of the checkpoint in use on the reviews and the settings' data.

        When it has ended, the new checkpoint is compared with the one in use on held-out clips,
        whether or not anybody looks; `train_status` tells how that stands.

        Args:
            name: of the new folder among the checkpoints; empty: made of the time

        Returns:
            the run
        """
        return self._training.retrain(name).facts()

    def train_runs(self) -> list[dict[str, Any]]:
        """All training runs.

        Returns:
            id, name, state (running, finished, stopped or failed) and times, the newest first
        """
        return [run.facts() for run in self._training.runs()]

    def train_status(self, run_id: str = "") -> dict[str, Any]:
        """How a training run stands.

        Args:
            run_id: of `train_start` or `train_runs`; empty: the newest

        Returns:
            the run, its progress, its checkpoint's name and stored figures beside the base's, the
            last lines it printed, and `comparison`: both on the same held-out clips
        """
        return _status(self._training.status(run_id))

    def train_curves(self, run_id: str = "") -> dict[str, list[list[float]]]:
        """The curves of a training run.

        Args:
            run_id: empty: the newest

        Returns:
            [step, value] pairs by tag, such as `train/loss` and `val/within_clip_auc`; of a long
            curve some
        """
        curves = self._training.status(run_id).curves
        return {tag: [list(point) for point in thinned(points)] for tag, points in curves.items()}

    def train_stop(self, run_id: str = "") -> dict[str, Any]:
        """Stop a training run after the step under way; its state is kept.

        Args:
            run_id: empty: the newest

        Returns:
            the run as it was
        """
        return self._training.stop(run_id).facts()

    def train_resume(self, run_id: str = "") -> dict[str, Any]:
        """Go on with a run that was stopped, that failed, or whose computer went off.

        Args:
            run_id: empty: the newest

        Returns:
            the new run that goes on in the same folder
        """
        return self._training.resume(run_id).facts()

    def train_compare(self, run_id: str = "", base: str = "") -> dict[str, Any]:
        """Measure a run's checkpoint beside another on the same held-out clips.

        Args:
            run_id: empty: the newest
            base: name of the other checkpoint; empty: the one in use

        Returns:
            the run of evaluate.py; `train_status` has its table when it is done
        """
        return self._training.compare(run_id, base).facts()

    def tensorboard_start(self) -> str:
        """Start TensorBoard over all runs, on this computer only; it ends with the app.

        Returns:
            its address
        """
        return self._training.tensorboard()


def _status(shown: TrainStatus) -> dict[str, Any]:
    result, base = shown.checkpoint, shown.base
    return {
        "run": shown.run.facts(),
        "progress": _plain(asdict(shown.progress)),
        "resumable": shown.resumable,
        "checkpoint": result.name if result else None,
        "figures": result.figures if result else "",
        "base": base.name if base else None,
        "base_figures": base.figures if base else "",
        "log": shown.run.tail(LOG_LINES),
        "comparing": shown.comparing.facts() if shown.comparing else None,
        "comparison": asdict(shown.pairs) if shown.pairs else None,
    }


def _plain(tree: Any) -> Any:
    """A tree for JSON, its texts without folders."""
    return map_texts(tree, without_folders)
