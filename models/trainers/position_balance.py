"""Weights that make a crash as likely anywhere in a crop: near its ends as in its middle.

Crash clips begin shortly before the crash and end shortly after it, so that in crops of them the
ends say much about a crash, as they do in no video that somebody drove. Without these weights a
network learns it from what is missing beyond an end. Knows nothing of networks or files.
Dims: T frames.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from models.trainers.samples import Sample
from utils.clip import Floats, Ints

BIN_S, BINS = 0.5, 10  # distances to either end; the last bin holds all that are larger
PRIOR_FRAMES = 30.0  # how many average frames a bin is worth before any was counted
LIMITS = 0.2, 5.0

Crops = Sequence[Sequence[Sample]]


def balanced(crops: Crops, draw_weights: Sequence[float]) -> list[list[Sample]]:
    """The crops of each clip with new frame weights; draw_weights: how often a clip is drawn."""
    counts = np.zeros((2, BINS * BINS))
    for samples, draw_weight in zip(crops, draw_weights, strict=True):
        for sample in samples:
            _count(counts, sample, draw_weight)
    factors = _factors(counts)
    return [[_weighted(sample, factors) for sample in samples] for samples in crops]


def _count(counts: Floats, sample: Sample, draw_weight: float) -> None:
    bins, labels = _bins(sample.times_s), sample.labels.numpy()
    np.add.at(counts[0], bins[labels == 0], draw_weight)
    np.add.at(counts[1], bins[labels > 0], draw_weight)


def _factors(counts: Floats) -> Floats:
    """(2,bins) counts of quiet and crash frames to the factors of their weights."""
    if not counts.sum(1).all():
        return np.ones_like(counts)
    share = counts.sum(1, keepdims=True) / counts.sum()
    smoothed = counts + PRIOR_FRAMES * share
    here = smoothed / smoothed.sum(0)
    factors: Floats = np.clip(share / here, *LIMITS)
    return factors


def _bins(times_s: Tensor) -> Ints:
    """The bin (T,) of each frame by its distances to both ends."""
    times = times_s.numpy()
    after = ((times - times[0]) / BIN_S).astype(np.int64).clip(0, BINS - 1)
    before = ((times[-1] - times) / BIN_S).astype(np.int64).clip(0, BINS - 1)
    bins: Ints = after + BINS * before
    return bins


def _weighted(sample: Sample, factors: Floats) -> Sample:
    rows = (sample.labels > 0).numpy().astype(np.int64)
    weights = torch.from_numpy(factors[rows, _bins(sample.times_s)].astype(np.float32))
    before = sample.frame_weights
    return replace(sample, frame_weights=weights if before is None else before * weights)
