"""What a frame looks like, and how that differs from the seconds before, in a few numbers.

Frozen principal components of the encoder's pooled vectors: so few and so even that little footage
cannot teach the network to recognise single videos. Knows no labels and no position in the file.
Dims: B clips, T frames, C channels, P components.
"""

import torch
from torch import Tensor, nn

from utils.settings import ModelSettings

NEAREST_S = 0.2  # nearer frames say nothing at 3 frames a second
SLACK_S = 0.17  # windows end between the frames of 3 a second, so that rounding cannot matter
LIMIT = 3.0  # standard deviations


def past_change(pooled: Tensor, times_s: Tensor, alike: Tensor, history_s: float) -> Tensor:
    """Pooled (B,T,C) less its mean over the history before; 0 where there is no past.

    times_s: (B,T). alike (B,T,T): whether two frames can be compared.
    """
    gap_s = times_s[:, :, None] - times_s[:, None, :]
    past = (gap_s >= NEAREST_S) & (gap_s < history_s + SLACK_S) & alike
    weights = past / past.sum(-1, keepdim=True).clamp_min(1)
    return (pooled - weights @ pooled) * past.any(-1, keepdim=True)


class PrincipalComponents(nn.Module):
    """Vectors (...,C) to their first P principal components, each of spread 1, bounded."""

    centre: Tensor
    directions: Tensor

    def __init__(self, width: int, components: int) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(width))
        self.register_buffer("directions", torch.zeros(width, components))

    def forward(self, vectors: Tensor) -> Tensor:
        """(...,C) to (...,P) in [-LIMIT, LIMIT]."""
        return ((vectors - self.centre) @ self.directions).clamp(-LIMIT, LIMIT)

    @torch.no_grad()
    def fit(self, vectors: Tensor) -> None:
        """Set the directions from vectors (N,C) of the training clips."""
        centred = vectors.double() - vectors.double().mean(0)
        values, axes = torch.linalg.eigh(centred.T @ centred / len(vectors))
        count = self.directions.shape[1]
        spread = values[-count:].clamp_min(1e-6).sqrt()
        signs = torch.where(axes[:, -count:].sum(0) < 0, -1.0, 1.0)  # eigh leaves them open
        self.centre.copy_(vectors.mean(0))
        self.directions.copy_((axes[:, -count:] * signs / spread).flip(1))


class AppearanceInput(nn.Module):
    """The look of frames and its change to features (B,T,D) of each member."""

    def __init__(self, channels: int, feature_dim: int, settings: ModelSettings) -> None:
        super().__init__()
        count = settings.appearance.components
        self.look = PrincipalComponents(channels, count)
        self.change = PrincipalComponents(channels, count)
        self.dropout = nn.Dropout(settings.appearance.dropout)
        self.members = nn.ModuleList(
            nn.Linear(2 * count, feature_dim) for _ in range(settings.members)
        )

    def forward(self, look_and_change: Tensor, member: int) -> Tensor:
        """(B,T,2C), the vectors and then their change, to (B,T,D)."""
        look, change = look_and_change.chunk(2, -1)
        reduced = torch.cat([self.look(look), self.change(change)], -1)
        features: Tensor = self.members[member](self.dropout(reduced))
        return features

    def fit(self, look_and_change: Tensor) -> None:
        """Set both parts' directions from vectors (N,2C) of the training clips."""
        look, change = look_and_change.chunk(2, -1)
        self.look.fit(look)
        self.change.fit(change)
