"""Training on drawn videos: crops, losses, caching, checkpoints, going on after an interruption."""

from pathlib import Path

import numpy as np
import pytest
import torch

from models.trainers.crops import CropSampler, CropSettings, grid_rows
from models.trainers.feature_cache import EncodedClip
from models.trainers.network import NetworkTrainer, TrainingClips, trainable_table
from models.trainers.resume import ResumeFacts, TrainingState
from models.video_trigger_model import VideoTriggerModel
from tests.models.trigger_factory import random_features, tiny_model, tiny_settings
from utils.errors import AnnotationError, CheckpointError
from utils.labeled_clip import LabeledClip
from utils.settings import Settings, TrainingSettings


def _encoded(name: str, *events_s: float, frames: int = 96) -> EncodedClip:
    clip = LabeledClip(Path(name), "crash" if events_s else "normal", events_s, name)
    features = random_features(frames, seed=len(name))
    return EncodedClip(clip, features, np.arange(frames) / 12)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    training = TrainingSettings(
        batch_size=2, num_epochs=2, save_every=1, crops_per_clip=2, warmup_steps=1,
        log_dir=str(tmp_path / "logs"), output_dir=str(tmp_path / "run"),
    )  # fmt: skip
    return Settings(model=tiny_settings(), training=training)


def _clips() -> TrainingClips:
    return TrainingClips([_encoded("crash", 5.0), _encoded("drive")], [_encoded("held", 5.0)])


def _weights(network: VideoTriggerModel) -> dict[str, torch.Tensor]:
    return {k: v.clone() for k, v in network.state_dict().items()}


def test_grid_takes_the_first_frame_at_or_after_each_point() -> None:
    times_s = np.array([0.0, 0.3, 0.4, 0.9, 1.0, 1.1])
    assert grid_rows(times_s, (0.0, np.inf), 0.5).tolist() == [0, 3, 4]


def test_crops_keep_labels_with_their_frames() -> None:
    sampler = CropSampler(
        [_encoded("crash", 5.0)], CropSettings(join_chance=0.0), np.random.default_rng(0)
    )
    crops = [sampler.crop(sampler.clips[0]) for _ in range(20)]
    assert all(c.features.pooled.shape[1] == len(c.times_s) == len(c.labels) for c in crops)
    assert all(c.times_s[0] == 0 and np.all(np.diff(c.times_s) > 0) for c in crops)
    assert any(1 in c.labels for c in crops)


def test_equal_generators_draw_equal_crops() -> None:
    clips = [_encoded("crash", 5.0), _encoded("drive")]
    first, second = (
        CropSampler(clips, CropSettings(), np.random.default_rng(3)).crop(clips[0])
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.times_s, second.times_s)
    np.testing.assert_array_equal(first.labels, second.labels)


def test_training_writes_checkpoints_that_load(settings: Settings, tmp_path: Path) -> None:
    trainer = NetworkTrainer(tiny_model(), _clips(), settings)
    metrics = trainer.fit()
    assert metrics["epoch"] == 2
    _, header, report = VideoTriggerModel.load(tmp_path / "run" / "final", strict=True)
    assert report.complete
    assert header.training["num_epochs"] == 2
    assert any((tmp_path / "logs").iterdir())


def test_the_frozen_encoder_does_not_move(settings: Settings) -> None:
    network = tiny_model()
    before = _weights(network)
    NetworkTrainer(network, _clips(), settings).fit()
    after = network.state_dict()
    moved = {k.split(".")[0] for k in before if not torch.equal(before[k], after[k])}
    assert "visual_backbone" not in moved
    assert {"trigger_detector", "time_aware_encoder"} <= moved
    assert "trigger_detector" in trainable_table(network)


def test_a_resumed_run_ends_where_the_uninterrupted_one_does(
    settings: Settings, tmp_path: Path
) -> None:
    whole = tiny_model()
    NetworkTrainer(whole, _clips(), settings).fit()
    first = NetworkTrainer(tiny_model(), _clips(), settings)
    next(first.optimize())
    facts = ResumeFacts(epoch=1, step=1, loss=0.0, best_metric=0.0)
    TrainingState(first.network, first.optimizer).save(tmp_path / "half", facts)
    second = NetworkTrainer(tiny_model(), _clips(), settings)
    second.fit(resume=tmp_path / "half")
    for key, value in second.network.state_dict().items():
        torch.testing.assert_close(value, whole.state_dict()[key], rtol=0, atol=0)


def test_resuming_from_nothing_is_a_checkpoint_error(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot resume"):
        NetworkTrainer(tiny_model(), _clips(), settings).fit(resume=tmp_path)


def test_no_clips_is_an_annotation_error(settings: Settings) -> None:
    with pytest.raises(AnnotationError):
        NetworkTrainer(tiny_model(), TrainingClips([], []), settings)
