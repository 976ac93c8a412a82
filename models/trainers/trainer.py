"""The training loop: steps, validations, checkpoints, states to resume from.

It does not know what is trained: a subclass says where steps come from, how the network is
measured and what a checkpoint holds. Nor does it know which random numbers are drawn.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import broadcast
from pydantic import JsonValue
from tqdm import tqdm

from models.checkpoint import Metrics
from models.trainers.board import Board, open_board
from models.trainers.bookkeeping import after_step, after_validation, is_over
from models.trainers.identity import RunIdentity
from models.trainers.interruption import StopRequest, TrainingStopped, stop_requests
from models.trainers.resume import ResumeFacts, TrainingState
from models.trainers.schedule import Schedule
from models.trainers.steps import StepOptimizer, StepOutcome, ending_together
from utils.settings import Settings
from utils.version import APP_VERSION

log = logging.getLogger(__name__)


class Trainer(ABC):
    """Trains, validates, and writes checkpoints and states to training.output_dir."""

    def __init__(self, optimization: StepOptimizer, settings: Settings, *, count: int) -> None:
        """count: how many clips or rows there are to learn from."""
        self.settings = settings
        self.optimization = optimization
        self.accelerator = optimization.accelerator
        self.schedule = Schedule(settings.training, count, self.accelerator.num_processes)
        self.output = Path(settings.training.output_dir)
        self.state = TrainingState(optimization, self.output)

    @abstractmethod
    def identity(self) -> RunIdentity:
        """What the run is, so that only the same one is gone on with."""

    @abstractmethod
    def load_batches(self, done: int) -> Iterator[list[Any]]:
        """The batches of each step after `done` steps, to the end of the run."""

    @abstractmethod
    def begin(self, board: Board) -> Metrics:
        """Before the first step: figures that every checkpoint's metrics repeat."""

    @abstractmethod
    def measure(self, step: int, board: Board) -> Metrics:
        """The validation figures, also drawn on the board; empty where nothing validates."""

    @abstractmethod
    def write(self, folder: Path, metrics: Metrics) -> None:
        """Write a checkpoint. Raises OutputError."""

    def fit(self, *, resume: bool = False, allow_mismatch: bool = False) -> Metrics:
        """Train to the last epoch, or until nothing gets better; the final checkpoint's metrics.

        resume: go on from the state in output_dir; allow_mismatch: also where another run wrote
        it. Raises CheckpointError for a state that does not fit, OutputError where nothing can be
        written, TrainingError where the loss stays infinite, TrainingStopped after a signal.
        """
        devices = [self.accelerator.device] if self.accelerator.device.type == "cuda" else []
        with (
            ending_together(self.accelerator),
            torch.random.fork_rng(devices),
            stop_requests() as request,
        ):
            facts = self._start(resume=resume, allow_mismatch=allow_mismatch)
            with self._board(facts.step) as board:
                if facts.step == 0 and self.accelerator.is_main_process:
                    facts = facts.model_copy(update={"before": self.begin(board)})
                facts = self._run(facts, board, request)
                metrics = self._checkpoint(facts, "final")
                board.final(self.settings.training, metrics)
        return metrics

    def optimize(self, done: int = 0, request: StopRequest | None = None) -> Iterator[StepOutcome]:
        """The steps after `done`, to the end of the run."""
        for step, batches in enumerate(self.load_batches(done), start=done):
            stop = request is not None and request.signal is not None
            yield self.optimization.step(batches, self.schedule, step, stop=stop)

    def _board(self, step: int) -> AbstractContextManager[Board]:
        if self.accelerator.is_main_process:
            return open_board(self.settings, step)
        return nullcontext(Board(None))

    def _start(self, *, resume: bool, allow_mismatch: bool) -> ResumeFacts:
        identity = self.identity()
        if resume and self.state.path.is_file():
            return self.state.load(identity, allow_mismatch=allow_mismatch)
        if resume:
            log.warning("no state was written in %s yet: the run begins again", self.output)
        elif self.state.path.is_file() and self.accelerator.is_main_process:
            log.warning("the run that was in %s is replaced", self.output)
        metadata = {"describer": self.settings.describer.model, "version": APP_VERSION}
        return ResumeFacts(identity=identity, metadata=metadata)

    def _run(self, facts: ResumeFacts, board: Board, request: StopRequest) -> ResumeFacts:
        """The rest of the run."""
        total, silent = self.schedule.total_steps, not self.accelerator.is_main_process
        with tqdm(total=total, initial=facts.step, leave=False, disable=silent) as bar:
            if is_over(facts, self.schedule):
                return facts
            for outcome in self.optimize(facts.step, request):
                rate = self.schedule.learning_rate(facts.step)
                facts = after_step(facts, outcome, self.schedule)
                board.step(facts.step, outcome, rate)
                facts = self._write_due(facts, board, stop=outcome.stop)
                bar.update()
                if outcome.stop:
                    self._stop(request, facts)
                if is_over(facts, self.schedule):
                    break
        return facts

    def _write_due(self, facts: ResumeFacts, board: Board, *, stop: bool) -> ResumeFacts:
        """Validate and write what is due after a step."""
        if self.schedule.validates(facts.step):
            facts = self._validate(facts, board)
        if self.schedule.writes_checkpoint(facts.step):
            self._checkpoint(facts, f"epoch-{facts.epoch:04d}")
        if self.accelerator.is_main_process and (stop or self.schedule.writes_state(facts.step)):
            self.state.save(facts)
        return facts

    def _validate(self, facts: ResumeFacts, board: Board) -> ResumeFacts:
        """The facts with new metrics; writes best/ where they are the best so far."""
        name = self.settings.training.best_metric
        metrics: Metrics = {}
        if self.accelerator.is_main_process:
            metrics = self.measure(facts.step, board)
        value = self._of_main_process(metrics.get(name))
        facts, better = after_validation(facts, metrics, name, value)
        if better:
            self._checkpoint(facts, "best")
        return facts

    def _of_main_process(self, value: JsonValue) -> float:
        """A figure that every process agrees on; NaN where there is none."""
        number = float(value) if isinstance(value, int | float) else float("nan")
        own = torch.tensor([number], dtype=torch.float64, device=self.accelerator.device)
        return float(broadcast(own)[0])

    def _stop(self, request: StopRequest, facts: ResumeFacts) -> None:
        where = f"stopped after step {facts.step} of {self.schedule.total_steps}"
        raise TrainingStopped(request.exit_code, f"{where}; go on with --resume {self.output}")

    def _checkpoint(self, facts: ResumeFacts, name: str) -> Metrics:
        """Write a checkpoint folder; its metrics. Raises OutputError."""
        own: Metrics = {"epoch": facts.epoch, "step": facts.step, "loss": facts.loss}
        metrics = {**facts.before, **facts.metrics, **own}
        if self.accelerator.is_main_process:
            self.write(self.output / name, metrics)
        return metrics
