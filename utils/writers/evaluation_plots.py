"""Plots of an evaluation: ROC, precision and recall, recall against false alarms, reliability,
and the score curve of each clip.

Drawn on matplotlib's own canvas for files: no window is opened. A plot without figures is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from utils.clip import Ints
from utils.metrics.calibration import CalibrationMeasure
from utils.metrics.comparison import Comparison
from utils.metrics.drives import DrivesMeasure
from utils.metrics.ranking import Curve
from utils.metrics.scorer import Scorer

DPI = 110
COLORS = ("#2458a6", "#c0392b", "#1f8a4c", "#8e44ad", "#b9770e")
BASELINE_COLORS = ("#444444", "#8a8a8a", "#b0a18f", "#8fa3b0", "#a58fb0")
BASELINE_LINES = ("--", "-.", ":", (0, (1, 2)), (0, (5, 2, 1, 2)))
FAINT, SPAN, CONTACT, ALERT = "#cccccc", "#f3c9c4", "#c0392b", "#b9770e"
RANKED = {"calibration": "frames", "dota": "frames in intervals", "clip": "clips"}
COLUMNS, MAX_CLIPS = 4, 40
MAX_ALARMS_PER_HOUR = 120
Plot = tuple[str, Figure]
Axes = Any  # matplotlib gives its axes no types


def draw_plots(comparison: Comparison) -> Iterator[Plot]:
    """File name and figure of each plot that has something to show."""
    styles = {scorer.name: style for scorer, style in _styles(comparison.scorers)}
    curves = _curves(comparison)
    if curves:
        yield "roc.png", _roc(curves, styles)
        yield "precision_recall.png", _precision_recall(curves, styles)
    if comparison.measures.get("drives"):
        yield "recall_false_alarms.png", _recall_false_alarms(comparison, styles)
    if comparison.measures.get("calibration"):
        yield "reliability.png", _reliability(comparison, styles)
    yield "clips.png", _clips(comparison.scorers)


def _styles(scorers: Sequence[Scorer]) -> Iterator[tuple[Scorer, dict[str, Any]]]:
    own = cycle(COLORS)
    others = cycle(zip(BASELINE_COLORS, BASELINE_LINES, strict=True))
    for scorer in scorers:
        if scorer.kind == "baseline":
            color, line = next(others)
            yield scorer, {"color": color, "linewidth": 1.3, "linestyle": line, "zorder": 2}
        else:
            yield scorer, {"color": next(own), "linewidth": 1.8, "linestyle": "-", "zorder": 3}


def _curves(comparison: Comparison) -> dict[str, dict[str, Curve]]:
    """Curves by what is ranked and by scorer, where there are positives and negatives."""
    once: Ints = np.ones(comparison.evaluation.clips, dtype=np.int64)
    found: dict[str, dict[str, Curve]] = {}
    for protocol, title in RANKED.items():
        measures: Mapping[str, Any] = comparison.measures.get(protocol, {})
        curves = {name: measure.ranked.curve(once) for name, measure in measures.items()}
        if curves and all(curve.has_both for curve in curves.values()):
            found[title] = curves
    return found


def _panels(count: int, width: float = 4.4, height: float = 4.2) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(width * count, height), dpi=DPI, layout="constrained")
    return figure, list(figure.subplots(1, count, squeeze=False).ravel())


def _roc(curves: Mapping[str, Mapping[str, Curve]], styles: Mapping[str, Any]) -> Figure:
    figure, panels = _panels(len(curves))
    for axes, (title, own) in zip(panels, curves.items(), strict=True):
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=":")
        for name, curve in own.items():
            fpr, tpr = curve.roc()
            axes.plot(fpr, tpr, label=f"{name} ({curve.auc():.3f})", **styles[name])
        _finish(axes, f"ROC of {title}", "false positive rate", "true positive rate")
    return figure


def _precision_recall(
    curves: Mapping[str, Mapping[str, Curve]], styles: Mapping[str, Any]
) -> Figure:
    figure, panels = _panels(len(curves))
    for axes, (title, own) in zip(panels, curves.items(), strict=True):
        for name, curve in own.items():
            precision, recall = curve.precision_recall()
            label = f"{name} ({curve.average_precision():.3f})"
            axes.step(recall, precision, where="pre", label=label, **styles[name])
        _finish(axes, f"precision and recall of {title}", "recall", "precision")
    return figure


def _recall_false_alarms(comparison: Comparison, styles: Mapping[str, Any]) -> Figure:
    once = np.ones(comparison.evaluation.clips, dtype=np.int64)
    figure, (axes,) = _panels(1, width=6.0)
    for name, measure in comparison.measures["drives"].items():
        if not isinstance(measure, DrivesMeasure):
            continue
        alarms = measure.table.alarms_per_hour(once)
        grid = np.linspace(0, MAX_ALARMS_PER_HOUR, 481)
        recall = [measure.table.recall(once)[measure.table.within(once, budget)] for budget in grid]
        if np.isfinite(alarms).all():
            axes.step(grid, recall, where="post", label=name, **styles[name])
    _finish(
        axes, "crashes found within a budget of false alarms", "false alarms per hour", "recall"
    )
    axes.set_xlim(0, MAX_ALARMS_PER_HOUR)
    return figure


def _reliability(comparison: Comparison, styles: Mapping[str, Any]) -> Figure:
    figure, (axes,) = _panels(1, width=5.0, height=4.6)
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=":")
    for name, measure in comparison.measures["calibration"].items():
        if not isinstance(measure, CalibrationMeasure):
            continue
        table = measure.table()
        label = f"{name} (ECE {table.error:.3f})"
        axes.plot(
            table.mean_score, table.positive_share, marker="o", ms=3, label=label, **styles[name]
        )
    _finish(axes, "what a score promises and holds (frames)", "mean score", "share of crash frames")
    return figure


def _clips(scorers: Sequence[Scorer]) -> Figure:
    """Score curves of each clip by every scorer that is no baseline, or by the first."""
    shown = [(s, style) for s, style in _styles(scorers) if s.kind != "baseline"]
    shown = shown or list(_styles(scorers))[:1]
    order = sorted(range(len(scorers[0].clips)), key=lambda row: _place(scorers[0], row))[
        :MAX_CLIPS
    ]
    rows = max(1, -(-len(order) // COLUMNS))
    figure = Figure(figsize=(3.3 * COLUMNS, 1.5 * rows + 0.5), dpi=DPI, layout="constrained")
    grid = list(figure.subplots(rows, COLUMNS, squeeze=False, sharey=True).ravel())
    for axes, row in zip(grid, order, strict=False):
        _one_clip(axes, shown, row)
    for axes in grid[len(order) :]:
        axes.set_axis_off()
    names = ", ".join(scorer.name for scorer, _ in shown)
    figure.suptitle(
        f"score over seconds: {names}; dashed: contact, shaded: labelled interval", fontsize=9
    )
    return figure


def _one_clip(axes: Axes, shown: Sequence[tuple[Scorer, dict[str, Any]]], row: int) -> None:
    clip = shown[0][0].clips[row].clip
    for start_s, end_s in clip.spans_s:
        axes.axvspan(start_s, end_s, color=SPAN, linewidth=0)
    for event_s in clip.events_s:
        axes.axvline(event_s, color=CONTACT, linewidth=1, linestyle="--")
    if clip.alert_s is not None:
        axes.axvline(clip.alert_s, color=ALERT, linewidth=1, linestyle=":")
    for scorer, style in shown:
        track = scorer.clips[row].track
        axes.plot(track.times_s, track.scores, **{**style, "linewidth": 1.0})
        if scorer.threshold is not None:
            axes.axhline(scorer.threshold, color=style["color"], linewidth=0.5, linestyle=":")
    axes.set_ylim(0, 1.02)
    axes.set_title(f"{clip.kind}: {clip.path.stem[:30]}", fontsize=7)
    axes.tick_params(labelsize=6)


def _place(scorer: Scorer, row: int) -> tuple[bool, str, str]:
    clip = scorer.clips[row].clip
    return clip.kind != "crash", clip.kind, str(clip.path)


def _finish(axes: Axes, title: str, across: str, up: str) -> None:
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel=across, ylabel=up)
    axes.set_title(title, fontsize=10)
    axes.grid(color="#eeeeee", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=7, frameon=False)
