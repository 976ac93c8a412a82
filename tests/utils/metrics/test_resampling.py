"""Bootstrap by clips: groups stay together, cells keep their size, pairs share their draws."""

import numpy as np
import pytest

from tests.scored_clips import scored_clip
from utils.metrics.clip import ClipMeasure
from utils.metrics.resampling import draw_figures, draw_weights

CRASHES = [scored_clip("crash", [0.1 * n], 0.0, group=f"c{n}").clip for n in range(6)]
NORMALS = [scored_clip("normal", [0.1], group=f"n{n}").clip for n in range(4)]


class _Mean:
    """The mean of one value per clip."""

    names = ("mean",)

    def __init__(self, values: list[float]) -> None:
        self.each = np.array(values)
        self.used = range(len(values))

    def values(self, weights: np.ndarray) -> np.ndarray:
        total = weights.sum()
        return np.array([weights @ self.each / total if total else np.nan])


def test_each_draw_keeps_the_number_of_groups_in_each_cell() -> None:
    draws = draw_weights([*CRASHES, *NORMALS], rounds=200)
    assert draws.shape == (200, 10)
    assert set(draws[:, :6].sum(1)) == {6}
    assert set(draws[:, 6:].sum(1)) == {4}


def test_clips_of_one_source_are_drawn_together() -> None:
    clips = [scored_clip("normal", [0.1], group=g).clip for g in ("a", "a", "b", "c")]
    draws = draw_weights(clips, rounds=100)
    assert np.array_equal(draws[:, 0], draws[:, 1])
    assert len(np.unique(draws[:, 0])) > 1


def test_the_interval_of_a_mean_is_that_of_the_normal_law() -> None:
    generator = np.random.default_rng(0)
    values = generator.normal(0.5, 0.1, 400).tolist()
    clips = [scored_clip("normal", [0.1], group=str(n)).clip for n in range(400)]
    found = draw_figures(_Mean(values), draw_weights(clips)).interval()
    half = 1.96 * np.std(values) / 20
    assert found.low[0] == pytest.approx(np.mean(values) - half, abs=0.002)
    assert found.high[0] == pytest.approx(np.mean(values) + half, abs=0.002)


def test_a_paired_difference_is_narrower_than_its_parts() -> None:
    generator = np.random.default_rng(1)
    first = generator.random(40)
    clips = [scored_clip("normal", [0.1], group=str(n)).clip for n in range(40)]
    draws = draw_weights(clips)
    worse, better = _Mean(first.tolist()), _Mean((first + 0.05).tolist())
    of_worse, of_better = draw_figures(worse, draws), draw_figures(better, draws)
    found = of_better.minus(of_worse).interval()
    assert found.values[0] == pytest.approx(0.05)
    assert (found.low[0], found.high[0]) == pytest.approx((0.05, 0.05))
    alone = of_worse.interval()
    assert alone.high[0] - alone.low[0] > 0.1


def test_a_part_of_the_clips_has_its_own_figures() -> None:
    clips = [scored_clip("normal", [0.1], group=str(n)).clip for n in range(6)]
    member = np.array([1, 1, 0, 0, 0, 0])
    drawn = draw_figures(_Mean([0.2, 0.4, 9, 9, 9, 9]), draw_weights(clips, rounds=99), member)
    assert drawn.values[0] == pytest.approx(0.3)
    assert drawn.interval().low[0] == pytest.approx(0.2)
    assert drawn.interval().high[0] == pytest.approx(0.4)


def test_the_same_seed_gives_the_same_interval() -> None:
    assert np.array_equal(draw_weights(CRASHES, seed=3), draw_weights(CRASHES, seed=3))
    assert not np.array_equal(draw_weights(CRASHES, seed=3), draw_weights(CRASHES, seed=4))


def test_a_figure_that_most_draws_cannot_give_has_no_interval() -> None:
    scored = [scored_clip("crash", [0.9], 0.0, group="a"), scored_clip("normal", [0.1], group="b")]
    measure = ClipMeasure(scored, threshold=0.95)  # nothing above: precision is unknown
    found = draw_figures(measure, draw_weights([s.clip for s in scored], rounds=50)).interval()
    assert np.isnan(found.low[measure.names.index("precision")])
    assert found.low[measure.names.index("clip_auc")] == 1.0
