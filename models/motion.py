"""How much each frame differs from the seconds around it: the trigger's motion features.

A pure function of frame features and real times. Everything is relative to a bounded window, and
never crosses a scene cut, so nothing here knows the position in the file. Where a window holds no
frame, the feature is NaN ("cannot be told").
Dims: B clips, T frames, S spatial cells, C channels, K motion features.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.visual_encoder import CELLS_PER_SIDE, GREY_SIDE_PX, FrameFeatures
from utils.settings import MotionSettings

Span = tuple[float, float]
LAGS_S: tuple[Span, ...] = ((0.2, 0.5), (0.5, 0.85), (0.85, 1.3))
AROUND_S = (1.0, 2.0)  # lengths of the windows before and after a frame that are compared
NEAREST_S = 0.2  # nearer frames say nothing at 3 frames a second
SLACK_S = 0.17  # windows end between the frames of 3 a second, so that rounding cannot matter
TOP_CELLS = 5
CUT_DISTANCE = 0.5  # of 7,100 steps of real video 16 pass as cuts; of joined videos 99.5 % do
CUT_ISOLATION = 0.65  # around a cut the picture moves less than this share; a blow goes on
SURE_CUT_DISTANCE = 0.85


def motion_width(settings: MotionSettings) -> int:
    """The number K of motion features."""
    windows = len(_spans(settings)) + len(AROUND_S)
    return windows * 5 + 4 * 3


def future_reach_s() -> float:
    """How far into the future a motion feature looks, seconds."""
    return max(AROUND_S) + SLACK_S


def past_reach_s(settings: MotionSettings) -> float:
    """How far into the past a motion feature looks, seconds."""
    return settings.history_s + SLACK_S + LAGS_S[0][1]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """gap_s (B,T,T): time of frame i minus that of j; alike (B,T,T): both real and in one scene."""

    gap_s: Tensor
    alike: Tensor

    def weights(self, low_s: float, high_s: float) -> Tensor:
        """(B,T,T) rows that average the frames j with low_s <= gap < high_s; empty rows are 0."""
        inside = (self.gap_s >= low_s) & (self.gap_s < high_s) & self.alike
        return inside / inside.sum(-1, keepdim=True).clamp_min(1)


def motion_features(
    features: FrameFeatures, times_s: Tensor, valid: Tensor, settings: MotionSettings
) -> Tensor:
    """Features of B clips, times (B,T) and mask (B,T) of real frames to (B,T,K), NaN if unknown."""
    gap_s = times_s[:, :, None] - times_s[:, None, :]
    likeness = torch.einsum("bisc,bjsc->bsij", features.cells, features.cells)
    pooled = torch.nn.functional.normalize(features.pooled, dim=-1)
    whole = (pooled @ pooled.transpose(1, 2))[:, None]
    pairs = _Pairs(gap_s, comparable(find_scenes(features.cells), valid))

    spans = _spans(settings)
    novelty = [_novelty(likeness, pairs.weights(*span)) for span in spans]
    contrast = [_contrast(likeness, pairs, length_s) for length_s in AROUND_S]
    columns = [_cell_statistics(x) for x in novelty + contrast]
    columns += [_novelty(whole, pairs.weights(*span)).transpose(1, 2) for span in spans]
    columns += [_contrast(whole, pairs, length_s).transpose(1, 2) for length_s in AROUND_S]

    flicker = _grey_change(features.grey, pairs)
    columns.append(_cell_statistics(flicker))
    columns += [_cell_statistics(_against_past(x, pairs, settings)) for x in (novelty[0], flicker)]
    return torch.cat(columns, -1)


def find_scenes(cells: Tensor) -> Tensor:
    """The number (B,T) of the scene that each frame belongs to, from cells (B,T,S,C)."""
    steps = 1 - (cells[:, 1:] * cells[:, :-1]).sum(-1).mean(-1)
    return torch.cumsum(find_cuts(torch.nn.functional.pad(steps, (1, 0))), 1)


def comparable(scenes: Tensor, valid: Tensor) -> Tensor:
    """Whether two frames (B,T,T) are both real and of one scene, from scenes and valid (B,T)."""
    same = scenes[:, :, None] == scenes[:, None, :]
    return same & valid[:, :, None] & valid[:, None, :]


def find_cuts(distance: Tensor) -> Tensor:
    """Scene cuts (B,T) from the distance (B,T) of each frame to the one before it.

    A cut is one large step between two calm ones; a blow to the camera shakes several.
    """
    before = torch.roll(distance, 1, 1)
    after = torch.roll(distance, -1, 1)
    before[:, :2] = 0
    after[:, -1] = 0
    isolated = torch.maximum(before, after) < CUT_ISOLATION * distance
    return ((distance > CUT_DISTANCE) & isolated) | (distance > SURE_CUT_DISTANCE)


def _spans(settings: MotionSettings) -> tuple[Span, ...]:
    ends_s = settings.history_s / 2 + SLACK_S, settings.history_s + SLACK_S
    return (*LAGS_S, *((NEAREST_S, end_s) for end_s in ends_s))


def _novelty(likeness: Tensor, weights: Tensor) -> Tensor:
    """Log cosine distance (B,S,T) of each frame to the mean of the frames that weights choose."""
    rows = weights[:, None]
    toward = (rows * likeness).sum(-1)
    length = ((rows @ likeness) * rows).sum(-1).clamp_min(1e-6).sqrt()
    return _log_distance(toward / length, weights.sum(-1) > 0)


def _contrast(likeness: Tensor, pairs: _Pairs, length_s: float) -> Tensor:
    """Log cosine distance (B,S,T) between the means of the seconds before and after a frame."""
    past = pairs.weights(NEAREST_S, NEAREST_S + length_s)
    future = pairs.weights(-length_s - SLACK_S, NEAREST_S / 2)
    from_past = past[:, None] @ likeness
    across = (from_past * future[:, None]).sum(-1)
    past_length = (from_past * past[:, None]).sum(-1).clamp_min(1e-6).sqrt()
    future_length = ((future[:, None] @ likeness) * future[:, None]).sum(-1).clamp_min(1e-6).sqrt()
    known = (past.sum(-1) > 0) & (future.sum(-1) > 0)
    return _log_distance(across / (past_length * future_length), known)


def _log_distance(cosine: Tensor, known: Tensor) -> Tensor:
    distance = torch.log((1 - cosine).clamp_min(0) + 0.01)
    return distance.masked_fill(~known[:, None], torch.nan)


def _grey_change(grey: Tensor, pairs: _Pairs) -> Tensor:
    """Log mean absolute grey change (B,S,T) of each cell since the frame before."""
    side = GREY_SIDE_PX // CELLS_PER_SIDE
    change = torch.nn.functional.pad((grey[:, 1:] - grey[:, :-1]).abs(), (0, 0, 0, 0, 1, 0))
    cells = torch.nn.functional.avg_pool2d(change, side).flatten(2).transpose(1, 2)
    known = pairs.weights(*LAGS_S[0]).sum(-1) > 0
    return torch.log(cells + 1).masked_fill(~known[:, None], torch.nan)


def _against_past(values: Tensor, pairs: _Pairs, settings: MotionSettings) -> Tensor:
    """Values (B,S,T) less their own mean over the history."""
    known = ~values[:, 0].isnan()
    past = _Pairs(pairs.gap_s, pairs.alike & known[:, None, :])
    weights = past.weights(NEAREST_S, settings.history_s + SLACK_S)
    mean = torch.einsum("bij,bsj->bsi", weights, values.nan_to_num())
    return (values - mean).masked_fill(~(weights.sum(-1) > 0)[:, None], torch.nan)


def _cell_statistics(values: Tensor) -> Tensor:
    """(B,S,T) to (B,T,4): mean, largest, mean of the five largest, median over the cells."""
    ranked = values.transpose(1, 2).sort(-1, descending=True).values
    top = ranked[..., :TOP_CELLS].mean(-1)
    middle = ranked[..., ranked.shape[-1] // 2]
    return torch.stack([ranked.mean(-1), ranked[..., 0], top, middle], -1)
