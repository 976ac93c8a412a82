"""The data of a run whose encoder is frozen: clips with cached features, and crops of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.device import pick_device
from models.trainers.clip_crops import build_sampler
from models.trainers.feature_cache import EncodedClip, FeatureCache
from models.trainers.network import TrainingData
from models.trainers.pool import fill_pool
from models.trainers.preparation import new_network
from models.trainers.targets import build_target
from models.trainers.validation import EncodedValidation
from models.video_trigger_model import VideoTriggerModel
from models.visual_encoder import FrameFeatures
from utils.datasets.corpus import draw_weight
from utils.labeled_clip import LabeledClip
from utils.settings import DataSettings, Settings


@dataclass(frozen=True, slots=True)
class EncodedCorpus:
    """Encoded clips by split. weights: how often each training clip is drawn, relative."""

    train: Sequence[EncodedClip]
    weights: Sequence[float]
    val: Sequence[EncodedClip]


def encode_corpus(corpus: Sequence[LabeledClip], settings: Settings) -> EncodedCorpus:
    """The readable clips with their features, from the cache where they are there."""
    encoder = new_network(settings).to(pick_device(settings.device)).visual_backbone
    cache = FeatureCache(Path(settings.data.cache_dir), encoder, settings.training.cache_fps)
    encoded = cache.encode_all(corpus)
    train = [_beginning(c, settings.data) for c in encoded if c.clip.split == "train"]
    val = [c for c in encoded if c.clip.split == "val"]
    return EncodedCorpus(train, [draw_weight(c.clip) for c in train], val)


def encoded_data(
    network: VideoTriggerModel, corpus: EncodedCorpus, settings: Settings
) -> TrainingData:
    """Crops of the training clips; the seed of the settings decides which. The rest validates."""
    target = build_target(settings, [encoded.clip for encoded in corpus.train])
    generator = np.random.default_rng([settings.training.seed])
    sampler = build_sampler(corpus.train, settings, generator, target)
    training = settings.training
    pool = fill_pool(
        network,
        sampler,
        training.crops_per_clip,
        corpus.weights,
        balance=training.balance_positions,
    )
    validation = EncodedValidation(corpus.val, settings.data.frame_sampling_rate)
    return TrainingData(pool, validation)


def _beginning(encoded: EncodedClip, settings: DataSettings) -> EncodedClip:
    """What data.max_frames leaves of a training clip."""
    if settings.max_frames is None:
        return encoded
    last_s = settings.max_frames / settings.frame_sampling_rate
    count = int(np.searchsorted(encoded.times_s, last_s))
    features = FrameFeatures(*(part[:, :count] for part in encoded.features.parts()))
    return EncodedClip(encoded.clip, features, encoded.times_s[:count])
