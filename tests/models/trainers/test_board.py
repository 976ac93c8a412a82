"""TensorBoard: what is in it, what a resumed run hides, and that training outlives it."""

import logging
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from models.trainers.board import Board, open_board
from models.trainers.curves import draw_roc, draw_tracks
from models.trainers.steps import StepOutcome
from tests.models.trainers.training_factory import encoded_clip, small_settings, small_trainer
from utils.clip import ScoreTrack
from utils.errors import ConfigError
from utils.metrics.scored_clip import ScoredClip

OUTCOME = StepOutcome(1.5, {"frame": 1.0, "ranking": 0.5, "clip": 0.0}, 0.3, 80, 2, False, False)


def read_board(folder: Path) -> EventAccumulator:
    board = EventAccumulator(str(folder))
    board.Reload()
    return board


def scored(folder: Path, name: str, *events_s: float) -> ScoredClip:
    clip = encoded_clip(folder, name, *events_s).clip
    times_s = np.arange(24) / 3
    scores = np.clip(np.sin(times_s / 3), 0, 1)
    return ScoredClip(clip, ScoreTrack(times_s, scores, np.arange(24), "drawn"))


def test_a_run_writes_losses_speed_figures_curves_pictures_and_settings(tmp_path: Path) -> None:
    small_trainer(tmp_path, validate_every=1).fit()
    board = read_board(tmp_path / "logs")
    tags = board.Tags()
    expected = {
        "train/loss", "train/loss_frame", "train/loss_ranking", "train/learning_rate",
        "train/gradient_norm", "speed/frames_per_s", "speed/clips_per_s",
        "val/within_clip_auc", "val/log_loss", "final/within_clip_auc",
    }  # fmt: skip
    assert expected <= set(tags["scalars"])
    assert [e.step for e in board.Scalars("train/loss")] == [1, 2, 3, 4]
    assert [e.step for e in board.Scalars("val/log_loss")] == [2, 4]
    assert {"val/clips", "val/roc"} <= set(tags["images"])
    assert "val/precision_recall" in tags["tensors"]
    assert "_hparams_/session_start_info" in board.summary_metadata


def test_a_resumed_run_hides_what_was_written_after_its_state(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    for start, loss in ((0, 1.0), (2, 9.0)):
        with open_board(settings, start) as board:
            for step in range(start + 1, 5):
                board.step(step, StepOutcome(loss, {}, 0.0, 1, 1, False, False), 0.1)
    losses = {e.step: e.value for e in read_board(tmp_path / "logs").Scalars("train/loss")}
    assert losses == {1: 1.0, 2: 1.0, 3: 9.0, 4: 9.0}


def test_a_board_that_fails_is_given_up_with_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    board = Board(SimpleNamespace(add_scalar=fail, close=fail))
    with caplog.at_level(logging.WARNING):
        board.step(1, OUTCOME, 0.1)
        board.step(2, OUTCOME, 0.1)
        board.close()
    assert [r.message for r in caplog.records] == [
        "TensorBoard is given up, training goes on: no space left on device"
    ]


def test_pictures_show_clips_and_the_roc_curve(tmp_path: Path) -> None:
    clips = [scored(tmp_path, f"crash-{i}", 4.0) for i in range(3)] + [scored(tmp_path, "drive")]
    picture = draw_tracks(clips * 8)
    assert picture.dtype == np.uint8
    assert picture.shape[2] == 3
    red = (picture[..., 0] > 150) & (picture[..., 1] < 90) & (picture[..., 2] < 80)
    assert red.any()
    labels = np.array([0, 0, 1, 1])
    assert draw_roc(labels, np.array([0.1, 0.4, 0.3, 0.9])).shape == (320, 320, 3)


def test_weights_and_biases_are_refused_where_they_are_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    monkeypatch.setattr("models.trainers.board.importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="pip install wandb"):
        small_trainer(tmp_path, wandb=True).fit()


def test_weights_and_biases_follow_the_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def init(**given: object) -> SimpleNamespace:
        calls.append(given)
        return SimpleNamespace(finish=lambda: calls.append("finished"))

    monkeypatch.setattr("models.trainers.board.importlib.util.find_spec", lambda name: object())
    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace(init=init))
    small_trainer(tmp_path, wandb=True).fit()
    assert calls[0]["sync_tensorboard"]
    assert calls[0]["config"]["training"]["num_epochs"] == 2
    assert calls[-1] == "finished"
