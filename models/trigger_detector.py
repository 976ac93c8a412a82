"""The per-frame head: a small network from one frame's feature to class logits.

Dims: B clips, T frames, D feature, K classes.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from utils.settings import TriggerHeadSettings


class MemberLogits(NamedTuple):
    """What one member says: joint (B,T,K), and its per-frame head alone, frame (B,T,K).

    A network that reads whole clips gives joint (B,K) and has no frame.
    """

    joint: Tensor
    frame: Tensor | None


class TriggerDetector(nn.Module):
    """Binary with num_classes 1 (one logit), else one logit per class; class 0 is "nothing"."""

    def __init__(self, feature_dim: int, settings: TriggerHeadSettings) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        width = feature_dim
        for hidden in settings.hidden_dims:
            layers += [nn.Linear(width, hidden), nn.GELU(), nn.Dropout(settings.dropout)]
            width = hidden
        self.layers = nn.Sequential(*layers, nn.Linear(width, settings.num_classes))

    def forward(self, features: Tensor) -> Tensor:
        """Features (B,T,D) to logits (B,T,K)."""
        logits: Tensor = self.layers(features)
        return logits


def crash_margin(logits: Tensor) -> Tensor:
    """(...,K) to (...): by how much the trigger outweighs "nothing"."""
    if logits.shape[-1] == 1:
        return logits[..., 0]
    return torch.logsumexp(logits[..., 1:], -1) - logits[..., 0]
