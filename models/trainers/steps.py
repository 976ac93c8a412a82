"""One step of the optimizer over one or more batches, on one device or on several.

`accelerate` brings mixed precision and several processes. A step minimises the mean over all
units of all its batches on all processes, as one large batch would. What the loss is, and of
which network, is not known here.
"""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs
from torch import Tensor, nn

from models.device import computes_bfloat16, pick_device
from models.trainers.interruption import TrainingStopped
from models.trainers.schedule import Schedule
from utils.errors import TrainingError
from utils.settings import Settings

# for the threads of a group of processes to free its last results
LET_GO_S = 1.0


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What a step did: the mean loss per member and its parts, by name.

    skipped: the loss was not finite and no weight moved. frames and clips: of all processes.
    stop: some process was asked to stop.
    """

    loss: float
    parts: dict[str, float]
    gradient_norm: float
    frames: int
    clips: int
    skipped: bool
    stop: bool


class StepLoss(nn.Module, ABC):
    """A batch to the parts of its loss: what is made parallel.

    names: of the parts. members: how many networks the parts are summed over.
    """

    names: tuple[str, ...]
    members: int = 1

    @abstractmethod
    def forward(self, batch: Any, counts: Sequence[float]) -> Tensor:
        """Parts (P,) of a batch, divided by the counts of the whole step."""

    @abstractmethod
    def counts(self, batch: Any) -> tuple[float, ...]:
        """The units of a batch that the parts are means over."""

    @abstractmethod
    def amounts(self, batch: Any) -> tuple[int, int]:
        """How many frames and clips a batch shows."""

    @abstractmethod
    def start_training(self) -> None:
        """Put the network into training mode."""


class StepOptimizer:
    """A loss, the optimizer of what it learns, and what makes them parallel.

    network: what learns, for the state of a run.
    """

    def __init__(
        self,
        network: nn.Module,
        loss: StepLoss,
        groups: Sequence[dict[str, Any]],
        settings: Settings,
    ) -> None:
        """groups: parameters, each with a `scale` of the learning rate."""
        self.network = network
        self.loss = loss
        self.training = settings.training
        self.accelerator = make_accelerator(settings)
        self.optimizer = torch.optim.AdamW(groups, weight_decay=self.training.weight_decay)
        self._loss, self._stepper = self.accelerator.prepare(loss, self.optimizer)

    def step(
        self, batches: Sequence[Any], schedule: Schedule, done: int, *, stop: bool = False
    ) -> StepOutcome:
        """The step after `done` steps. stop: this process was asked to stop.

        Raises TrainingError where the device's memory is too small.
        """
        torch.manual_seed(schedule.torch_seed(done, self.accelerator.process_index))
        for group in self.optimizer.param_groups:
            group["lr"] = schedule.learning_rate(done) * group["scale"]
        self.loss.start_training()
        self.optimizer.zero_grad(set_to_none=True)
        try:
            parts = self._backward(batches)
        except torch.cuda.OutOfMemoryError as error:
            raise TrainingError(
                f"the GPU's memory is too small for training.batch_size {self.training.batch_size}:"
                " halve it and double training.gradient_accumulation_steps, which gives the same "
                "step, or set training.gradient_checkpointing"
            ) from error
        return self._update(parts, batches, stop=stop)

    def _backward(self, batches: Sequence[Any]) -> Tensor:
        """Gradients of all batches; the parts of the loss, of this process."""
        counts = self._counts(batches)
        device, parts = self.accelerator.device, torch.zeros(len(self.loss.names))
        parts = parts.to(device)
        for number, batch in enumerate(batches, start=1):
            more = number < len(batches)
            with self.accelerator.no_sync(self._loss) if more else nullcontext():
                lost = self._loss(batch.to(device), counts)
                # processes average their gradients, but the counts are those of all of them
                self.accelerator.backward(lost.sum() * self.accelerator.num_processes)
            parts += lost.detach()
        return parts

    def _update(self, parts: Tensor, batches: Sequence[Any], *, stop: bool) -> StepOutcome:
        """Move the weights, unless the loss is not finite."""
        amounts = [sum(column) for column in zip(*map(self.loss.amounts, batches), strict=True)]
        facts = [*amounts, float(stop)]
        sums = self._total([*(parts / self.loss.members).tolist(), *facts])
        *losses, frames_seen, clips_seen, stops = sums
        limit = self.training.max_gradient_norm
        norm = float(self.accelerator.clip_grad_norm_(self.network.parameters(), limit))
        loss = sum(losses)
        moves = math.isfinite(loss) and (math.isfinite(norm) or self.scaler is not None)
        if moves:
            self._stepper.step()
        elif self.scaler is not None:
            self.scaler.update()
        return StepOutcome(
            loss,
            dict(zip(self.loss.names, losses, strict=True)),
            norm,
            frames=int(frames_seen),
            clips=int(clips_seen),
            skipped=not moves,
            stop=stops > 0,
        )

    @property
    def scaler(self) -> torch.amp.GradScaler | None:
        """What scales the loss of float16; None for the other types."""
        found: torch.amp.GradScaler | None = self.accelerator.scaler
        return found

    def _counts(self, batches: Sequence[Any]) -> list[float]:
        """The units of all batches of the step, on all processes."""
        counts = [self.loss.counts(batch) for batch in batches]
        return self._total([sum(column) for column in zip(*counts, strict=True)])

    def _total(self, values: Sequence[float]) -> list[float]:
        """The sums over all processes; double precision keeps counts exact."""
        own = torch.tensor(values, dtype=torch.float64, device=self.accelerator.device)
        total: list[float] = self.accelerator.reduce(own, reduction="sum").tolist()
        return total


def make_accelerator(settings: Settings) -> Accelerator:
    """What moves batches, scales losses and joins processes, as the settings ask for."""
    device = pick_device(settings.device)
    mixed = "no"
    if settings.training.use_mixed_precision and device.type == "cuda":
        mixed = "bf16" if computes_bfloat16(device) else "fp16"
    # a readout or an encoder's projection may have no part in the loss that the settings choose
    unused = DistributedDataParallelKwargs(find_unused_parameters=True)
    return Accelerator(cpu=device.type == "cpu", mixed_precision=mixed, kwargs_handlers=[unused])


@contextmanager
def ending_together(accelerator: Accelerator) -> Iterator[None]:
    """Processes that finished or were stopped leave their group when all of them are done.

    Where one of them failed nothing is waited for: the others might never come.
    """
    try:
        yield
    except TrainingStopped:
        _leave_group(accelerator)
        raise
    _leave_group(accelerator)


def _leave_group(accelerator: Accelerator) -> None:
    if accelerator.num_processes == 1:
        return
    accelerator.wait_for_everyone()
    # gloo's threads outlive the group and free the last results a moment after handing them over;
    # one that asks for the interpreter's lock once the interpreter is ending aborts the process
    time.sleep(LET_GO_S)
    accelerator.end_training()
