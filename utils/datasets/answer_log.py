"""Answers of one model to tasks about clips, a line each, to be measured and gone on with."""

import json
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter

from utils.atomic import atomic_write_text
from utils.datasets.answer_files import AnswerLine
from utils.datasets.json_file import read_json_lines
from utils.errors import AnnotationError


class AnswerLog:
    """The answers in a file, which need not exist yet, and those that are added to it."""

    def __init__(self, path: Path, model: str) -> None:
        """Raises AnnotationError for a file that is none or that holds another model's answers."""
        self.path = path
        read = read_json_lines(path, TypeAdapter(AnswerLine)) if path.exists() else []
        other = next((line for line in read if line.content.model != model), None)
        if other is not None:
            raise AnnotationError(
                f"{path.name}, line {other.first_line}: these are answers of "
                f"{other.content.model[:80]!r}, not of {model!r}; choose another output"
            )
        self._model = model
        self._lines = [line.content for line in read]

    def answered(self) -> set[tuple[str, str]]:
        """Video and task of every answer."""
        return {(line.video, line.task) for line in self._lines}

    def add(self, lines: Iterable[AnswerLine]) -> None:
        """Write the file with these lines too, wholly or not at all. Raises OutputError."""
        known = self.answered()
        self._lines += [
            line.model_copy(update={"model": self._model})
            for line in lines
            if (line.video, line.task) not in known
        ]
        texts = (json.dumps(_as_written(line), ensure_ascii=False) for line in self._lines)
        atomic_write_text(self.path, "".join(f"{text}\n" for text in texts))


def _as_written(line: AnswerLine) -> dict[str, object]:
    return line.model_dump(mode="json", exclude_none=True)
