"""One step of the optimizer over one or more batches, on one device or on several.

`accelerate` brings mixed precision and several processes. A step minimises the mean over all
units of all its batches on all processes, as one large batch would. It knows no files.
Dims: B samples, T frames.
"""

import math
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import astuple, dataclass, fields
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs
from torch import Tensor, nn

from models.device import computes_bfloat16, pick_device
from models.trainers.losses import LossCounts, LossParts, loss_counts, training_loss
from models.trainers.samples import Batch, member_logits
from models.trainers.schedule import Schedule
from models.video_trigger_model import VideoTriggerModel
from utils.errors import TrainingError
from utils.settings import Settings, TrainingSettings

PART_NAMES = tuple(field.name for field in fields(LossParts))


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


class BatchLoss(nn.Module):
    """A batch to the parts of its loss, in the order of PART_NAMES: what is made parallel."""

    def __init__(self, network: VideoTriggerModel, training: TrainingSettings) -> None:
        super().__init__()
        self.network = network
        self.settings = training

    def forward(self, batch: Batch, counts: LossCounts) -> Tensor:
        """Parts (P,) summed over members, divided by the counts of the whole step."""
        members = member_logits(self.network, batch)
        losses = [training_loss(x, batch, self.settings, counts) for x in members]
        parts = LossParts.sum(losses)
        return torch.stack([getattr(parts, name) for name in PART_NAMES])


class Optimization:
    """Network, optimizer and what makes them parallel."""

    def __init__(self, network: VideoTriggerModel, settings: Settings) -> None:
        """Moves the network to the device. Raises ModelUnavailableError for an absent one."""
        training = settings.training
        self.training = training
        self.accelerator = _accelerator(settings)
        self.network = network.to(self.accelerator.device)
        network.set_frozen(training.freeze)
        if training.gradient_checkpointing:
            network.visual_backbone.set_gradient_checkpointing(enabled=True)
        self.optimizer = torch.optim.AdamW(
            _parameter_groups(network, training), weight_decay=training.weight_decay
        )
        loss = BatchLoss(network, training)
        self._loss, self._stepper = self.accelerator.prepare(loss, self.optimizer)

    def step(
        self, batches: Sequence[Batch], schedule: Schedule, done: int, *, stop: bool = False
    ) -> StepOutcome:
        """The step after `done` steps. stop: this process was asked to stop.

        Raises TrainingError where the device's memory is too small.
        """
        torch.manual_seed(schedule.torch_seed(done, self.accelerator.process_index))
        for group in self.optimizer.param_groups:
            group["lr"] = schedule.learning_rate(done) * group["scale"]
        self.network.start_training(batch_statistics=self.training.batch_statistics)
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

    def _backward(self, batches: Sequence[Batch]) -> Tensor:
        """Gradients of all batches; the parts of the loss, of this process."""
        counts = self._counts(batches)
        device, parts = self.accelerator.device, torch.zeros(len(PART_NAMES))
        parts = parts.to(device)
        for number, batch in enumerate(batches, start=1):
            more = number < len(batches)
            with self.accelerator.no_sync(self._loss) if more else nullcontext():
                lost = self._loss(batch.to(device), counts)
                # processes average their gradients, but the counts are those of all of them
                self.accelerator.backward(lost.sum() * self.accelerator.num_processes)
            parts += lost.detach()
        return parts

    def _update(self, parts: Tensor, batches: Sequence[Batch], *, stop: bool) -> StepOutcome:
        """Move the weights, unless the loss is not finite."""
        frames = sum(int(batch.valid.sum()) for batch in batches)
        facts = [frames, sum(len(batch) for batch in batches), float(stop)]
        sums = self._total([*(parts / self.network.settings.members).tolist(), *facts])
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
            dict(zip(PART_NAMES, losses, strict=True)),
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

    def _counts(self, batches: Sequence[Batch]) -> LossCounts:
        """The units of all batches of the step, on all processes."""
        counts = [astuple(loss_counts(batch)) for batch in batches]
        return LossCounts(*self._total([sum(column) for column in zip(*counts, strict=True)]))

    def _total(self, values: Sequence[float]) -> list[float]:
        """The sums over all processes; double precision keeps counts exact."""
        own = torch.tensor(values, dtype=torch.float64, device=self.accelerator.device)
        total: list[float] = self.accelerator.reduce(own, reduction="sum").tolist()
        return total


def _parameter_groups(
    network: VideoTriggerModel, training: TrainingSettings
) -> list[dict[str, Any]]:
    """The trainable parameters; those of the encoder have a learning rate of their own."""
    encoder = [p for p in network.visual_backbone.parameters() if p.requires_grad]
    known = {id(p) for p in encoder}
    rest = [p for p in network.parameters() if p.requires_grad and id(p) not in known]
    groups = [(rest, 1.0), (encoder, training.encoder_learning_rate_scale)]
    return [{"params": params, "scale": scale} for params, scale in groups if params]


def _accelerator(settings: Settings) -> Accelerator:
    device = pick_device(settings.device)
    mixed = "no"
    if settings.training.use_mixed_precision and device.type == "cuda":
        mixed = "bf16" if computes_bfloat16(device) else "fp16"
    # a readout or an encoder's projection may have no part in the loss that the settings choose
    unused = DistributedDataParallelKwargs(find_unused_parameters=True)
    return Accelerator(cpu=device.type == "cpu", mixed_precision=mixed, kwargs_handlers=[unused])
