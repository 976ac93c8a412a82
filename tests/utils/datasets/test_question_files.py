"""The collision-question files are written from folders and read back."""

import json

import pytest

from utils.datasets.question_files import write_question_files
from utils.datasets.question_lines import read_question_lines
from utils.errors import AnnotationError
from utils.tasks import COLLISION_QUESTION


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_each_split_gets_its_lines_with_the_published_question(tmp_path):
    touch(tmp_path, "train/crash/a.mp4", "train/normal/b.mp4", "train/odd/c.mp4", "val/crash_d.mp4")
    train, val = write_question_files(tmp_path)
    assert (train.positives, train.negatives, train.unnamed) == (1, 1, ("odd/c.mp4",))
    assert (val.path.name, val.positives, val.negatives) == ("val.jsonl", 1, 0)
    lines = (tmp_path / "train.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"video": "crash/a.mp4", "text": COLLISION_QUESTION, "label": 1},
        {"video": "normal/b.mp4", "text": COLLISION_QUESTION, "label": 0},
    ]
    assert COLLISION_QUESTION == (
        "Is a vehicle collision likely to happen within 1 to 2 seconds?(0: No, 1: Yes)"
    )


def test_what_is_written_is_read_back_with_its_split(tmp_path):
    touch(tmp_path, "train/crash/ä b.mp4", "test/normal/b.mp4")
    write_question_files(tmp_path)
    clips = read_question_lines(tmp_path, tmp_path)
    assert [(c.kind, c.split) for c in clips] == [("crash", "train"), ("normal", "test")]
    assert all(clip.path.is_file() for clip in clips)


def test_folders_that_name_nothing_are_refused(tmp_path):
    with pytest.raises(AnnotationError, match="no folder train, val or test"):
        write_question_files(tmp_path)
    touch(tmp_path, "train/a.mp4")
    with pytest.raises(AnnotationError, match="has an answer"):
        write_question_files(tmp_path)
