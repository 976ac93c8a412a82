"""train.py in processes of its own: killed, stopped by signals, started twice in one folder."""

import os
import random
import signal
from pathlib import Path

import pytest

import train
from models.trainers.optimization import Optimization
from tests.models.trainers.killed_runs import KilledRuns, unreadable_checkpoints
from utils.folder_lock import lock_folder


@pytest.fixture
def runs(tmp_path: Path) -> KilledRuns:
    made = KilledRuns(tmp_path, epochs=8)
    made.prepare()
    return made


def arguments(runs: KilledRuns, run: Path, *more: str) -> list[str]:
    config = str(runs.folder / "config.yaml")
    return ["--config", config, "--set", f"training.output_dir={run}", *more]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_runs_resume_to_the_weights_of_an_uninterrupted_one(runs: KilledRuns) -> None:
    expected = runs.finish(runs.folder / "whole")
    run, generator = runs.folder / "killed", random.Random(0)
    for _ in range(3):
        runs.kill_once(run, generator, longest_s=0.5)
        assert unreadable_checkpoints(run) == []
    assert runs.finish(run) == expected
    assert unreadable_checkpoints(run) == []


def stop_at(patch: pytest.MonkeyPatch, step: int, number: int = signal.SIGTERM) -> None:
    """Send this process a signal while a trainer computes this step."""
    original = Optimization.step

    def signalled(self, batches, schedule, done, *, stop=False):
        if done == step:
            os.kill(os.getpid(), number)
        return original(self, batches, schedule, done, stop=stop)

    patch.setattr(Optimization, "step", signalled)


@pytest.mark.parametrize("workers", [0, 2])
def test_changed_pictures_and_a_learning_encoder_resume_bit_equal(
    workers: int, runs: KilledRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The longest path: pictures changed at random, encoder free, accumulation, mid-epoch."""
    own = ["training.freeze=[]", "training.augment_pictures=full", "training.num_epochs=2"]
    own += ["training.batch_size=1", "training.gradient_accumulation_steps=2", "training.seed=3"]
    own += ["training.batch_statistics=true", f"training.workers={workers}"]
    more = [part for setting in own for part in ("--set", setting)]
    whole, cut = runs.folder / "whole", runs.folder / "cut"
    assert train.main(arguments(runs, whole, *more)) == 0
    with monkeypatch.context() as patch:
        stop_at(patch, 1)
        assert train.main(arguments(runs, cut, *more)) == 143
    assert train.main(arguments(runs, cut, *more, "--resume", str(cut))) == 0
    for name in ("final", "best"):
        weights = [(run / name / "model.safetensors").read_bytes() for run in (whole, cut)]
        assert weights[0] == weights[1], name


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_writes_the_state_and_sets_the_exit_code(
    number: int,
    code: int,
    runs: KilledRuns,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = runs.folder / "run"
    with monkeypatch.context() as patch:
        stop_at(patch, 3, number)
        assert train.main(arguments(runs, run)) == code
    assert f"go on with --resume {run}" in capsys.readouterr().err
    assert train.main(arguments(runs, run, "--resume", str(run), "--set", "device=cpu")) == 0
    assert (run / "final" / "model.safetensors").is_file()


def test_a_second_trainer_in_the_folder_is_refused(
    runs: KilledRuns, capsys: pytest.CaptureFixture[str]
) -> None:
    run = runs.folder / "run"
    with lock_folder(run, "another training"):
        assert train.main(arguments(runs, run)) == 2
    assert "another training is at work" in capsys.readouterr().err


def test_resuming_where_no_run_was_is_refused(
    runs: KilledRuns, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main(arguments(runs, runs.folder, "--resume", str(runs.folder / "none"))) == 2
    assert "no run was begun" in capsys.readouterr().err


def test_an_output_folder_that_cannot_be_made_is_refused(
    runs: KilledRuns, capsys: pytest.CaptureFixture[str]
) -> None:
    (runs.folder / "file").touch()
    assert train.main(arguments(runs, runs.folder / "file" / "run")) == 2
    assert "cannot write" in capsys.readouterr().err


def test_training_goes_on_without_a_board(
    runs: KilledRuns, caplog: pytest.LogCaptureFixture
) -> None:
    (runs.folder / "file").touch()
    place = f"training.log_dir={runs.folder / 'file' / 'logs'}"
    assert train.main(arguments(runs, runs.folder / "run", "--set", place)) == 0
    warnings = [r.message for r in caplog.records if "TensorBoard" in r.message]
    assert len(warnings) == 1
