"""Losses by hand, and the sum over batches that equals one larger batch."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models.trainers.losses import LossParts, class_losses, loss_counts, training_loss
from models.trainers.samples import Batch, Sample, stack
from models.trigger_detector import MemberLogits
from utils.settings import TrainingSettings

PLAIN = TrainingSettings(positive_weight=1.0, ranking_weight=0.0)


def _batch(*rows: list[int], clips: tuple[int, ...] | None = None) -> Batch:
    labels = clips or (-1,) * len(rows)
    pairs = zip(rows, labels, strict=True)
    return stack([Sample(torch.zeros(len(r), 2), _times(r), torch.tensor(r), c) for r, c in pairs])


def _times(row: list[int]) -> torch.Tensor:
    return torch.arange(len(row)) / 3


def _logits(*rows: list[float]) -> MemberLogits:
    joint = torch.tensor(rows)[..., None]
    return MemberLogits(joint, joint)


def _bce(logit: float, label: int) -> float:
    target = 0.98 if label else 0.02
    return target * np.log1p(np.exp(-logit)) + (1 - target) * np.log1p(np.exp(logit))


def test_the_frame_loss_is_the_mean_of_the_used_frames() -> None:
    parts = training_loss(_logits([2.0, 0.5, 9.0]), _batch([1, 0, -1]), PLAIN)
    assert float(parts.total) == pytest.approx((_bce(2.0, 1) + _bce(0.5, 0)) / 2)


def test_a_weight_of_zero_silences_a_frame() -> None:
    batch = replace(_batch([1, 0]), frame_weights=torch.tensor([[0.25, 0.0]]))
    parts = training_loss(_logits([2.0, 0.5]), batch, PLAIN)
    assert float(parts.frame) == pytest.approx(0.25 * _bce(2.0, 1) / 2)


def test_the_ranking_loss_by_hand() -> None:
    settings = PLAIN.model_copy(update={"ranking_weight": 3.0})
    parts = training_loss(_logits([2.0, 0.0, 5.0]), _batch([1, 0, -1]), settings)
    assert float(parts.ranking) == pytest.approx(3 * np.log1p(np.exp(-2.0)))


def test_the_focal_loss_by_hand() -> None:
    settings = PLAIN.model_copy(update={"frame_loss": "focal", "focal_gamma": 2.0})
    lost = class_losses(torch.tensor([[2.0], [-1.0]]), torch.tensor([1, 0]), settings)
    p_first, p_second = 1 / (1 + np.exp(-2.0)), 1 / (1 + np.exp(-1.0))
    expected = [_bce(2.0, 1) * (1 - p_first) ** 2, _bce(-1.0, 0) * (1 - p_second) ** 2]
    np.testing.assert_allclose(lost.numpy(), expected, rtol=1e-5)


def test_the_focal_loss_of_several_classes_by_hand() -> None:
    settings = PLAIN.model_copy(update={"frame_loss": "focal", "positive_weight": 1.5})
    lost = class_losses(torch.tensor([[0.0, 1.0, 2.0]]), torch.tensor([2]), settings)
    p = np.exp(2) / (1 + np.exp(1) + np.exp(2))
    assert float(lost[0]) == pytest.approx(-1.5 * np.log(p) * (1 - p) ** 2, rel=1e-5)


def test_the_per_frame_head_learns_by_itself_too() -> None:
    settings = PLAIN.model_copy(update={"frame_head_weight": 0.5})
    logits = MemberLogits(torch.tensor([[[2.0]]]), torch.tensor([[[-1.0]]]))
    parts = training_loss(logits, _batch([1]), settings)
    assert float(parts.frame_head) == pytest.approx(0.5 * _bce(-1.0, 1))


def test_a_clips_logit_is_compared_with_the_clips_label() -> None:
    logits = MemberLogits(torch.tensor([[2.0], [0.5], [9.0]]), None)
    parts = training_loss(logits, _batch([0], [0], [0], clips=(1, 0, -1)), PLAIN)
    assert float(parts.total) == pytest.approx((_bce(2.0, 1) + _bce(0.5, 0)) / 2)


def test_no_used_frame_is_no_loss_and_no_nan() -> None:
    logits = torch.zeros(1, 3, 1, requires_grad=True)
    training_loss(MemberLogits(logits, logits), _batch([-1, -1, -1]), PLAIN).total.backward()
    assert logits.grad is not None
    assert float(logits.grad.abs().sum()) == 0


@pytest.mark.parametrize("frame_loss", ["bce", "focal"])
def test_two_batches_with_common_counts_equal_one(frame_loss: str) -> None:
    settings = TrainingSettings(frame_loss=frame_loss, frame_head_weight=0.3)
    rows = [[1, 0, 0, -1], [0, 0, 0, 0], [-1, 1, 1, 0]]
    values = [[0.3, -1.0, 2.0, 0.1], [1.0, 0.2, 0.0, -3.0], [0.5, 0.5, -2.0, 1.5]]
    whole = training_loss(_logits(*values), _batch(*rows), settings).total
    first, second = _batch(rows[0]), _batch(*rows[1:])
    counts = loss_counts(first) + loss_counts(second)
    parts = [
        training_loss(_logits(values[0]), first, settings, counts),
        training_loss(_logits(*values[1:]), second, settings, counts),
    ]
    assert float(LossParts.sum(parts).total) == pytest.approx(float(whole), rel=1e-6)
