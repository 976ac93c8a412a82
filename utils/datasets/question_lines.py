"""The collision-question format: `{train,val,test}.jsonl` with keys video, text, label.

A label says whether a collision follows within two seconds after the clip's end, so it speaks of
the whole clip: no moment inside it is known.
"""

from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter

from utils.datasets.clip_path import unique_clips
from utils.datasets.json_file import Entry, JsonFile, read_json_lines
from utils.datasets.split_name import split_of
from utils.labeled_clip import LabeledClip

YES = {"1", "yes"}


class Question(Entry):
    """One line: a video, the question about it and the answer, 0 or 1 (or No, Yes)."""

    video: str
    text: str = Field(min_length=1)
    label: Literal[0, 1, "0", "1", "Yes", "No", "yes", "no"]


def read_question_lines(labels: Path, video_dir: Path) -> list[LabeledClip]:
    """The clips of one .jsonl file, or of train, val and test.jsonl in a folder.

    Videos lie in video_dir, or in its folder named like the split. Raises AnnotationError.
    """
    files = [labels]
    if labels.is_dir():
        files = [f for f in (labels / f"{s}.jsonl" for s in ("train", "val", "test")) if f.exists()]
    return [clip for file in files for clip in _read(file, video_dir)]


def _read(path: Path, video_dir: Path) -> list[LabeledClip]:
    folder = video_dir / path.stem if (video_dir / path.stem).is_dir() else video_dir
    lines = read_json_lines(path, TypeAdapter(Question))
    return unique_clips((_clip(line, folder), partial(line.fail, ("video",))) for line in lines)


def _clip(line: JsonFile[Question], folder: Path) -> LabeledClip:
    question = line.content
    path = line.video(("video",), folder, question.video)
    crash = str(question.label).lower() in YES
    return LabeledClip(
        path=path,
        kind="crash" if crash else "normal",
        events_s=(),
        group=path.as_posix(),
        split=split_of(line.path.stem),
        dataset="questions",
        tags={"collision": "within 2 s after the end"} if crash else {},
    )
