"""Gives each frame the context of the frames around it, by their real times.

Only time *differences* enter, and only within a bounded window: nothing here knows the position
in the clip. Dims: B clips, T frames, D feature, H heads, W frames of a window.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence

from models.time_convolution import ConvolutionTimeEncoder
from utils.errors import ConfigError
from utils.settings import TimeEncoderSettings

TIME_BASES = 17


class TimeBasis(nn.Module):
    """Time differences as overlapping bumps over [-reach_s, reach_s]."""

    centres_s: Tensor

    def __init__(self, reach_s: float) -> None:
        super().__init__()
        self.register_buffer("centres_s", torch.linspace(-reach_s, reach_s, TIME_BASES))
        self.width_s = 2 * reach_s / (TIME_BASES - 1)

    def forward(self, gap_s: Tensor) -> Tensor:
        """Gaps of any shape (...) to (..., TIME_BASES)."""
        return torch.exp(-(((gap_s[..., None] - self.centres_s) / self.width_s) ** 2))


class TransformerTimeEncoder(nn.Module):
    """Self-attention among frames at most reach_s apart, with a bias learned per time gap."""

    def __init__(self, feature_dim: int, settings: TimeEncoderSettings) -> None:
        super().__init__()
        self.reach_s = settings.reach_s
        self.basis = TimeBasis(settings.reach_s)
        self.blocks = nn.ModuleList(
            _Block(feature_dim, settings) for _ in range(settings.num_layers)
        )

    def forward(self, features: Tensor, times_s: Tensor, valid: Tensor) -> Tensor:
        """Features (B,T,D), times (B,T), real frames (B,T) to (B,T,D)."""
        gap_s = times_s[:, None, :] - times_s[:, :, None]
        seen = (gap_s.abs() <= self.reach_s) & valid[:, None, :]
        seen = seen | torch.eye(seen.shape[1], dtype=torch.bool, device=seen.device)
        basis = self.basis(gap_s)
        for block in self.blocks:
            features = block(features, basis, seen)
        return features


class _Block(nn.Module):
    def __init__(self, feature_dim: int, settings: TimeEncoderSettings) -> None:
        super().__init__()
        if feature_dim % settings.num_heads:
            raise ValueError(
                f"{feature_dim} features do not divide into {settings.num_heads} heads"
            )
        self.heads = settings.num_heads
        self.norm = nn.LayerNorm(feature_dim)
        self.inward = nn.Linear(feature_dim, 3 * feature_dim)
        self.time_bias = nn.Linear(TIME_BASES, settings.num_heads)
        self.outward = nn.Linear(feature_dim, feature_dim)
        self.dropout = nn.Dropout(settings.dropout)
        self.mixer = nn.Sequential(
            nn.LayerNorm(feature_dim),
            nn.Linear(feature_dim, 2 * feature_dim),
            nn.GELU(),
            nn.Dropout(settings.dropout),
            nn.Linear(2 * feature_dim, feature_dim),
        )

    def forward(self, features: Tensor, basis: Tensor, seen: Tensor) -> Tensor:
        split = self.inward(self.norm(features)).unflatten(-1, (3, self.heads, -1))
        query, key, value = split.permute(2, 0, 3, 1, 4)
        affinity = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        affinity = affinity + self.time_bias(basis).permute(0, 3, 1, 2)
        weights = affinity.masked_fill(~seen[:, None], -1e4).softmax(-1)
        mixed = (weights @ value).transpose(1, 2).flatten(2)
        features = features + self.dropout(self.outward(mixed))
        widened: Tensor = features + self.dropout(self.mixer(features))
        return widened


class LstmTimeEncoder(nn.Module):
    """An LSTM read over a short window of frames around (bilstm) or before (lstm) each frame.

    Every frame has a window of its own, so that its output cannot depend on frames further away.
    """

    def __init__(self, feature_dim: int, settings: TimeEncoderSettings) -> None:
        super().__init__()
        both = settings.kind == "bilstm"
        self.reach_s = settings.reach_s
        self.after = settings.window_frames // 2 if both else 0
        self.before = settings.window_frames - 1 - self.after
        self.basis = TimeBasis(settings.reach_s)
        self.lstm = nn.LSTM(
            feature_dim + TIME_BASES,
            feature_dim,
            num_layers=settings.num_layers,
            dropout=settings.dropout if settings.num_layers > 1 else 0.0,
            bidirectional=both,
            batch_first=True,
        )
        self.outward = nn.Linear(feature_dim * (2 if both else 1), feature_dim)

    def forward(self, features: Tensor, times_s: Tensor, valid: Tensor) -> Tensor:
        """Features (B,T,D), times (B,T), real frames (B,T) to (B,T,D)."""
        gap_s = self._windows(times_s) - times_s[..., None]
        near = self._windows(valid.float()).bool() & (gap_s.abs() <= self.reach_s)
        inputs = torch.cat([self._windows(features), self.basis(gap_s)], -1) * near[..., None]
        states, _ = self.lstm(inputs.flatten(0, 1))
        mixed = self.outward(states[:, self.before]).unflatten(0, features.shape[:2])
        contextual: Tensor = features + mixed
        return contextual

    def _windows(self, values: Tensor) -> Tensor:
        """(B,T,...) to (B,T,W,...): each frame's neighbours, zeros beyond the ends."""
        flat = values.unsqueeze(-1) if values.dim() == 2 else values
        padded = F.pad(flat, (0, 0, self.before, self.after))
        windows = padded.unfold(1, self.before + 1 + self.after, 1).transpose(-1, -2)
        return windows.squeeze(-1) if values.dim() == 2 else windows


class ClipLstm(nn.Module):
    """An LSTM over all frames of a window: its last state, read from both ends if bidirectional."""

    def __init__(self, feature_dim: int, settings: TimeEncoderSettings) -> None:
        """Raises ConfigError for a kind that has no state at its end."""
        super().__init__()
        if settings.kind not in ("lstm", "bilstm"):
            raise ConfigError("model.readout clip needs model.time_encoder.kind lstm or bilstm")
        self.lstm = nn.LSTM(
            feature_dim,
            feature_dim,
            num_layers=settings.num_layers,
            dropout=settings.dropout if settings.num_layers > 1 else 0.0,
            bidirectional=settings.kind == "bilstm",
            batch_first=True,
        )
        self.width = feature_dim * (2 if settings.kind == "bilstm" else 1)

    def forward(self, features: Tensor, times_s: Tensor, valid: Tensor) -> Tensor:
        """Features (B,T,D), real frames (B,T) before all padding, to one vector each (B,width)."""
        lengths = valid.sum(1).clamp_min(1).cpu()
        packed = pack_padded_sequence(features, lengths, batch_first=True, enforce_sorted=False)
        _, (states, _) = self.lstm(packed)
        directions = self.width // features.shape[-1]
        ends: Tensor = states[-directions:].transpose(0, 1).flatten(1)
        return ends


def build_time_encoder(feature_dim: int, settings: TimeEncoderSettings) -> nn.Module:
    """The time-aware encoder of a kind: (B,T,D), times (B,T), valid (B,T) -> (B,T,D)."""
    if settings.kind == "transformer":
        return TransformerTimeEncoder(feature_dim, settings)
    if settings.kind == "convolution":
        return ConvolutionTimeEncoder(feature_dim, settings)
    return LstmTimeEncoder(feature_dim, settings)
