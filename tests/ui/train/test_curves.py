"""Curves are read while they grow, and drawn inside their frame."""

import itertools

import pytest
from torch.utils.tensorboard import SummaryWriter

from ui.train.curves import MAX_POINTS, CurveReader, draw_charts, nice_ticks, thinned


def test_curves_are_read_as_they_grow_and_nothing_else(tmp_path):
    reader = CurveReader()
    assert reader.read(tmp_path / "absent") == {}
    with SummaryWriter(str(tmp_path)) as writer:
        writer.add_scalar("train/loss", 2.0, 1)
        writer.add_scalar("train/loss", float("nan"), 2)
        writer.add_text("words", "no curve", 1)
        writer.flush()
        assert reader.read(tmp_path) == {"train/loss": [(1, 2.0)]}
        writer.add_scalar("train/loss", 1.5, 3)
        writer.flush()
        assert reader.read(tmp_path) == {"train/loss": [(1, 2.0), (3, 1.5)]}


def test_a_resumed_run_goes_on_in_the_same_curve(tmp_path):
    with SummaryWriter(str(tmp_path)) as writer:
        for step in (1, 2, 3):
            writer.add_scalar("train/loss", float(step), step)
    with SummaryWriter(str(tmp_path), purge_step=3, filename_suffix=".2") as writer:
        writer.add_scalar("train/loss", 9.0, 3)
    assert CurveReader().read(tmp_path)["train/loss"] == [(1, 1.0), (2, 2.0), (3, 9.0)]


def test_charts_stay_inside_their_frame():
    curves = {
        "train/loss": [(step, 1 / step) for step in range(1, 2000)],
        "train/learning_rate": [(1, 1e-4)],
        "val/within_clip_auc": [(5, 0.5), (10, 0.9)],
        "speed/clips_per_s": [(1, 3.0)],
    }
    charts = draw_charts(curves, 4000)
    assert [chart.title for chart in charts] == [
        "Loss",
        "Learning rate",
        "AUC within held-out clips",
    ]
    for chart in charts:
        places = [tuple(map(float, p.split(","))) for p in f"{chart.line} {chart.mean}".split()]
        assert all(0 <= x <= 100 and -0.01 <= y <= 100.01 for x, y in places)
        assert len(places) <= 800
    assert charts[0].mean
    assert len(charts[2].dots) == 2
    assert charts[2].last == "0.9"


@pytest.mark.parametrize(
    ("low", "high"), [(0.6, 0.9), (0, 0.0003), (1.2, 1.2), (0, 0), (-3, 70), (1e-9, 2e-9)]
)
def test_ticks_are_few_even_and_hold_the_values(low, high):
    ticks = nice_ticks(low, high)
    steps = {round(b - a, 12) for a, b in itertools.pairwise(ticks)}
    assert 2 <= len(ticks) <= 6
    assert len(steps) == 1
    assert ticks[0] <= low + 1e-12
    assert ticks[-1] >= high - 1e-12
    assert ticks[-1] > ticks[0]


def test_a_thinned_curve_keeps_its_last_point():
    points = [(step, 0.0) for step in range(1001)]
    assert len(thinned(points)) <= MAX_POINTS
    assert thinned(points)[-1] == (1000, 0.0)
    assert thinned(points[:7]) == points[:7]
