"""One step: accumulated batches equal one larger batch, on one process and on two."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from models.trainers.network import NetworkTrainer
from models.video_trigger_model import VideoTriggerModel
from tests.models.trainers.training_factory import small_trainer
from tests.waiting import HANG_S
from utils.errors import TrainingError

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = "tests.models.trainers.two_processes"


def without_dropout(trainer: NetworkTrainer) -> NetworkTrainer:
    for module in trainer.network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return trainer


def gradients(trainer: NetworkTrainer) -> dict[str, torch.Tensor]:
    """The gradients of the first step, before it is taken."""
    next(without_dropout(trainer).optimize())
    named = trainer.network.named_parameters()
    return {name: p.grad.clone() for name, p in named if p.grad is not None}


@pytest.mark.parametrize("split", [(1, 4), (2, 2)])
def test_accumulated_gradients_equal_those_of_the_larger_batch(
    split: tuple[int, int], tmp_path: Path
) -> None:
    size, count = split
    whole = gradients(small_trainer(tmp_path, batch_size=4, max_gradient_norm=1e9))
    parts = gradients(
        small_trainer(
            tmp_path, batch_size=size, gradient_accumulation_steps=count, max_gradient_norm=1e9
        )
    )
    assert whole.keys() == parts.keys()
    for name, gradient in whole.items():
        torch.testing.assert_close(parts[name], gradient, rtol=1e-4, atol=1e-6)


def test_a_step_tells_loss_parts_norm_and_amounts(tmp_path: Path) -> None:
    outcome = next(small_trainer(tmp_path, batch_size=2).optimize())
    assert outcome.loss == pytest.approx(sum(outcome.parts.values()))
    assert outcome.parts["frame"] > 0
    assert outcome.gradient_norm > 0
    assert outcome.clips == 2
    assert outcome.frames > 2
    assert not outcome.skipped


def test_the_gradient_is_clipped_to_the_settings_norm(tmp_path: Path) -> None:
    found = gradients(small_trainer(tmp_path, max_gradient_norm=0.01))
    norm = torch.stack([g.norm() for g in found.values()]).norm()
    assert float(norm) == pytest.approx(0.01, rel=1e-3)


def test_memory_that_is_too_small_is_told_with_a_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = small_trainer(tmp_path)

    def full(batches):
        raise torch.cuda.OutOfMemoryError("full")

    monkeypatch.setattr(trainer.optimization, "_backward", full)
    with pytest.raises(TrainingError, match=r"batch_size 2: halve it and double .*accumulation"):
        trainer.fit()


def test_two_processes_train_what_one_with_the_larger_batch_trains(tmp_path: Path) -> None:
    """Two processes on the CPU, as torchrun starts them; equal but for the order of sums."""
    one = without_dropout(small_trainer(tmp_path, batch_size=4))
    metrics = one.fit()
    start_both(tmp_path / "two")
    final = tmp_path / "two" / "run" / "final"
    found = json.loads((final / "metrics.json").read_text())
    assert found["step"] == metrics["step"]
    assert found["loss"] == pytest.approx(metrics["loss"], rel=1e-3)
    two = VideoTriggerModel.from_checkpoint(final).state_dict()
    for name, value in one.network.state_dict().items():
        torch.testing.assert_close(two[name], value, rtol=1e-3, atol=1e-5)


def start_both(folder: Path) -> None:
    """Run PROGRAM in two processes of one group."""
    with socket.socket() as kept:  # bound until the end: no other program is given the port
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        start_group(folder, kept.getsockname()[1])


def start_group(folder: Path, port: int) -> None:
    """Run PROGRAM in two processes that meet at a port."""
    group = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    command = [sys.executable, "-m", PROGRAM, str(folder)]
    both = []
    for rank in ("0", "1"):
        own = {**os.environ, **group, "RANK": rank, "LOCAL_RANK": rank, "OMP_NUM_THREADS": "1"}
        both.append(subprocess.Popen(command, cwd=ROOT, env=own, stderr=subprocess.PIPE, text=True))
    for process in both:
        _, errors = process.communicate(timeout=HANG_S)
        assert process.returncode == 0, errors[-2000:]
