"""Pictures of a validation: the score curve of each clip with its contact, and the ROC curve."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.metrics import roc_auc_score, roc_curve

from utils.clip import Floats, Frames, Ints
from utils.metrics.scored_clip import ScoredClip

COLUMNS, MAX_CLIPS = 4, 24
DPI = 80
LINE, CONTACT, FAINT = "#2458a6", "#c0392b", "#999999"


def draw_tracks(scored: Sequence[ScoredClip]) -> Frames:
    """RGB (H,W,3): scores over time, one small plot per clip; contacts are dashed red lines."""
    shown = sorted(scored, key=lambda s: (not s.clip.events_s, str(s.clip.path)))[:MAX_CLIPS]
    rows = -(-len(shown) // COLUMNS)
    height_in = 1.6 * rows + 0.4
    figure = Figure(figsize=(3.2 * COLUMNS, height_in), dpi=DPI)
    figure.subplots_adjust(
        0.05, 0.4 / height_in, 0.99, 1 - 0.3 / height_in, wspace=0.15, hspace=0.55
    )
    grid = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes, one in zip(grid, shown, strict=False):
        axes.plot(one.track.times_s, one.track.scores, color=LINE, linewidth=1)
        for event_s in one.clip.events_s:
            axes.axvline(event_s, color=CONTACT, linewidth=1, linestyle="--")
        axes.set(ylim=(0, 1))
        axes.set_title(f"{one.clip.kind}: {one.clip.path.stem[-28:]}", fontsize=7)
        axes.tick_params(labelsize=6)
    for axes in grid[len(shown) :]:
        axes.set_axis_off()
    figure.supxlabel("seconds", fontsize=8)
    figure.supylabel("score", fontsize=8)
    return _pixels(figure)


def draw_roc(labels: Ints, scores: Floats) -> Frames:
    """RGB (H,W,3): the ROC curve of frames (N,), pooled over clips; both classes are needed."""
    false_rate, true_rate, _ = roc_curve(labels, scores)
    figure = Figure(figsize=(4, 4), dpi=DPI)
    figure.subplots_adjust(0.14, 0.12, 0.97, 0.92)
    axes = figure.subplots()
    axes.plot(false_rate, true_rate, color=LINE)
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=":")
    axes.set(xlabel="quiet frames above", ylabel="crash frames above", xlim=(0, 1), ylim=(0, 1.01))
    axes.set_title(f"frames of all clips: AUC {roc_auc_score(labels, scores):.3f}", fontsize=9)
    return _pixels(figure)


def _pixels(figure: Figure) -> Frames:
    canvas: Any = FigureCanvasAgg(figure)  # matplotlib has no types for its canvases
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
