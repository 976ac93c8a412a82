"""Weights that take from the ends of crops what they say about crashes."""

import numpy as np
import torch

from models.frame_inputs import FrameInputs
from models.trainers.position_balance import balanced
from models.trainers.samples import Sample

FRAMES = 30


def _sample(labels: np.ndarray) -> Sample:
    count = len(labels)
    inputs = FrameInputs(torch.zeros(count, 1), torch.zeros(count, 1))
    return Sample(inputs, torch.arange(count) / 3, torch.from_numpy(labels))


def _crops_with_crashes_at_the_end() -> list[list[Sample]]:
    generator = np.random.default_rng(0)
    chance = np.where(np.arange(FRAMES) >= FRAMES - 6, 0.7, 0.3)
    return [[_sample((generator.random(FRAMES) < chance).astype(np.int64))] for _ in range(400)]


def _crash_share(crops: list[list[Sample]], frame: int) -> float:
    rows = [(s.labels[frame], s.frame_weights[frame]) for (s,) in crops]
    return float(sum(w for label, w in rows if label > 0) / sum(w for _, w in rows))


def test_a_crash_becomes_as_likely_at_the_end_as_before_it() -> None:
    crops = balanced(_crops_with_crashes_at_the_end(), [1.0] * 400)
    shares = [_crash_share(crops, frame) for frame in (12, 20, FRAMES - 4, FRAMES - 1)]
    assert max(shares) - min(shares) < 0.1


def test_weights_that_were_there_are_kept() -> None:
    labels = np.array([0, 0, 1, 1])
    plain = _sample(labels)
    halved = Sample(plain.inputs, plain.times_s, plain.labels, -1, torch.full((4,), 0.5))
    alone = balanced([[plain]], [1.0])[0][0].frame_weights
    both = balanced([[halved]], [1.0])[0][0].frame_weights
    assert alone is not None
    assert both is not None
    torch.testing.assert_close(both, alone * 0.5)


def test_unlabelled_crops_stay_finite() -> None:
    sample = balanced([[_sample(np.full(5, -1))]], [1.0])[0][0]
    assert sample.frame_weights is not None
    assert bool(torch.isfinite(sample.frame_weights).all())
