"""A pool of crops whose inputs are computed once: what the frozen encoder gives never changes.

Dims: B crops, T frames, M motion features, C channels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from models.trainers.crops import Crop, CropSampler
from models.trainers.feature_cache import EncodedClip
from models.video_trigger_model import FrameInputs, VideoTriggerModel

FAR_S = 1e4  # the time of padding, out of reach of everything


@dataclass(frozen=True, slots=True)
class PreparedCrop:
    """Motion (T,M), pooled (T,C) in half precision, times (T,), labels (T,)."""

    motion: Tensor
    pooled: Tensor
    times_s: Tensor
    labels: Tensor


@dataclass(frozen=True, slots=True)
class CropBatch:
    """Padded crops: inputs (B,T,...), times, labels and valid (B,T)."""

    inputs: FrameInputs
    times_s: Tensor
    labels: Tensor
    valid: Tensor

    def to(self, device: torch.device) -> "CropBatch":
        """The same batch on another device."""
        inputs = FrameInputs(self.inputs.motion.to(device), self.inputs.pooled.to(device))
        return CropBatch(inputs, *(x.to(device) for x in (self.times_s, self.labels, self.valid)))


class CropPool:
    """Some crops of every clip, from which batches are drawn clip by clip."""

    def __init__(self, crops: Sequence[Sequence[PreparedCrop]], weights: Sequence[float]) -> None:
        """crops: those of each clip. weights: how often each clip is drawn, relative."""
        self.crops = crops
        self.share = np.asarray(weights, dtype=float) / float(np.sum(weights))

    def all_motion(self) -> Tensor:
        """The motion features (N,M) of every frame in the pool."""
        return torch.cat([crop.motion for crops in self.crops for crop in crops])

    def batch(self, size: int, generator: np.random.Generator) -> CropBatch:
        """So many crops, padded to the longest."""
        rows = generator.choice(len(self.crops), size, p=self.share)
        chosen = [self.crops[row] for row in rows]
        return stack([crops[int(generator.integers(len(crops)))] for crops in chosen])


def fill_pool(
    network: VideoTriggerModel,
    sampler: CropSampler,
    crops_per_clip: int,
    weights: Sequence[float] | None = None,
) -> CropPool:
    """Draw and prepare the crops of every clip of the sampler."""
    crops = [list(_prepare_clip(network, sampler, clip, crops_per_clip)) for clip in sampler.clips]
    return CropPool(crops, weights or [1.0] * len(crops))


def stack(crops: Sequence[PreparedCrop]) -> CropBatch:
    """Crops padded to the longest; padding is invalid, labelled -1 and far away in time."""

    def padded(tensors: list[Tensor], value: float = 0.0) -> Tensor:
        return pad_sequence(tensors, batch_first=True, padding_value=value)

    inputs = FrameInputs(
        padded([c.motion for c in crops], float("nan")), padded([c.pooled.float() for c in crops])
    )
    labels = padded([c.labels for c in crops], -1)
    valid = padded([torch.ones(len(c.labels), dtype=torch.bool) for c in crops], False)
    return CropBatch(inputs, padded([c.times_s for c in crops], FAR_S), labels, valid)


def _prepare_clip(
    network: VideoTriggerModel, sampler: CropSampler, clip: EncodedClip, count: int
) -> Iterator[PreparedCrop]:
    for _ in range(count):
        yield prepare(network, sampler.crop(clip))


@torch.no_grad()
def prepare(network: VideoTriggerModel, crop: Crop) -> PreparedCrop:
    """The inputs of one crop; pooled features are kept only where the network looks at them."""
    times_s = torch.from_numpy(crop.times_s.astype(np.float32))
    valid = torch.ones_like(times_s, dtype=torch.bool)
    device = network.device
    features = crop.features.to(device)
    inputs = network.frame_inputs(features, times_s[None].to(device), valid[None].to(device))
    seen = network.settings.frame_inputs != "motion"
    pooled = inputs.pooled[0] if seen else inputs.pooled[0, :, :1]
    return PreparedCrop(
        inputs.motion[0].cpu(), pooled.half().cpu(), times_s, torch.from_numpy(crop.labels)
    )
