"""Events as a table: one row per event, any number of videos, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from utils.atomic import atomic_write_text
from utils.plain_text import plain_text
from utils.report import AnalysisReport, EventReport
from utils.writers.answer_cells import Cell, answer_cells, answer_columns, asked_tasks

COLUMNS = (
    "video_path",
    "event",
    "start_s",
    "end_s",
    "peak_s",
    "peak_frame_index",
    "score",
    "probability",
    "threshold",
    "label",
    "horizon_s",
    "trigger",
    "description_status",
    "description",
    "description_source",
    "description_error",
    "objects",
    "clip",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def write_csv(reports: Sequence[AnalysisReport], path: Path) -> None:
    """Write the events of all reports as one table, with columns for the tasks that were asked.

    Raises OutputError.
    """
    tasks = asked_tasks(reports)
    rows = (
        [*_row(report, event, number), *answer_cells(event, tasks)]
        for report in reports
        for number, event in enumerate(report.triggers, start=1)
    )
    write_table(path, [*COLUMNS, *answer_columns(tasks)], rows)


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a table of which no cell is run as a formula; how many rows. Raises OutputError."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow([_safe(column) for column in columns])
    count = 0
    for row in rows:
        table.writerow([_safe(cell) for cell in row])
        count += 1
    atomic_write_text(path, buffer.getvalue())
    return count


def _row(report: AnalysisReport, event: EventReport, number: int) -> list[Cell]:
    found, answer = event.event, event.main_answer
    return [
        report.video_path,
        number,
        found.start_s,
        found.end_s,
        found.peak_s,
        found.peak_frame_index,
        found.score,
        "" if found.probability is None else found.probability,
        report.components.threshold,
        found.label,
        found.horizon_s,
        found.source,
        answer.status if answer else "not described",
        event.analysis or "",
        answer.source if answer else "",
        (answer.error if answer else None) or "",
        " ".join(sorted({box.label for box in event.detections})),
        event.clip or "",
    ]


def _safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe."""
    if not isinstance(cell, str):
        return cell
    text = plain_text(cell)
    dangerous = cell.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)
    return f"'{text}" if dangerous else text
