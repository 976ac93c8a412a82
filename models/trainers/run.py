"""One training run from settings: network, clips, features, trainer."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from models.device import pick_device
from models.trainers.feature_cache import EncodedClip, FeatureCache
from models.trainers.network import NetworkTrainer, TrainingClips, trainable_table
from models.video_trigger_model import VideoTriggerModel
from models.visual_encoder import FrameFeatures
from utils.datasets.corpus import draw_weight, read_corpus
from utils.errors import ConfigError
from utils.settings import DataSettings, Settings


def train(
    settings: Settings, *, data: str | None = None, resume: Path | None = None
) -> Iterator[str]:
    """Train; yields lines for the reader. Raises AppError children."""
    if "visual_backbone" not in settings.training.freeze:
        raise ConfigError(
            "training.freeze: the trainer works on cached features of a frozen visual_backbone; "
            "keep it in the list"
        )
    settings = with_clip_window(settings)
    clips = encode_corpus(settings, data=data)
    network = VideoTriggerModel(settings.model)
    trainer = NetworkTrainer(network.to(pick_device(settings.device)), clips, settings)
    yield trainable_table(network)
    yield f"{len(clips.train)} training clips, {len(clips.val)} validation clips"
    metrics = trainer.fit(resume=resume)
    for name, value in metrics.items():
        yield f"{name:<24}{value:.3f}" if isinstance(value, float) else f"{name:<24}{value}"
    yield f"written to {settings.training.output_dir}"


def encode_corpus(settings: Settings, *, data: str | None = None) -> TrainingClips:
    """The corpus with the features of the frozen encoder, from the cache where they are there."""
    corpus = read_corpus(settings.data, data)
    network = VideoTriggerModel(settings.model).to(pick_device(settings.device))
    encoder = network.visual_backbone
    cache = FeatureCache(Path(settings.data.cache_dir), encoder, settings.training.cache_fps)
    encoded = cache.encode_all(corpus)
    train_clips = [_beginning(c, settings.data) for c in encoded if c.clip.split == "train"]
    weights = [draw_weight(c.clip) for c in train_clips]
    return TrainingClips(train_clips, _validation(encoded), weights)


def with_clip_window(settings: Settings) -> Settings:
    """The settings with the time encoder's windows as long as data.clip_window_size."""
    window = {"window_frames": settings.data.clip_window_size}
    encoder = settings.model.time_encoder.model_copy(update=window)
    model = settings.model.model_copy(update={"time_encoder": encoder})
    return settings.model_copy(update={"model": model})


def _beginning(encoded: EncodedClip, settings: DataSettings) -> EncodedClip:
    """What data.max_frames leaves of a training clip."""
    if settings.max_frames is None:
        return encoded
    last_s = settings.max_frames / settings.frame_sampling_rate
    count = int(np.searchsorted(encoded.times_s, last_s))
    features = FrameFeatures(*(part[:, :count] for part in encoded.features.parts()))
    return EncodedClip(encoded.clip, features, encoded.times_s[:count])


def _validation(encoded: list[EncodedClip]) -> list[EncodedClip]:
    return [c for c in encoded if c.clip.split == "val"]
