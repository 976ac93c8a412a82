"""Going on after an interruption: bit-equal to never having stopped, and only with the same run."""

import errno
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from models.trainers.identity import identify
from models.trainers.interruption import TrainingStopped
from models.trainers.network import NetworkTrainer
from models.trainers.resume import ResumeFacts, TrainingState, find_run
from tests.models.trainers.training_factory import small_trainer
from utils.errors import CheckpointError, OutputError

MANNERS = {
    "plain": {},
    "workers": {"workers": 2},
    "accumulation": {"batch_size": 1, "gradient_accumulation_steps": 3, "num_epochs": 3},
    "both": {"workers": 2, "batch_size": 1, "gradient_accumulation_steps": 3, "num_epochs": 3},
}
TWO_EPOCHS_OF_3 = {"batch_size": 1, "gradient_accumulation_steps": 1, "num_epochs": 2}


@pytest.fixture(autouse=True)
def _no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing curves takes longer than these runs."""
    dot = np.zeros((1, 1, 3), np.uint8)
    monkeypatch.setattr("models.trainers.board.draw_tracks", lambda *_: dot)
    monkeypatch.setattr("models.trainers.board.draw_roc", lambda *_: dot)


def stop_after(trainer: NetworkTrainer, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send this process a SIGTERM while the trainer computes this step."""
    step = trainer.optimization.step

    def counted(batches, schedule, done, *, stop=False):
        if done == steps - 2:  # a signal is seen at the next step
            os.kill(os.getpid(), signal.SIGTERM)
        return step(batches, schedule, done, stop=stop)

    monkeypatch.setattr(trainer.optimization, "step", counted)


def run_whole(folder: Path, monkeypatch: pytest.MonkeyPatch, **training: object) -> NetworkTrainer:
    """An uninterrupted run; its state after step N is copied to folder/cut-N."""
    trainer = small_trainer(folder, resume_every_steps=1, **training)
    save = TrainingState.save

    def copied(state: TrainingState, facts: ResumeFacts) -> None:
        save(state, facts)
        shutil.copytree(state.folder, folder / f"cut-{facts.step}")

    with monkeypatch.context() as patch:
        patch.setattr(TrainingState, "save", copied)
        trainer.fit()
    return trainer


@pytest.mark.parametrize("manner", MANNERS)
def test_a_run_resumed_at_any_step_ends_bit_equal(
    manner: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = {"validate_every": 2, **MANNERS[manner]}
    whole = run_whole(tmp_path, monkeypatch, **training)
    expected = everything_written(tmp_path / "run")
    assert whole.schedule.total_steps >= 4
    for step in range(1, whole.schedule.total_steps + 1):
        cut = tmp_path / f"cut-{step}"
        trainer = small_trainer(tmp_path, resume_every_steps=1, output_dir=str(cut), **training)
        trainer.fit(resume=True)
        assert everything_written(cut) == expected, f"cut after step {step}"


def test_another_seed_trains_other_weights(tmp_path: Path) -> None:
    first, second = (small_trainer(tmp_path, seed=seed) for seed in (0, 1))
    first.fit()
    second.fit()
    weights = [t.network.trigger_detector[0].layers[0].weight for t in (first, second)]
    assert not torch.equal(*weights)


def everything_written(run: Path) -> dict[str, bytes]:
    """The contents of every file but the lock and the names of places."""
    return {
        str(path.relative_to(run)): path.read_bytes()
        for path in sorted(run.rglob("*"))
        if path.is_file()
    }


def test_a_signal_ends_the_run_with_its_state_and_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = small_trainer(tmp_path, num_epochs=3)
    whole.fit()
    first = small_trainer(tmp_path, num_epochs=3, output_dir=str(tmp_path / "cut"))
    stop_after(first, 3, monkeypatch)
    handler = signal.getsignal(signal.SIGTERM)
    with pytest.raises(TrainingStopped, match="after step 3 of 6; go on with --resume") as stopped:
        first.fit()
    assert stopped.value.exit_code == 143
    assert signal.getsignal(signal.SIGTERM) is handler
    second = small_trainer(tmp_path, num_epochs=3, output_dir=str(tmp_path / "cut"))
    second.fit(resume=True)
    for key, value in whole.network.state_dict().items():
        assert torch.equal(value, second.network.state_dict()[key]), key


def test_training_leaves_the_random_state_of_the_program_alone(tmp_path: Path) -> None:
    before = torch.get_rng_state()
    small_trainer(tmp_path).fit()
    assert torch.equal(torch.get_rng_state(), before)


def test_another_run_is_refused_with_every_difference(tmp_path: Path) -> None:
    small_trainer(tmp_path).fit()
    other = {"batch_size": 4, "seed": 3, "num_epochs": 9, "learning_rate": 0.5}
    trainer = small_trainer(tmp_path, **other)
    trainer.data.train.clips.pop()
    (tmp_path / "crash.mp4").write_text("other footage")
    with pytest.raises(CheckpointError) as refused:
        trainer.fit(resume=True)
    message = str(refused.value)
    for part in (
        "training.batch_size was 2 and is 4",
        "training.seed was 0 and is 3",
        "training.num_epochs was 2 and is 9",
        "training.learning_rate was 0.0001 and is 0.5",
        f"clip {tmp_path / 'a-drive.mp4'} is gone",
        f"clip {tmp_path / 'crash.mp4'} or its labels changed",
        "--allow-mismatch",
    ):
        assert part in message


def test_the_steps_after_a_mismatch_that_was_allowed_use_the_new_settings(tmp_path: Path) -> None:
    small_trainer(tmp_path).fit()
    trainer = small_trainer(tmp_path, num_epochs=3)
    metrics = trainer.fit(resume=True, allow_mismatch=True)
    assert (metrics["epoch"], metrics["step"]) == (3, 6)


def test_harmless_settings_may_change(tmp_path: Path) -> None:
    small_trainer(tmp_path).fit()
    changed = {"workers": 1, "save_every": 1, "resume_every_steps": 1}
    assert small_trainer(tmp_path, **changed).fit(resume=True)["step"] == 4


def test_a_damaged_state_is_refused(tmp_path: Path) -> None:
    small_trainer(tmp_path).fit()
    state = tmp_path / "run" / "resume.safetensors"
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="cannot resume from"):
        small_trainer(tmp_path).fit(resume=True)


