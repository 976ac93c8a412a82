"""The describer without a model: fixed sentences from scores and boxes, always at hand."""

import time
from collections.abc import Sequence

from utils.evidence import Evidence
from utils.narrative import describe
from utils.report import Answer
from utils.tasks import Task


class TemplateDescriber:
    """Answers the free description; every other task needs a model and is declined."""

    name = "template"

    def __init__(self, *, frames_per_event: int = 5) -> None:
        self.frames_per_event = frames_per_event

    def answer(self, evidence: Sequence[Evidence], tasks: Sequence[Task]) -> list[list[Answer]]:
        """One list per event, one answer per task; the same evidence gives the same text."""
        return [[self._answer(seen, task) for task in tasks] for seen in evidence]

    def _answer(self, evidence: Evidence, task: Task) -> Answer:
        if task.name != "description":
            reason = f"the template has no answer to '{task.name}'; choose a language model"
            return Answer(task=task.name, status="abstained", source=self.name, error=reason)
        started = time.perf_counter()
        text = describe(evidence)
        seconds = time.perf_counter() - started
        return Answer(task=task.name, status="ok", text=text, source=self.name, seconds=seconds)
