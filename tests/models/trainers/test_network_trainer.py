"""Training on clips with random features: checkpoints, best, early end, bad losses, freezing."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from models.trainers.encoded import EncodedCorpus, encoded_data
from models.trainers.network import NetworkTrainer
from models.trainers.preparation import new_network, trainable_table
from models.video_trigger_model import VideoTriggerModel
from tests.models.trainers.training_factory import small_settings, small_trainer
from utils.errors import AnnotationError, ConfigError, TrainingError


def weights(network: VideoTriggerModel) -> dict[str, torch.Tensor]:
    return {key: value.clone() for key, value in network.state_dict().items()}


def spoil_losses(trainer: NetworkTrainer, monkeypatch: pytest.MonkeyPatch, steps: range) -> None:
    """Make the weights' inputs infinite in these steps, so that the loss is NaN."""
    step = trainer.optimization.step

    def spoilt(batches, schedule, done, *, stop=False):
        if done in steps:
            for batch in batches:
                batch.frame_weights.fill_(float("nan"))
        return step(batches, schedule, done, stop=stop)

    monkeypatch.setattr(trainer.optimization, "step", spoilt)


def test_training_writes_checkpoints_that_load(tmp_path: Path) -> None:
    metrics = small_trainer(tmp_path, save_every=1).fit()
    assert (metrics["epoch"], metrics["step"]) == (2, 4)
    for name in ("best", "final", "epoch-0001"):
        _, header, report = VideoTriggerModel.load(tmp_path / "run" / name, strict=True)
        assert report.complete
        assert header.training["num_epochs"] == 2
    written = json.loads((tmp_path / "run" / "final" / "metrics.json").read_text())
    assert written == metrics
    assert not list((tmp_path / "run").rglob(".part*"))


def test_equal_seeds_train_equal_networks_whatever_torch_drew_before(tmp_path: Path) -> None:
    first = small_trainer(tmp_path)
    first.fit()
    torch.rand(3)
    second = small_trainer(tmp_path)
    second.fit()
    for key, value in first.network.state_dict().items():
        assert torch.equal(value, second.network.state_dict()[key])


def test_the_frozen_encoder_does_not_move(tmp_path: Path) -> None:
    trainer = small_trainer(tmp_path)
    before = weights(trainer.network)
    trainer.fit()
    after = trainer.network.state_dict()
    moved = {key.split(".")[0] for key in before if not torch.equal(before[key], after[key])}
    assert "visual_backbone" not in moved
    assert {"trigger_detector", "time_aware_encoder"} <= moved


def test_the_table_counts_trainable_parameters_by_component(tmp_path: Path) -> None:
    table = trainable_table(small_trainer(tmp_path).network)
    rows = {line.split()[0]: line.split()[1:] for line in table.splitlines()[1:]}
    assert rows["visual_backbone"][0] == "0"
    assert rows["trigger_detector"][0] == rows["trigger_detector"][1] != "0"


def test_training_ends_when_nothing_gets_better(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = iter([0.5, 0.7, float("nan"), 0.6, 0.9])

    def measured(scored, events):
        value = next(figures)
        return {"within_clip_auc": None if np.isnan(value) else value}

    monkeypatch.setattr("models.trainers.network.measure", measured)
    metrics = small_trainer(tmp_path, num_epochs=9, validate_every=1, patience=2).fit()
    assert metrics["epoch"] == 4
    best = json.loads((tmp_path / "run" / "best" / "metrics.json").read_text())
    assert (best["epoch"], best["within_clip_auc"]) == (2, 0.7)
    assert (
        small_trainer(tmp_path, num_epochs=9, validate_every=1, patience=2).fit(resume=True)
        == metrics
    )


def test_a_loss_is_best_where_it_is_smallest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = iter([0.5, 0.3, 0.4])
    monkeypatch.setattr("models.trainers.network.measure", lambda *_: {"log_loss": next(figures)})
    small_trainer(tmp_path, num_epochs=3, validate_every=1, best_metric="log_loss").fit()
    best = json.loads((tmp_path / "run" / "best" / "metrics.json").read_text())
    assert (best["epoch"], best["log_loss"]) == (2, 0.3)


def test_a_step_without_a_finite_loss_moves_no_weight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = small_trainer(tmp_path)
    spoil_losses(trainer, monkeypatch, range(1, 2))
    steps = trainer.optimize()
    next(steps)
    before = weights(trainer.network)
    assert next(steps).skipped
    assert all(torch.equal(before[k], v) for k, v in trainer.network.state_dict().items())
    assert not next(steps).skipped


def test_too_many_bad_steps_end_the_run_and_keep_the_last_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"num_epochs": 9, "max_skipped_steps": 3, "resume_every_steps": 1}
    trainer = small_trainer(tmp_path, **settings)
    spoil_losses(trainer, monkeypatch, range(5, 99))
    with pytest.raises(TrainingError, match=r"not finite in 3 steps in a row, up to step 8.*kept"):
        trainer.fit()
    again = small_trainer(tmp_path, **settings)
    assert again.fit(resume=True)["step"] == 18
    assert all(torch.isfinite(v).all() for v in again.network.state_dict().values())


def test_gradient_checkpointing_needs_an_encoder_that_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = small_trainer(tmp_path, gradient_checkpointing=True)
    assert trainer.network.visual_backbone.body.grad_checkpointing
    body = type(trainer.network.visual_backbone.body)
    monkeypatch.delattr(body, "set_grad_checkpointing")
    with pytest.raises(ConfigError, match="test_resnet has no gradient checkpointing"):
        small_trainer(tmp_path, gradient_checkpointing=True)


def test_no_clips_is_an_annotation_error(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    network = new_network(settings)
    data = encoded_data(network, EncodedCorpus([], [], []), settings)
    with pytest.raises(AnnotationError):
        NetworkTrainer(network, data, settings)
