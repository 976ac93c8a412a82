"""Answers to tasks from files: what somebody's model said, or the references it is measured by.

Read are CrashChat's task files and its published predictions, lines of `video,task,answer`,
metadata.jsonl, collision questions, and the risk table. Answers stay texts here.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from utils.answers import SceneMetadata, YesNo
from utils.datasets.crashchat import Records
from utils.datasets.json_file import Entry, JsonFile, read_json, read_json_lines
from utils.datasets.label_text import read_text
from utils.datasets.question_lines import YES, Question
from utils.datasets.split_name import split_of
from utils.datasets.table import read_table
from utils.datasets.teacher_labels import UNREVIEWED
from utils.errors import AnnotationError
from utils.labeled_clip import Split
from utils.section import Fraction01
from utils.tasks import ALIASES, CRASHCHAT_TASKS, task_named

YES_FROM = 0.5  # a risk without an answer


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One answer as it was written.

    video: as the file names it. source: the corpus of the video, where the file tells it. score:
    the probability of yes. reviewed: False for what a teacher wrote and nobody has looked at.
    """

    video: str
    task: str
    text: str
    source: str = ""
    score: float | None = None
    reviewed: bool = True


class AnswerLine(Entry):
    """A line of our own: `{"video": ..., "task": ..., "answer": ..., "score": ...}`."""

    video: str = Field(min_length=1)
    task: str
    answer: str
    score: Fraction01 | None = None


class Prediction(Entry):
    """An entry of the prediction files that CrashChat's evaluation writes."""

    video_path: str = Field(min_length=1)
    raw_response: str


def read_answers(path: Path, split: Split) -> list[GivenAnswer]:
    """The answers of a file, or of those files of a folder that belong to the split.

    A task files' folder is read whole; else its metadata.jsonl, else its `<split>.jsonl`. Raises
    AnnotationError for files of no such format and for a video that answers a task twice.
    """
    answers = [answer for file in _files(path, split) for answer in _read(file)]
    seen: set[tuple[str, str]] = set()
    for answer in answers:
        if (answer.video, answer.task) in seen:
            raise AnnotationError(
                f"{path.name}: {answer.video[:60]!r} has two answers to {answer.task}; keep one"
            )
        seen.add((answer.video, answer.task))
    return answers


def crashchat_task(stem: str) -> str:
    """The task that a file of this name holds; empty for other files."""
    names = sorted([*CRASHCHAT_TASKS, *ALIASES], key=len, reverse=True)
    return next((ALIASES.get(name, name) for name in names if name in stem), "")


def _files(path: Path, split: Split) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = [f for f in sorted(path.glob("*.json")) if crashchat_task(f.stem)]
    found = [file for file in found if split_of(file.stem, split) == split]
    others = [f for f in (path / "metadata.jsonl", path / f"{split}.jsonl") if f.exists()]
    if not found and not others:
        raise AnnotationError(
            f"{path}: no task file of the split {split!r}, no metadata.jsonl and no {split}.jsonl "
            "is there; choose another --split or name the file"
        )
    return found or others[:1]


def _read(file: Path) -> Iterator[GivenAnswer]:
    if not file.exists():
        raise AnnotationError(f"no answers at {str(file)!r}; check the path")
    if file.suffix.lower() == ".csv":
        return _risks(file)
    if file.suffix.lower() == ".json":
        return _task_file(file)
    return _lines(file)


def _task_file(file: Path) -> Iterator[GivenAnswer]:
    task = crashchat_task(file.stem)
    if not task:
        known = ", ".join(CRASHCHAT_TASKS)
        raise AnnotationError(f"{file.name}: the name tells no task; put one in it: {known}")
    entries = read_json(file, TypeAdapter(list[dict[str, Any]]))
    if entries.content and "raw_response" in entries.content[0]:
        predictions = read_json(file, TypeAdapter(list[Prediction])).content
        yield from (GivenAnswer(p.video_path, task, p.raw_response.strip()) for p in predictions)
        return
    records = read_json(file, TypeAdapter(Records))
    for number, record in enumerate(records.content):
        said = [turn.value for turn in record.conversations if turn.speaker == "gpt"]
        if not said:
            raise records.fail((number, "conversations"), "an answer from gpt is needed")
        yield GivenAnswer(record.video[0], task, said[0].strip(), record.source)


def _lines(file: Path) -> Iterator[GivenAnswer]:
    """Lines of one kind, told apart by the keys of the first."""
    keys = _first_keys(file)
    if "task" in keys:
        return map(_line, read_json_lines(file, TypeAdapter(AnswerLine)))
    if "event_type" in keys:
        return map(_metadata, read_json_lines(file, TypeAdapter(dict[str, Any])))
    if "label" in keys:
        return map(_question, read_json_lines(file, TypeAdapter(Question)))
    raise AnnotationError(
        f"{file.name}, line 1: keys video, task and answer are needed (or those of metadata.jsonl, "
        "or video, text and label)"
    )


def _first_keys(file: Path) -> Iterable[str]:
    first = next((line for line in read_text(file).split("\n") if line.strip()), "{}")
    try:
        keys = json.loads(first)
    except (json.JSONDecodeError, RecursionError) as error:
        raise AnnotationError(f"{file.name}, line 1: no JSON object is there") from error
    return keys if isinstance(keys, dict) else ()


def _line(line: JsonFile[AnswerLine]) -> GivenAnswer:
    given = line.content
    try:
        task = task_named(given.task)
    except KeyError as error:
        raise line.fail(("task",), f"no such task, {given.task[:60]!r}") from error
    return GivenAnswer(given.video, task.name, given.answer.strip(), score=given.score)


def _metadata(line: JsonFile[dict[str, Any]]) -> GivenAnswer:
    row = line.content
    video = row.get("video", row.get("file_name"))
    if not isinstance(video, str) or not video:
        raise line.fail(("video",), "the name of a video is needed")
    try:
        said = SceneMetadata.from_row(row)
    except ValidationError as error:
        raise line.fail(
            (error.errors()[0]["loc"][0],), "a caption and an event_type are needed"
        ) from error
    return GivenAnswer(video, "metadata", said.to_text(), reviewed=row.get("review") != UNREVIEWED)


def _question(line: JsonFile[Question]) -> GivenAnswer:
    question = line.content
    answer = YesNo(answer=str(question.label).lower() in YES)
    return GivenAnswer(question.video, "crash_risk", answer.to_text())


def _risks(file: Path) -> Iterator[GivenAnswer]:
    for row in read_table(file, ("file_name", "risk"), unique="file_name"):
        risk, score = row.number("risk"), row.number("score")
        if risk is None or risk > 1 or (score or 0) > 1:
            raise row.fail("risk", "0, 1 or a score between them is needed")
        told = risk if score is None and risk not in (0, 1) else score
        answer = YesNo(answer=risk >= YES_FROM)
        yield GivenAnswer(row.text("file_name"), "crash_risk", answer.to_text(), score=told)
