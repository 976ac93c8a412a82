"""Answers to the asked tasks as columns of a table: one per field of the typed answer.

Only tasks that were asked have columns, so that a table of descriptions alone stays short.
"""

from collections.abc import Mapping, Sequence

from utils.report import AnalysisReport, Answer, EventReport
from utils.tasks import TASKS

Cell = str | int | float
SEPARATOR = "; "


def asked_tasks(reports: Sequence[AnalysisReport]) -> list[str]:
    """Tasks besides the description that any event has an answer to, in the order of `TASKS`."""
    asked = {a.task for r in reports for event in r.triggers for a in event.answers}
    return [name for name in TASKS if name in asked and name != "description"]


def answer_columns(tasks: Sequence[str]) -> list[str]:
    """Names of the columns of these tasks, and of the flags of all answers."""
    own = [f"{task}_{part}" for task in tasks for part in (*_fields(task), "error")]
    return [*own, "flags"] if tasks else []


def answer_cells(event: EventReport, tasks: Sequence[str]) -> list[Cell]:
    """The cells of one event, one per column of `answer_columns`."""
    said = {answer.task: answer for answer in event.answers}
    cells = [cell for task in tasks for cell in _cells(said.get(task), task)]
    flags = SEPARATOR.join(flag for answer in event.answers for flag in answer.flags)
    return [*cells, flags] if tasks else []


def _fields(task: str) -> list[str]:
    kind = TASKS[task].answer_type
    score = ["score"] if kind.choices else []
    return [*kind.model_fields, *kind.model_computed_fields, *score]


def _cells(answer: Answer | None, task: str) -> list[Cell]:
    if answer is None:
        return [""] * (len(_fields(task)) + 1)
    value = answer.value if isinstance(answer.value, Mapping) else {}
    parts = {**value, "score": answer.score}
    return [*(_cell(parts.get(name)) for name in _fields(task)), answer.error or ""]


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return SEPARATOR.join(str(part) for part in value)
    if value is None:
        return ""
    return value if isinstance(value, str | int | float) else str(value)
