"""Writes the collision-question files: `{train,val,test}.jsonl` from folders of videos.

A video's answer comes from the names of its folders or its own. The pictures are not looked at.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from utils.atomic import atomic_write_text
from utils.datasets.named_label import label_of
from utils.errors import AnnotationError
from utils.labeled_clip import Split
from utils.tasks import COLLISION_QUESTION
from utils.video_files import find_videos

SPLITS: tuple[Split, ...] = ("train", "val", "test")
ANSWERS = {"crash": 1, "normal": 0}


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """One .jsonl that was written: how many videos have which answer, and those without one."""

    path: Path
    positives: int
    negatives: int
    unnamed: tuple[str, ...]


def write_question_files(folder: Path) -> list[QuestionFile]:
    """Write `<split>.jsonl` beside each of the folders train, val and test inside `folder`.

    Video paths are relative to the split's folder. A video whose names say neither crash nor
    normal is left out and listed. Raises AnnotationError where there is no split folder or no
    video has an answer, VideoError for a folder without videos, OutputError.
    """
    present = [split for split in SPLITS if (folder / split).is_dir()]
    if not present:
        raise AnnotationError(f"{folder} has no folder train, val or test with videos in it")
    return [_write(folder, split) for split in present]


def _write(folder: Path, split: Split) -> QuestionFile:
    names = [path.relative_to(folder / split) for path in find_videos([folder / split])]
    answers = {name.as_posix(): ANSWERS.get(label_of(name) or "") for name in names}
    known = {name: answer for name, answer in answers.items() if answer is not None}
    if not known:
        raise AnnotationError(
            f"no video in {folder / split} has an answer: put them in folders named crash and "
            "normal, or use these words in the file names"
        )
    path = folder / f"{split}.jsonl"
    atomic_write_text(path, "".join(_lines(known)))
    positives = sum(known.values())
    unnamed = tuple(name for name in answers if name not in known)
    return QuestionFile(path, positives, len(known) - positives, unnamed)


def _lines(answers: dict[str, int]) -> Iterator[str]:
    for name, answer in answers.items():
        entry = {"video": name, "text": COLLISION_QUESTION, "label": answer}
        yield json.dumps(entry, ensure_ascii=False) + "\n"
