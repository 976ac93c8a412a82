"""A teacher's rows: provenance, review, and that nothing of a person's is ever changed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from utils.answers import SceneMetadata
from utils.datasets.caption_lines import read_caption_lines
from utils.datasets.teacher_labels import Teacher, TeacherLabels
from utils.errors import AnnotationError

TEACHER = Teacher(
    model="fake",
    prompt_sha256="0" * 64,
    app_version="1",
    labelled_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def scene(caption: str = "A car stops.") -> SceneMetadata:
    return SceneMetadata(caption=caption, event_type="near_miss", weather="rain")


@pytest.fixture
def labels(tmp_path: Path) -> TeacherLabels:
    labels = TeacherLabels(tmp_path / "metadata.jsonl")
    assert labels.named() == set()
    assert labels.put({name: (scene(), TEACHER) for name in ("a.mp4", "b.mp4")}) == []
    return labels


def rows(labels: TeacherLabels) -> dict[str, dict[str, Any]]:
    read = [json.loads(line) for line in labels.path.read_text().splitlines()]
    return {row["video"]: row for row in read}


def change(labels: TeacherLabels, video: str, **values: object) -> None:
    changed = {**rows(labels), video: {**rows(labels)[video], **values}}
    labels.path.write_text("".join(json.dumps(row) + "\n" for row in changed.values()))


def test_a_row_tells_its_teacher_and_that_nobody_reviewed_it(labels) -> None:
    row = rows(labels)["a.mp4"]
    assert row["review"] == "unreviewed"
    assert row["teacher"]["model"] == "fake"
    assert row["teacher"]["prompt_sha256"] == "0" * 64
    assert row["teacher"]["app_version"] == "1"
    assert list(row)[:4] == ["video", "caption", "event_type", "rule_violations"]
    assert labels.persons() == set()


def test_the_importer_reads_what_a_teacher_wrote(labels) -> None:
    clips = read_caption_lines(labels.path, labels.path.parent)
    assert [clip.kind for clip in clips] == ["near_miss", "near_miss"]
    assert clips[0].tags["weather"] == "rain"


@pytest.mark.parametrize(
    "correction",
    [
        {"review": "corrected", "caption": "A van stops."},
        {"review": "accepted"},
        {"caption": "A van stops."},  # the review was forgotten
        {"weather": "fog"},
        {"note": "look again"},
        {"teacher": None},
    ],
)
def test_a_row_that_a_person_touched_stays_to_the_letter(labels, correction) -> None:
    change(labels, "a.mp4", **correction)
    before = rows(labels)["a.mp4"]
    assert labels.persons() == {"a.mp4"}
    kept = labels.put({n: (scene("Another."), TEACHER) for n in ("a.mp4", "b.mp4")})
    assert kept == ["a.mp4"]
    assert rows(labels)["a.mp4"] == before
    assert rows(labels)["b.mp4"]["caption"] == "Another."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"caption": "x"}', "video"),
        ('{"video": "a.mp4", "review": "done"}', "unreviewed, corrected, accepted"),
        ('{"video": "a.mp4"}\n{"video": "a.mp4"}', "line 2.*listed twice"),
        ('{"video": ', "line 1"),
    ],
)
def test_a_broken_file_is_refused_and_stays(tmp_path, text, words) -> None:
    path = tmp_path / "metadata.jsonl"
    path.write_text(text)
    with pytest.raises(AnnotationError, match=words):
        TeacherLabels(path).put({"c.mp4": (scene(), TEACHER)})
    assert path.read_text() == text
