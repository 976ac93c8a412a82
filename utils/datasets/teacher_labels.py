"""A metadata.jsonl that a model writes and a person corrects.

A row is the model's as long as its review says `unreviewed` and its labels are what the model
wrote. Every other row, and every row without a teacher, is a person's and is never changed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from utils.answers import SceneMetadata
from utils.atomic import atomic_write_text
from utils.datasets.json_file import JsonFile, read_json_lines
from utils.section import Section

UNREVIEWED = "unreviewed"
REVIEWS = (UNREVIEWED, "corrected", "accepted")
Rows = dict[str, dict[str, Any]]


class Teacher(Section):
    """Who wrote a row: model, question and program, when; what the answer is doubted for."""

    model: str
    prompt_sha256: str
    app_version: str
    labelled_at: datetime
    flags: tuple[str, ...] = ()
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class TeacherLabels:
    """The file; it need not exist yet."""

    path: Path

    def named(self) -> set[str]:
        """Videos that have a row. Raises AnnotationError for a file that is none."""
        return set(self._rows())

    def persons(self) -> set[str]:
        """Videos whose row a person wrote, corrected or accepted. Raises AnnotationError."""
        return {video for video, row in self._rows().items() if _is_a_persons(row)}

    def put(self, labels: Mapping[str, tuple[SceneMetadata, Teacher]]) -> list[str]:
        """Write the rows of these videos; those that are a person's stay, and are told.

        The file is read again first, so that corrections made meanwhile are kept. Raises
        AnnotationError and OutputError.
        """
        rows = self._rows()
        kept = [video for video in labels if video in rows and _is_a_persons(rows[video])]
        rows |= {video: _row(video, *one) for video, one in labels.items() if video not in kept}
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows.values())
        atomic_write_text(self.path, "".join(lines))
        return kept

    def _rows(self) -> Rows:
        if not self.path.exists():
            return {}
        rows: Rows = {}
        for line in read_json_lines(self.path, TypeAdapter(dict[str, Any])):
            name = _name(line)
            if name in rows:
                raise line.fail(("video",), f"{name[:60]!r} is listed twice; keep one")
            rows[name] = line.content
        return rows


def _name(line: JsonFile[dict[str, Any]]) -> str:
    name = line.content.get("video")
    if not isinstance(name, str) or not name:
        raise line.fail(("video",), "the name of a video is needed")
    review = line.content.get("review", UNREVIEWED)
    if review not in REVIEWS:
        raise line.fail(("review",), f"one of {', '.join(REVIEWS)} is needed")
    return name


def _row(video: str, labels: SceneMetadata, teacher: Teacher) -> dict[str, Any]:
    said = {**labels.to_dataset_row(video), **labels.model_dump(mode="json")}
    wrote = {**teacher.model_dump(mode="json"), "labels_sha256": _digest(said)}
    return {**said, "review": UNREVIEWED, "teacher": wrote}


def _is_a_persons(row: Mapping[str, Any]) -> bool:
    teacher = row.get("teacher")
    if not isinstance(teacher, dict) or row.get("review") != UNREVIEWED:
        return True
    return teacher.get("labels_sha256") != _digest(row)


def _digest(row: Mapping[str, Any]) -> str:
    """Of the labels alone: whoever changes one of them has corrected the row."""
    labels = {key: value for key, value in row.items() if key not in ("review", "teacher")}
    return hashlib.sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()
