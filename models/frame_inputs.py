"""What the trainable part of the network is told of each frame, from a (frozen) encoder's features.

Nothing here is trained. Dims: B clips, T frames, C channels, M motion features.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from models.appearance import past_change
from models.motion import comparable, find_scenes, motion_features, motion_width
from models.visual_encoder import FrameFeatures
from utils.settings import ModelSettings


@dataclass(frozen=True, slots=True)
class FrameInputs:
    """What the trainable part sees: motion (B,T,M), NaN if unknown, and pooled (B,T,C).

    For frame_inputs components, pooled is (B,T,2C): the vector and its change.
    """

    motion: Tensor
    pooled: Tensor


def compute_frame_inputs(
    features: FrameFeatures, times_s: Tensor, valid: Tensor, settings: ModelSettings
) -> FrameInputs:
    """Features of B clips, times (B,T) and mask (B,T) of real frames to what the settings ask for.

    Motion that nothing looks at is NaN. It is computed in full precision always: distances between
    frames that are nearly alike are lost in a shorter number type.
    """
    if settings.frame_inputs in ("motion", "both", "components"):
        with torch.autocast(times_s.device.type, enabled=False):
            motion = motion_features(features, times_s, valid, settings.motion)
    else:
        shape = (*times_s.shape, motion_width(settings.motion))
        motion = times_s.new_full(shape, torch.nan)
    pooled = features.pooled
    if settings.frame_inputs == "components":
        with torch.autocast(times_s.device.type, enabled=False):
            alike = comparable(find_scenes(features.cells), valid)
            change = past_change(pooled, times_s, alike, settings.motion.history_s)
        pooled = torch.cat([pooled, change], -1)
    return FrameInputs(motion, pooled)
