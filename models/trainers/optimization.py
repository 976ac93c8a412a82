"""How VideoTriggerModel is optimized: its loss, and which parts learn how fast.

Dims: B samples, T frames.
"""

from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import Any

import torch
from torch import Tensor

from models.device import pick_device
from models.trainers.losses import LossCounts, LossParts, loss_counts, training_loss
from models.trainers.samples import Batch, member_logits
from models.trainers.steps import StepLoss, StepOptimizer
from models.video_trigger_model import VideoTriggerModel
from utils.settings import Settings, TrainingSettings

PART_NAMES = tuple(field.name for field in fields(LossParts))


class BatchLoss(StepLoss):
    """A batch to the parts of its loss, in the order of PART_NAMES."""

    names = PART_NAMES

    def __init__(self, network: VideoTriggerModel, training: TrainingSettings) -> None:
        super().__init__()
        self.network = network
        self.settings = training
        self.members = network.settings.members

    def forward(self, batch: Batch, counts: Sequence[float]) -> Tensor:
        """Parts (P,) summed over members, divided by the counts of the whole step."""
        members = member_logits(self.network, batch)
        units = LossCounts(*counts)
        losses = [training_loss(x, batch, self.settings, units) for x in members]
        parts = LossParts.sum(losses)
        return torch.stack([getattr(parts, name) for name in PART_NAMES])

    def counts(self, batch: Batch) -> tuple[float, ...]:
        """See `StepLoss`."""
        return astuple(loss_counts(batch))

    def amounts(self, batch: Batch) -> tuple[int, int]:
        """See `StepLoss`."""
        return int(batch.valid.sum()), len(batch)

    def start_training(self) -> None:
        """Batch statistics are learned where the settings say so."""
        self.network.start_training(batch_statistics=self.settings.batch_statistics)


class Optimization(StepOptimizer):
    """The trigger network, its optimizer and what makes them parallel."""

    network: VideoTriggerModel

    def __init__(self, network: VideoTriggerModel, settings: Settings) -> None:
        """Moves the network to the device. Raises ModelUnavailableError for an absent one."""
        training = settings.training
        network.to(pick_device(settings.device))
        network.set_frozen(training.freeze)
        if training.gradient_checkpointing:
            network.visual_backbone.set_gradient_checkpointing(enabled=True)
        groups = _parameter_groups(network, training)
        super().__init__(network, BatchLoss(network, training), groups, settings)


def _parameter_groups(
    network: VideoTriggerModel, training: TrainingSettings
) -> list[dict[str, Any]]:
    """The trainable parameters; those of the encoder have a learning rate of their own."""
    encoder = [p for p in network.visual_backbone.parameters() if p.requires_grad]
    known = {id(p) for p in encoder}
    rest = [p for p in network.parameters() if p.requires_grad and id(p) not in known]
    groups = [(rest, 1.0), (encoder, training.encoder_learning_rate_scale)]
    return [{"params": params, "scale": scale} for params, scale in groups if params]
