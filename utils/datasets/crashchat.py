"""CrashChat: questions and answers about crash videos, one JSON file per task and split.

The files of one split are joined by video. What an answer means is in `crashchat_answers`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from utils.datasets.crashchat_answers import Draft, Said, task_of
from utils.datasets.json_file import Entry, JsonFile, read_json
from utils.datasets.split_name import split_of
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip, Split


class Turn(Entry):
    """One utterance."""

    speaker: Literal["human", "gpt"] = Field(alias="from")
    value: str


class Record(Entry):
    """One question about one video, with its answer."""

    video: Annotated[list[str], Field(min_length=1, max_length=1)]
    conversations: Annotated[list[Turn], Field(min_length=2)]
    source: str = Field(min_length=1)


Records = list[Record]


def read_crashchat(labels: Path, video_dir: Path) -> list[LabeledClip]:
    """The clips of all task files of a folder; a single file brings those of its split.

    Raises AnnotationError.
    """
    files = _task_files(labels) if labels.is_dir() else _siblings(labels)
    drafts: dict[tuple[Split, str], Draft] = {}
    for path in files:
        split = split_of(path.stem)
        for said in _answers(read_json(path, TypeAdapter(Records))):
            drafts.setdefault((split, said.video), Draft(said, split)).add(said)
    return [draft.clip(video_dir) for draft in drafts.values()]


def _task_files(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.glob("*.json") if task_of(path.stem))
    if not files:
        raise AnnotationError(f"{folder}: no file named like crash_recognition_val.json is there")
    return files


def _siblings(labels: Path) -> list[Path]:
    """The task files of the same split in the file's folder."""
    if not task_of(labels.stem):
        raise AnnotationError(f"{labels.name}: the name tells no task; keep the corpus's names")
    split = split_of(labels.stem)
    return [path for path in _task_files(labels.parent) if split_of(path.stem) == split]


def _answers(file: JsonFile[Records]) -> Iterator[Said]:
    task, seen = task_of(file.path.stem), set[str]()
    for number, record in enumerate(file.content):
        video = record.video[0]
        if video in seen:
            raise file.fail((number, "video", 0), f"{video[:60]!r} is listed twice; keep one")
        seen.add(video)
        turn = next((n for n, t in enumerate(record.conversations) if t.speaker == "gpt"), None)
        if turn is None:
            raise file.fail((number, "conversations"), "an answer from gpt is needed")
        place = (number, "conversations", turn, "value")
        text = record.conversations[turn].value.strip()
        yield Said(video, record.source, task, text, file=file, place=place)
