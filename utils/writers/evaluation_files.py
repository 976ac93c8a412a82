"""Writes what an evaluation found: metrics.json, table.md and the plots."""

import json
from collections.abc import Iterator
from pathlib import Path

from utils.atomic import atomic_path, atomic_write_text
from utils.metrics.comparison import Comparison
from utils.metrics.evaluation import Evaluation
from utils.writers.evaluation_plots import draw_plots
from utils.writers.evaluation_table import evaluation_text


def write_evaluation(comparison: Comparison, folder: Path) -> Iterator[str]:
    """The table as text, then each file that was written, wholly or not at all.

    Raises OutputError.
    """
    yield from write_figures(comparison.evaluation, folder)
    for name, figure in draw_plots(comparison):
        with atomic_path(folder / name) as temporary:
            figure.savefig(temporary)
        yield f"written: {folder / name}"


def write_figures(evaluation: Evaluation, folder: Path) -> Iterator[str]:
    """The table as text, then what was written: metrics.json and table.md. Raises OutputError."""
    table = evaluation_text(evaluation)
    yield table
    values = json.dumps(evaluation.model_dump(mode="json"), indent=2, allow_nan=False)
    for name, text in {"metrics.json": values + "\n", "table.md": table}.items():
        atomic_write_text(folder / name, text)
        yield f"written: {folder / name}"
