"""Learning rate, epochs and what is due, by step."""

import pytest

from models.trainers.schedule import Schedule
from utils.training_settings import TrainingSettings


def schedule(clips: int = 10, **training: float) -> Schedule:
    return Schedule(TrainingSettings(**{"batch_size": 2, "num_epochs": 4, **training}), clips)


def test_an_epoch_shows_at_least_as_many_samples_as_there_are_clips() -> None:
    assert schedule().steps_per_epoch == 5
    assert schedule(clips=11).steps_per_epoch == 6
    assert schedule(gradient_accumulation_steps=3).steps_per_epoch == 2
    assert Schedule(TrainingSettings(batch_size=2), 10, processes=2).steps_per_epoch == 3


def test_the_rate_rises_linearly_and_falls_as_a_cosine_to_nothing() -> None:
    rates = schedule(learning_rate=0.1, warmup_steps=4)
    assert rates.total_steps == 20
    assert rates.learning_rate(0) == pytest.approx(0.1 / 4)
    assert rates.learning_rate(10) == pytest.approx(0.05)
    assert rates.learning_rate(20) == pytest.approx(0.0)
    values = [rates.learning_rate(step) for step in range(4, 21)]
    assert values == sorted(values, reverse=True)


def test_what_is_due_after_each_step() -> None:
    due = schedule(validate_every=2, save_every=3, resume_every_steps=7)
    steps = range(1, 21)
    assert [s for s in steps if due.validates(s)] == [10, 20]
    assert [s for s in steps if due.writes_checkpoint(s)] == [15]
    assert [s for s in steps if due.writes_state(s)] == [7, 10, 14, 20]


def test_the_last_step_validates_whatever_the_interval() -> None:
    assert schedule(validate_every=99).validates(20)


def test_every_step_and_process_has_a_seed_of_its_own() -> None:
    seeds = {schedule().torch_seed(step, process) for step in range(50) for process in range(2)}
    assert len(seeds) == 100
    assert schedule(seed=1).torch_seed(0, 0) != schedule().torch_seed(0, 0)
