"""Which samples a step sees: the step alone decides, not workers, processes or a cut."""

from collections import Counter

import numpy as np
import pytest
import torch

from models.trainers.drawing import Places, draw_rows, load_steps
from models.trainers.samples import Sample, TrainingSet, stack
from models.trainers.schedule import Schedule
from utils.training_settings import TrainingSettings


class Numbers:
    """Samples that hold their clip's row and one random number."""

    clips = [None] * 5
    weights = [1.0, 1.0, 1.0, 1.0, 2.0]

    def sample(self, row: int, generator: np.random.Generator) -> Sample:
        drawn = torch.tensor([[row, generator.random()]])
        return Sample(drawn, torch.zeros(1), torch.zeros(1, dtype=torch.long))


def schedule(processes: int = 1, **training: int) -> Schedule:
    return Schedule(TrainingSettings(**{"num_epochs": 3, **training}), 5, processes)


def seen(step: int = 0, process: int = 0, processes: int = 1, **training: int) -> list[np.ndarray]:
    samples: TrainingSet = Numbers()
    places = Places(samples.weights, schedule(processes, **training), process)
    steps = load_steps(samples, places, step, stack)
    return [np.concatenate([b.inputs[:, 0].numpy() for b in batches]) for batches in steps]


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("step", [0, 1, 4, 5])
def test_steps_after_a_cut_see_what_they_would_have_seen(step: int, workers: int) -> None:
    whole = seen(batch_size=2)
    assert len(whole) == 9
    for left, right in zip(seen(step, workers=workers, batch_size=2), whole[step:], strict=True):
        np.testing.assert_array_equal(left, right)


def test_accumulated_batches_and_processes_share_the_samples_of_a_larger_batch() -> None:
    whole = seen(batch_size=4)
    split = seen(batch_size=2, gradient_accumulation_steps=2)
    first, second = (seen(batch_size=2, process=p, processes=2) for p in (0, 1))
    for step, expected in enumerate(whole):
        np.testing.assert_array_equal(split[step], expected)
        np.testing.assert_array_equal(np.concatenate([first[step], second[step]]), expected)


def test_other_seeds_and_epochs_see_other_samples() -> None:
    one, other = seen(batch_size=6), seen(batch_size=6, seed=1)
    assert not np.array_equal(one[0], one[1])
    assert not np.array_equal(one[0], other[0])


def test_every_clip_comes_once_where_all_weigh_the_same() -> None:
    rows = draw_rows(np.full(7, 1 / 7), 7, np.random.default_rng(0))
    assert sorted(rows) == list(range(7))


def test_clips_come_as_often_as_they_weigh() -> None:
    counts = Counter(draw_rows(np.array([0.5, 0.3, 0.2]), 1000, np.random.default_rng(0)).tolist())
    assert [counts[row] for row in range(3)] == pytest.approx([500, 300, 200], abs=1)


def test_no_torch_random_number_is_drawn() -> None:
    before = torch.get_rng_state()
    seen(batch_size=2, workers=1)
    assert torch.equal(torch.get_rng_state(), before)
