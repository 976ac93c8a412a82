"""Convolutions over real time: the context of each frame from taps at fixed distances in seconds.

Between frames a tap interpolates, so that neither the frame rate nor a missing frame shifts it.
Only time differences enter: nothing here knows the position in the clip.
Dims: B clips, T frames, D feature.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from utils.settings import TimeEncoderSettings


class ConvolutionTimeEncoder(nn.Module):
    """Residual layers; each sees a frame and what lies one tap before and after it.

    The distance of the taps doubles from layer to layer. Together they reach reach_s.
    """

    def __init__(self, feature_dim: int, settings: TimeEncoderSettings) -> None:
        super().__init__()
        layers = settings.num_layers
        self.tap_s = settings.reach_s / (2**layers - 1 + layers)
        self.mixers = nn.ModuleList(nn.Linear(3 * feature_dim, feature_dim) for _ in range(layers))
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, features: Tensor, times_s: Tensor, valid: Tensor) -> Tensor:
        """Features (B,T,D), times (B,T), real frames (B,T) to (B,T,D)."""
        gap_s = times_s[:, None, :] - times_s[:, :, None]
        for layer, mixer in enumerate(self.mixers):
            distance_s = self.tap_s * 2**layer
            shown = features * valid[..., None]
            sides = [self._rows(gap_s + side * distance_s, valid) @ shown for side in (1, -1)]
            mixed = mixer(torch.cat([sides[0], shown, sides[1]], -1))
            features = features + self.dropout(F.gelu(mixed))
        return features

    def _rows(self, gap_s: Tensor, valid: Tensor) -> Tensor:
        """Weights (B,T,T) of the frames around a tap, by their distance to it (B,T,T)."""
        weights = (1 - gap_s.abs() / self.tap_s).clamp_min(0) * valid[:, None, :]
        averaging: Tensor = weights / weights.sum(-1, keepdim=True).clamp_min(1)
        return averaging
