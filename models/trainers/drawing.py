"""Which samples each step sees, in which order, and the loader that makes them.

A sample depends on (seed, epoch, place in the epoch) alone. Worker processes only make samples
earlier, so their number changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from models.trainers.samples import Drawable
from models.trainers.schedule import Schedule
from utils.clip import Ints

SampleKind = TypeVar("SampleKind")
BatchKind = TypeVar("BatchKind")
ORDER, PIECE = 0, 1  # apart, so that no sample repeats the draws of an order


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an epoch and the row of the clip that was drawn for it."""

    epoch: int
    position: int
    row: int


class DrawnSamples(Dataset[SampleKind]):
    """The samples of a training set by place."""

    def __init__(self, samples: Drawable[SampleKind], seed: int) -> None:
        self.samples = samples
        self.seed = seed

    def __getitem__(self, place: Place) -> SampleKind:
        """The sample of a place: a pure function of seed, epoch and position."""
        words = [self.seed, PIECE, place.epoch, place.position]
        return self.samples.sample(place.row, np.random.default_rng(words))


class Places:
    """The places of each batch of one process, from a step to the end of the run."""

    def __init__(self, weights: Sequence[float], schedule: Schedule, process: int = 0) -> None:
        self.schedule = schedule
        self.process = process
        self.share = np.asarray(weights, dtype=float) / float(np.sum(weights))

    def batches(self, step: int) -> Iterator[list[Place]]:
        """The batches from the step after `step` on, gradient_accumulation_steps to each step."""
        training = self.schedule.training
        size, count = training.batch_size, training.gradient_accumulation_steps
        rows = np.empty(0, np.int64)
        for done in range(step, self.schedule.total_steps):
            epoch, inside = divmod(done, self.schedule.steps_per_epoch)
            if inside == 0 or done == step:
                rows = self._rows(epoch)
            first = inside * self.schedule.samples_per_step + self.process * size * count
            for start in range(first, first + size * count, size):
                yield [Place(epoch, p, int(rows[p])) for p in range(start, start + size)]

    def _rows(self, epoch: int) -> Ints:
        count = self.schedule.steps_per_epoch * self.schedule.samples_per_step
        generator = np.random.default_rng([self.schedule.training.seed, ORDER, epoch])
        return draw_rows(self.share, count, generator)


def draw_rows(share: np.ndarray, count: int, generator: np.random.Generator) -> Ints:
    """So many rows, shuffled; row r comes share[r] * count times, rounded up or down by chance.

    Systematic resampling: with equal shares and count = len(share) every row comes once.
    """
    edges = np.cumsum(share) / share.sum()
    points = (np.arange(count) + generator.random()) / count
    rows = np.searchsorted(edges, points, side="right").clip(max=len(share) - 1)
    return generator.permutation(rows)


def load_steps(
    samples: Drawable[SampleKind],
    places: Places,
    step: int,
    stack: Callable[[Sequence[SampleKind]], BatchKind],
) -> Iterator[list[BatchKind]]:
    """The batches of each step after `step`, to the end of the run; stack makes one of samples."""
    training = places.schedule.training
    loader = DataLoader(
        DrawnSamples(samples, training.seed),
        batch_sampler=places.batches(step),
        collate_fn=stack,
        num_workers=training.workers,
        generator=torch.Generator().manual_seed(0),  # leave torch's own generator alone
    )
    batches = iter(loader)
    for _ in range(step, places.schedule.total_steps):
        yield [next(batches) for _ in range(training.gradient_accumulation_steps)]
