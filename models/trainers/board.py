"""What a run writes to TensorBoard, and to Weights & Biases where that is asked for.

A board that cannot be written is given up with one warning: training matters more.
"""

import importlib.util
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import JsonValue
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

from models.checkpoint import Metrics
from models.trainers.curves import draw_roc, draw_tracks
from models.trainers.steps import StepOutcome
from models.trainers.validation import labelled_frames
from utils.errors import ConfigError
from utils.metrics.scored_clip import ScoredClip
from utils.settings import Settings, TrainingSettings

log = logging.getLogger(__name__)

Write = Callable[[SummaryWriter], None]
PLAIN = (bool, str, float, int)
FLUSH_S = 2  # whoever watches a run should see its steps


class Board:
    """Scalars by optimizer step; without a writer every call does nothing."""

    def __init__(self, writer: SummaryWriter | None) -> None:
        self._writer = writer
        self._since_s = time.perf_counter()

    def step(self, number: int, outcome: StepOutcome, rate: float) -> None:
        """The loss, its parts, learning rate, gradient norm and speed of one step."""
        now_s = time.perf_counter()
        passed_s, self._since_s = max(now_s - self._since_s, 1e-9), now_s
        values = {
            "train/loss": outcome.loss,
            **{f"train/loss_{name}": part for name, part in outcome.parts.items() if part},
            "train/learning_rate": rate,
            "train/gradient_norm": outcome.gradient_norm,
            "speed/frames_per_s": outcome.frames / passed_s,
            "speed/clips_per_s": outcome.clips / passed_s,
        }
        self._write(lambda writer: _scalars(writer, values, number))

    def validation(self, number: int, scored: Sequence[ScoredClip], metrics: Metrics) -> None:
        """The figures, precision-recall and ROC curves, and the score curve of each clip."""
        self.figures(number, metrics)
        if scored:
            self._write(lambda writer: _curves(writer, scored, number))
        self._since_s = time.perf_counter()

    def figures(self, number: int, metrics: Metrics) -> None:
        """The figures of a validation."""
        values = {f"val/{k}": float(v) for k, v in metrics.items() if isinstance(v, int | float)}
        self._write(lambda writer: _scalars(writer, values, number))
        self._since_s = time.perf_counter()

    def text(self, number: int, name: str, words: str) -> None:
        """Words, read as Markdown, such as a question with its answers."""
        self._write(lambda writer: writer.add_text(name, words, number))

    def final(self, training: TrainingSettings, metrics: Metrics) -> None:
        """The hyper-parameters beside the final figures."""
        self._write(lambda writer: _hyper_parameters(writer, training, metrics))

    def close(self) -> None:
        """Write what is waiting, and end."""
        self._write(SummaryWriter.close)
        self._writer = None

    def _write(self, write: Write) -> None:
        if self._writer is None:
            return
        try:
            write(self._writer)
        except OSError as error:
            log.warning("TensorBoard is given up, training goes on: %s", error)
            self._writer = None


@contextmanager
def open_board(settings: Settings, step: int) -> Iterator[Board]:
    """A board in training.log_dir; what an interrupted run wrote there after `step` is hidden.

    Raises ConfigError where Weights & Biases is asked for and not installed.
    """
    training = settings.training
    run = _start_wandb(settings) if training.wandb else None
    board = Board(_writer(training, step))
    try:
        yield board
    finally:
        board.close()
        if run is not None:
            run.finish()


def _writer(training: TrainingSettings, step: int) -> SummaryWriter | None:
    try:
        purge = step + 1 if step else None
        return SummaryWriter(training.log_dir, purge_step=purge, flush_secs=FLUSH_S)
    except OSError as error:
        log.warning("no TensorBoard in %s, training goes on: %s", training.log_dir, error)
        return None


def _start_wandb(settings: Settings) -> Any:
    """Weights & Biases copies what goes to TensorBoard."""
    if importlib.util.find_spec("wandb") is None:
        raise ConfigError("training.wandb: not installed; pip install wandb, or set it to false")
    wandb = importlib.import_module("wandb")
    return wandb.init(
        project="nearmiss", config=settings.model_dump(mode="json"), sync_tensorboard=True
    )


def _scalars(writer: SummaryWriter, values: Mapping[str, float], number: int) -> None:
    for name, value in values.items():
        writer.add_scalar(name, value, number)


def _curves(writer: SummaryWriter, scored: Sequence[ScoredClip], number: int) -> None:
    labels, scores = labelled_frames(scored)
    positive = (labels > 0).astype(int)
    if len(set(positive.tolist())) == 2:
        writer.add_pr_curve("val/precision_recall", positive, scores, number)
        writer.add_image("val/roc", draw_roc(positive, scores), number, dataformats="HWC")
    writer.add_image("val/clips", draw_tracks(scored), number, dataformats="HWC")


def _hyper_parameters(writer: SummaryWriter, training: TrainingSettings, metrics: Metrics) -> None:
    plain: dict[str, JsonValue] = training.model_dump(mode="json")
    chosen = {k: v if isinstance(v, PLAIN) else str(v) for k, v in plain.items()}
    figures = {f"final/{k}": float(v) for k, v in metrics.items() if isinstance(v, int | float)}
    files: Any = writer.file_writer  # add_hparams would open a second run below this one
    for summary in hparams(chosen, figures):  # type: ignore[no-untyped-call]
        files.add_summary(summary)
    _scalars(writer, figures, 0)
