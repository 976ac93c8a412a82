"""What training minimises. Dims: B crops, T frames, K classes."""

import torch
from torch import Tensor
from torch.nn import functional as F

from models.trigger_detector import crash_margin
from utils.settings import TrainingSettings

LABEL_SMOOTHING = 0.02


def trigger_loss(logits: Tensor, labels: Tensor, settings: TrainingSettings) -> Tensor:
    """Frame loss plus ranking loss of logits (B,T,K) against labels (B,T); -1 is not used."""
    margin = crash_margin(logits)
    frames = frame_loss(logits, labels, settings.positive_weight)
    if settings.ranking_weight == 0:
        return frames
    return frames + settings.ranking_weight * ranking_loss(margin, labels)


def frame_loss(logits: Tensor, labels: Tensor, positive_weight: float) -> Tensor:
    """Cross-entropy of the used frames; 0 where none is used."""
    used = labels >= 0
    if not bool(used.any()):
        return logits.sum() * 0
    if logits.shape[-1] > 1:
        weights = torch.full((logits.shape[-1],), positive_weight, device=logits.device)
        weights[0] = 1
        return F.cross_entropy(logits[used], labels[used], weight=weights)
    target = labels[used].float() * (1 - 2 * LABEL_SMOOTHING) + LABEL_SMOOTHING
    weight = torch.tensor(positive_weight, device=logits.device)
    return F.binary_cross_entropy_with_logits(logits[..., 0][used], target, pos_weight=weight)


def ranking_loss(margin: Tensor, labels: Tensor) -> Tensor:
    """Mean over crops with both kinds of frames of how often, softly, a quiet frame wins."""
    pairs = ((labels > 0)[:, :, None] & (labels == 0)[:, None, :]).float()
    count = pairs.sum((1, 2))
    lost = F.softplus(margin[:, None, :] - margin[:, :, None])
    per_crop = (lost * pairs).sum((1, 2)) / count.clamp_min(1)
    return per_crop.sum() / (count > 0).sum().clamp_min(1)
