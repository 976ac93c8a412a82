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


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_writes_the_state_and_sets_the_exit_code(
    number: int,
    code: int,
    runs: KilledRuns,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    step = Optimization.step

    def signalled(self, batches, schedule, done, *, stop=False):
        if done == 3:
            os.kill(os.getpid(), number)
        return step(self, batches, schedule, done, stop=stop)

    run = runs.folder / "run"
    with monkeypatch.context() as patch:
        patch.setattr(Optimization, "step", signalled)
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