def test_a_run_is_found_by_its_folder_or_its_state(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no run was begun"):
        find_run(tmp_path)
    (tmp_path / "resume.safetensors").touch()
    assert find_run(tmp_path) == find_run(tmp_path / "resume.safetensors") == tmp_path


def test_a_run_that_wrote_no_state_begins_again(tmp_path: Path) -> None:
    whole = small_trainer(tmp_path).fit()
    again = small_trainer(tmp_path, output_dir=str(tmp_path / "again")).fit(resume=True)
    assert again == whole


def test_a_state_holds_model_optimizer_epoch_loss_and_metadata(tmp_path: Path) -> None:
    trainer = small_trainer(tmp_path)
    trainer.fit()
    clips = [*trainer.data.train.clips, *trainer.data.val.clips]
    facts = trainer.state.load(identify(trainer.settings, clips, trainer.optimization))
    kinds = {key.split(".")[0] for key in load_file(trainer.state.path)}
    assert kinds == {"network", "optimizer"}
    assert (facts.epoch, facts.step) == (2, 4)
    assert facts.loss is not None
    assert facts.metadata["describer"] == "llava-1.5-7b-hf"


def test_the_loss_scale_of_float16_is_kept(tmp_path: Path) -> None:
    trainer = small_trainer(tmp_path)
    trainer.accelerator.scaler = torch.amp.GradScaler("cpu", init_scale=2.0)
    trainer.fit()
    again = small_trainer(tmp_path, num_epochs=3)
    again.accelerator.scaler = torch.amp.GradScaler("cpu", init_scale=64.0)
    identity = identify(again.settings, trainer.data.train.clips, again.optimization)
    again.state.load(identity, allow_mismatch=True)
    assert again.optimization.scaler.get_scale() == trainer.optimization.scaler.get_scale()


@pytest.mark.parametrize("name", ["resume.safetensors", "model.safetensors"])
def test_a_full_disk_ends_the_run_with_the_last_state_intact(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"num_epochs": 4, "save_every": 3, "resume_every_steps": 1, "validate_every": 9}
    write_bytes, written = Path.write_bytes, []

    def fill(path: Path, content: bytes) -> int:
        is_state = b"network." in content[:10_000]
        written.append(is_state)
        full = written.count(True) > 3 if name.startswith("resume") else not is_state
        if full:
            write_bytes(path, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_bytes(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", fill)
        with pytest.raises(OutputError, match=f"{name}: disk full.*free some space"):
            small_trainer(tmp_path, **settings).fit()
    assert not list(tmp_path.rglob(".part*"))
    assert small_trainer(tmp_path, **settings).fit(resume=True)["step"] == 8
