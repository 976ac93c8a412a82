"""The curves of a run: read from its TensorBoard files, and laid out for an SVG.

Places are percentages of the plot, 0 at the top; nothing here knows HTML.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utils.writers.chart import svg_points

MAX_OPEN = 4
MAX_POINTS = 400
MAX_DOTS = 60
SMOOTHING = 0.9  # share of what was, per point
HEAVY = ("images", "tensors", "histograms", "compressedHistograms", "audio")
Points = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One chart: the tag of its curve, its title, and whether its mean is drawn too."""

    tag: str
    title: str
    smooth: bool = False


CHARTS = (
    Wanted("train/loss", "Loss", smooth=True),
    Wanted("train/learning_rate", "Learning rate"),
    Wanted("val/within_clip_auc", "AUC within held-out clips"),
    Wanted("val/recall_at_20_per_hour", "Crashes found at 20 alarms/h"),
    Wanted("val/clip_f1", "F1 of held-out clips"),
    Wanted("val/log_loss", "Held-out loss"),
)
MAX_CHARTS = 4  # the first of them that a run has


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, in percent, and its text."""

    at_pct: float
    text: str


@dataclass(frozen=True, slots=True)
class TrainChart:
    """One curve as SVG point lists; `mean` is empty where there is none. last: the last value."""

    title: str
    line: str
    mean: str
    dots: tuple[tuple[float, float], ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    last: str


class CurveReader:
    """Reads what is new in the folders of runs; safe to use from several threads."""

    def __init__(self) -> None:
        self._open: OrderedDict[Path, Any] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, folder: Path) -> dict[str, Points]:
        """The curves in a TensorBoard folder by their tags: (step, value) with finite values."""
        if not folder.is_dir():
            return {}
        with self._lock:
            events = self._accumulator(folder)
            events.Reload()
            return {tag: _finite(events.Scalars(tag)) for tag in events.Tags()["scalars"]}

    def _accumulator(self, folder: Path) -> Any:
        if folder not in self._open:
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

            guidance = {"scalars": 0, **dict.fromkeys(HEAVY, 1)}  # 0: all of them
            self._open[folder] = EventAccumulator(str(folder), size_guidance=guidance)
        self._open.move_to_end(folder)
        if len(self._open) > MAX_OPEN:
            self._open.popitem(last=False)
        return self._open[folder]


def draw_charts(curves: Mapping[str, Points], total_steps: int) -> list[TrainChart]:
    """The charts of the curves that are there. total_steps: the end of the axis, 0 if unknown."""
    steps = [points[-1][0] for points in curves.values() if points]
    end = max([total_steps, 1, *steps])
    there = [wanted for wanted in CHARTS if curves.get(wanted.tag)]
    return [_chart(wanted, curves[wanted.tag], end) for wanted in there[:MAX_CHARTS]]


def thinned(points: Points) -> Points:
    """At most MAX_POINTS of the points, evenly, with the last."""
    if len(points) <= MAX_POINTS:
        return points
    size = math.ceil(len(points) / (MAX_POINTS - 1))
    return [*points[:-1:size], points[-1]]


def _finite(events: Sequence[Any]) -> Points:
    return [(int(e.step), float(e.value)) for e in events if math.isfinite(e.value)]


def _chart(wanted: Wanted, points: Points, end: int) -> TrainChart:
    shown = thinned(points)
    values = [value for _, value in shown]
    ticks = nice_ticks(min(values), max(values))
    low, high = ticks[0], ticks[-1]

    def place(step: float, value: float) -> tuple[float, float]:
        return 100 * step / end, 100 * (1 - (value - low) / (high - low))

    places = [place(*point) for point in shown]
    means = [place(s, v) for s, v in thinned(_means(points))] if wanted.smooth else []
    rare = wanted.tag.startswith("val/") and len(places) <= MAX_DOTS
    return TrainChart(
        title=wanted.title,
        line=svg_points(places),
        mean=svg_points(means),
        dots=tuple(places) if rare else (),
        x_ticks=tuple(Tick(100 * at / end, f"{at:,}") for at in (0, end // 2, end)),
        y_ticks=tuple(Tick(place(0, at)[1], f"{at:.6g}") for at in ticks),
        last=f"{values[-1]:.4g}",
    )


def nice_ticks(low: float, high: float) -> list[float]:
    """Two to five round numbers, evenly apart, that hold both ends."""
    span = high - low or abs(high) or 1.0
    size = 10.0 ** math.floor(math.log10(span / 2))
    step = next(size * k for k in (1, 2, 5, 10) if span / (size * k) <= 3)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [k * step for k in range(first, max(last, first + 1) + 1)]


def _means(points: Points) -> Points:
    """An exponential mean, right from the first point on."""
    total = weight = 0.0
    means = []
    for step, value in points:
        total = SMOOTHING * total + (1 - SMOOTHING) * value
        weight = SMOOTHING * weight + (1 - SMOOTHING)
        means.append((step, total / weight))
    return means
