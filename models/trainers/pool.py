"""A pool of crops whose inputs are computed once: what the frozen encoder gives never changes.

It is the training set of networks with a frozen encoder. Dims: T frames.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from models.frame_inputs import FrameInputs
from models.trainers.clip_crops import Sampler
from models.trainers.crops import Crop, TimedClip
from models.trainers.position_balance import balanced
from models.trainers.samples import Sample
from models.video_trigger_model import VideoTriggerModel
from models.visual_encoder import FrameFeatures
from utils.labeled_clip import LabeledClip


class CropPool:
    """Some crops of every clip; see `models.trainers.samples.TrainingSet`."""

    def __init__(
        self,
        clips: Sequence[LabeledClip],
        weights: Sequence[float],
        crops: Sequence[Sequence[Sample]],
    ) -> None:
        """crops: those of each clip. weights: how often each clip is drawn, relative."""
        self.clips = clips
        self.weights = weights
        self.crops = crops

    def sample(self, row: int, generator: np.random.Generator) -> Sample:
        """One of the crops of clips[row]."""
        crops = self.crops[row]
        return crops[int(generator.integers(len(crops)))]


def fill_pool(
    network: VideoTriggerModel,
    sampler: Sampler[FrameFeatures],
    crops_per_clip: int,
    weights: Sequence[float] | None = None,
    *,
    balance: bool = False,
) -> CropPool:
    """Draw and prepare the crops of every clip of the sampler.

    balance: weigh frames so that their place in the crop says nothing about a crash.
    """
    crops = [list(_prepare_clip(network, sampler, clip, crops_per_clip)) for clip in sampler.clips]
    clips = [encoded.clip for encoded in sampler.clips]
    drawn = weights or [1.0] * len(crops)
    return CropPool(clips, drawn, balanced(crops, drawn) if balance else crops)


def _prepare_clip(
    network: VideoTriggerModel,
    sampler: Sampler[FrameFeatures],
    clip: TimedClip[FrameFeatures],
    count: int,
) -> Iterator[Sample]:
    for _ in range(count):
        yield prepare(network, sampler.crop(clip))


@torch.no_grad()
def prepare(network: VideoTriggerModel, crop: Crop[FrameFeatures]) -> Sample:
    """The inputs of one crop; pooled features are kept only where the network looks at them."""
    times_s = torch.from_numpy(crop.times_s.astype(np.float32))
    valid = torch.ones_like(times_s, dtype=torch.bool)
    device = network.device
    features = crop.features.to(device)
    inputs = network.frame_inputs(features, times_s[None].to(device), valid[None].to(device))
    seen = network.settings.frame_inputs != "motion"
    pooled = inputs.pooled[0] if seen else inputs.pooled[0, :, :1]
    kept = FrameInputs(inputs.motion[0].cpu(), pooled.half().cpu())
    labels, weights = crop.targets.tensors()
    return Sample(kept, times_s, labels, crop.clip_label, weights)
