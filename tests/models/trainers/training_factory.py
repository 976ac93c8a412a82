"""Small training runs: a tiny network, clips with random features, settings for a folder."""

from pathlib import Path

import numpy as np

from models.trainers.encoded import EncodedCorpus, encoded_data
from models.trainers.feature_cache import EncodedClip
from models.trainers.network import NetworkTrainer
from models.trainers.preparation import new_network
from tests.models.trigger_factory import random_features
from utils.config import validate
from utils.labeled_clip import LabeledClip
from utils.settings import ModelSettings, Settings

TINY_MODEL = ModelSettings.model_validate(
    {
        "members": 2,
        "encoder": {
            "name": "test_resnet",
            "pretrained": "none",
            "feature_dim": 16,
            "image_size_px": 32,
        },
        "time_encoder": {"num_layers": 1},
    }
)


def encoded_clip(folder: Path, name: str, *events_s: float, frames: int = 96) -> EncodedClip:
    """A clip of 12 frames a second with random features; its file holds its name only."""
    path = folder / f"{name}.mp4"
    path.write_text(name)
    clip = LabeledClip(path, "crash" if events_s else "normal", events_s, name)
    return EncodedClip(clip, random_features(frames, seed=len(name)), np.arange(frames) / 12)


def small_corpus(folder: Path) -> EncodedCorpus:
    """Four clips to learn from and two to validate on."""
    train = [
        encoded_clip(folder, "crash", 5.0),
        encoded_clip(folder, "drive"),
        encoded_clip(folder, "a-crash", 4.0),
        encoded_clip(folder, "a-drive"),
    ]
    val = [encoded_clip(folder, "held-crash", 5.0), encoded_clip(folder, "held-drive")]
    return EncodedCorpus(train, [1.0, 0.5, 1.0, 1.0], val)


def small_settings(folder: Path, **training: object) -> Settings:
    """Settings of a run that writes below the folder."""
    places = {"log_dir": str(folder / "logs"), "output_dir": str(folder / "run")}
    own = {"batch_size": 2, "num_epochs": 2, "crops_per_clip": 2, "warmup_steps": 1, **places}
    tree = {"device": "cpu", "training": {**own, **training}}
    settings = validate(tree, source="test")
    return settings.model_copy(update={"model": TINY_MODEL})


def small_trainer(folder: Path, **training: object) -> NetworkTrainer:
    """A trainer of `small_settings` on `small_corpus`; equal arguments give equal trainers."""
    settings = small_settings(folder, **training)
    network = new_network(settings)
    data = encoded_data(network, small_corpus(folder), settings)
    return NetworkTrainer(network, data, settings)
