"""What training minimises: losses of frames, of their ranking, and of whole clips.

Every part is a sum over its own units divided by how many units there are. The divisor can be
given, so that a step over several batches minimises exactly what one larger batch would.
Dims: B samples, T frames, K classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from models.trigger_detector import MemberLogits, crash_margin
from utils.settings import TrainingSettings

LABEL_SMOOTHING = 0.02


class Labelled(Protocol):
    """What the losses look at: labels (B,T) and clip_labels (B,), -1 not used; weights (B,T)."""

    @property
    def labels(self) -> Tensor: ...
    @property
    def frame_weights(self) -> Tensor: ...
    @property
    def clip_labels(self) -> Tensor: ...


@dataclass(frozen=True, slots=True)
class LossCounts:
    """The units a loss is the mean of: used frames, samples with both kinds of them, clips."""

    frames: float
    ranked: float
    clips: float

    def __add__(self, other: "LossCounts") -> "LossCounts":
        return LossCounts(
            self.frames + other.frames, self.ranked + other.ranked, self.clips + other.clips
        )


@dataclass(frozen=True, slots=True)
class LossParts:
    """The weighted parts of a loss, each a scalar."""

    frame: Tensor
    ranking: Tensor
    frame_head: Tensor
    clip: Tensor

    @property
    def total(self) -> Tensor:
        """Their sum: what is minimised."""
        return self.frame + self.ranking + self.frame_head + self.clip

    @classmethod
    def sum(cls, parts: Sequence["LossParts"]) -> "LossParts":
        """Part by part, for example over members or over the batches of a step."""
        names = ("frame", "ranking", "frame_head", "clip")
        return cls(*(torch.stack([getattr(p, name) for p in parts]).sum() for name in names))


def loss_counts(batch: Labelled) -> LossCounts:
    """The units of a batch; counts of several batches add up to those of one larger batch."""
    positive, quiet = (batch.labels > 0).any(1), (batch.labels == 0).any(1)
    return LossCounts(
        frames=float((batch.labels >= 0).sum()),
        ranked=float((positive & quiet).sum()),
        clips=float((batch.clip_labels >= 0).sum()),
    )


def training_loss(
    logits: MemberLogits,
    batch: Labelled,
    settings: TrainingSettings,
    counts: LossCounts | None = None,
) -> LossParts:
    """The loss of one member on a batch, divided by counts (default: the batch's own).

    Frames' joint logits get a loss per frame and a ranking within each sample; a clip's joint
    logits get a loss per clip. The per-frame head alone gets `frame_head_weight` of its own.
    """
    units = counts or loss_counts(batch)
    joint = logits.joint.float()
    nothing = joint.sum() * 0
    alone = ranking = nothing
    if logits.frame is None:
        lost = class_losses(joint, batch.clip_labels, settings).sum()
        return LossParts(nothing, nothing, nothing, lost / max(units.clips, 1))
    if settings.frame_head_weight > 0:
        lost = frame_sum(logits.frame.float(), batch, settings) / max(units.frames, 1)
        alone = settings.frame_head_weight * lost
    if settings.ranking_weight > 0:
        ranked = ranking_sum(crash_margin(joint), batch) / max(units.ranked, 1)
        ranking = settings.ranking_weight * ranked
    return LossParts(
        frame_sum(joint, batch, settings) / max(units.frames, 1), ranking, alone, nothing
    )


def frame_sum(logits: Tensor, batch: Labelled, settings: TrainingSettings) -> Tensor:
    """The weighted loss of all used frames, logits (B,T,K), as a sum."""
    return (class_losses(logits, batch.labels, settings) * batch.frame_weights).sum()


def class_losses(logits: Tensor, labels: Tensor, settings: TrainingSettings) -> Tensor:
    """Cross-entropy or focal loss of logits (...,K) against labels (...); 0 where unused (-1).

    Focal: the cross-entropy times (1 - p) ** gamma, p the probability of the true class (Lin et
    al. 2017, https://arxiv.org/abs/1708.02002).
    """
    used, target = labels >= 0, labels.clamp_min(0)
    lost = _cross_entropy(logits, target, settings.positive_weight)
    if settings.frame_loss == "focal":
        lost = lost * (1 - _true_probability(logits, target)) ** settings.focal_gamma
    return torch.where(used, lost, 0.0)


def ranking_sum(margin: Tensor, batch: Labelled) -> Tensor:
    """Summed over samples (B,T) with both kinds of frames: how often, softly, a quiet one wins."""
    positive, quiet = batch.labels > 0, batch.labels == 0
    weights = batch.frame_weights
    pairs = (positive * weights)[:, :, None] * (quiet * weights)[:, None, :]
    lost = F.softplus(margin[:, None, :] - margin[:, :, None])
    return ((lost * pairs).sum((1, 2)) / pairs.sum((1, 2)).clamp_min(1e-6)).sum()


def _cross_entropy(logits: Tensor, target: Tensor, positive_weight: float) -> Tensor:
    if logits.shape[-1] > 1:
        flat = F.cross_entropy(logits.flatten(0, -2), target.flatten(), reduction="none")
        lost = flat.reshape(target.shape)
        return torch.where(target > 0, lost * positive_weight, lost)
    smooth = target.float() * (1 - 2 * LABEL_SMOOTHING) + LABEL_SMOOTHING
    weight = torch.tensor(positive_weight, device=logits.device)
    return F.binary_cross_entropy_with_logits(
        logits[..., 0], smooth, pos_weight=weight, reduction="none"
    )


def _true_probability(logits: Tensor, target: Tensor) -> Tensor:
    if logits.shape[-1] > 1:
        return logits.softmax(-1).gather(-1, target[..., None])[..., 0]
    return torch.where(target > 0, logits[..., 0].sigmoid(), (-logits[..., 0]).sigmoid())
