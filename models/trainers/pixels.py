"""The training set of pictures: for encoders that learn, or pictures that are changed at random.

Crops are drawn in time as for cached features, then the pictures of each are changed as if one
camera had seen them so. Dims: T frames, H rows, W columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from models.trainers.augment import PictureAugmentation, stored_side_px
from models.trainers.clip_crops import build_sampler
from models.trainers.crops import MIN_FRAMES, Crop
from models.trainers.network import TrainingData
from models.trainers.picture_cache import PictureCache, PicturedClip, Pictures
from models.trainers.preparation import checkpoint_header
from models.trainers.samples import Sample
from models.trainers.targets import Target, build_target
from models.trainers.validation import FrameValidation
from utils.clip import Ints
from utils.datasets.corpus import draw_weight
from utils.labeled_clip import LabeledClip
from utils.settings import DataSettings, Settings

DROP_CHANCE, MOST_DROPPED = 0.2, 0.3  # how often frames are lost, and at most which share


@dataclass(frozen=True)
class PixelTrainingSet:
    """Crops of pictures; see `models.trainers.samples.TrainingSet`."""

    pictured: Sequence[PicturedClip]
    weights: Sequence[float]
    settings: Settings
    target: Target

    @property
    def clips(self) -> Sequence[LabeledClip]:
        """The clips that crops are drawn from."""
        return [pictured.clip for pictured in self.pictured]

    @cached_property
    def augmentation(self) -> PictureAugmentation:
        """What changes the pictures."""
        side_px = self.settings.model.encoder.image_size_px
        return PictureAugmentation(self.settings.training.augment_pictures, side_px)

    def sample(self, row: int, generator: np.random.Generator) -> Sample:
        """A random crop of clips[row], changed at random."""
        sampler = build_sampler(self.pictured, self.settings, generator, self.target)
        crop = sampler.crop(self.pictured[row])
        if self.settings.training.augment_pictures != "none":
            crop = _with_lost_frames(crop, generator)
        frames = self.augmentation(crop.features.frames, generator)
        labels, weights = crop.targets.tensors()
        times_s = torch.from_numpy(crop.times_s.astype(np.float32))
        return Sample(frames, times_s, labels, crop.clip_label, weights)


def needs_pictures(settings: Settings) -> bool:
    """Whether training sees pictures anew in every step, and not cached features."""
    training = settings.training
    return "visual_backbone" not in training.freeze or training.augment_pictures != "none"


def pixel_data(corpus: Sequence[LabeledClip], settings: Settings) -> TrainingData:
    """Pictures of the training clips, decoded once; the validation clips are scored as videos.

    Raises ConfigError where the pictures do not fit on the disk and AnnotationError where the
    clips do not have the classes of the settings.
    """
    training = settings.training
    side_px = settings.model.encoder.image_size_px
    cache = PictureCache(
        Path(settings.data.cache_dir),
        rate_fps=training.cache_fps,
        side_px=stored_side_px(training.augment_pictures, side_px),
        max_gib=settings.data.max_picture_gib,
    )
    opened = cache.open_all([clip for clip in corpus if clip.split == "train"])
    pictured = [_beginning(clip, settings.data) for clip in opened]
    clips = [p.clip for p in pictured]
    weights = [draw_weight(clip) for clip in clips]
    header = checkpoint_header(settings, clips)
    held_out = [clip for clip in corpus if clip.split == "val"]
    train = PixelTrainingSet(pictured, weights, settings, build_target(settings, clips))
    return TrainingData(train, FrameValidation(held_out, header))


def _beginning(pictured: PicturedClip, settings: DataSettings) -> PicturedClip:
    """What data.max_frames leaves of a training clip."""
    if settings.max_frames is None:
        return pictured
    last_s = settings.max_frames / settings.frame_sampling_rate
    count = int(np.searchsorted(pictured.times_s, last_s))
    return replace(pictured, times_s=pictured.times_s[:count])


def _with_lost_frames(crop: Crop[Pictures], generator: np.random.Generator) -> Crop[Pictures]:
    """Now and then some frames are missing, as in a recording that stutters."""
    if generator.random() >= DROP_CHANCE:
        return crop
    count = len(crop.times_s)
    kept = generator.random(count) >= generator.uniform(0, MOST_DROPPED)
    rows: Ints = np.flatnonzero(kept)
    if len(rows) < MIN_FRAMES:
        return crop
    return replace(
        crop,
        features=Pictures(crop.features.frames[torch.from_numpy(rows)]),
        times_s=crop.times_s[rows] - crop.times_s[rows[0]],
        targets=crop.targets.at(rows),
    )
