"""A draft only grows: what a person wrote stays."""

import json

import pytest

from utils.datasets.annotation_draft import AnnotationDraft
from utils.datasets.annotations import AnnotatedVideo, Trigger
from utils.errors import AnnotationError


def entry(name, *times_s):
    triggers = tuple(Trigger(timestamp=t, label="possible crash") for t in times_s)
    return AnnotatedVideo(video_path=name, triggers=triggers)


def test_entries_are_added_and_corrections_in_between_are_kept(tmp_path):
    draft = AnnotationDraft(tmp_path / "annotations.json")
    draft.add([entry("a.mp4", 1.5)])
    content = json.loads(draft.path.read_text(encoding="utf-8"))
    content["videos"][0]["triggers"][0] |= {"timestamp": 2.25, "label": "crash"}
    draft.path.write_text(json.dumps(content), encoding="utf-8")
    draft.add([entry("a.mp4", 9.0), entry("b.mp4")])
    videos = json.loads(draft.path.read_text(encoding="utf-8"))["videos"]
    assert [v["video_path"] for v in videos] == ["a.mp4", "b.mp4"]
    assert videos[0]["triggers"] == [{"timestamp": 2.25, "label": "crash", "description": ""}]
    assert draft.names() == {"a.mp4", "b.mp4"}


def test_nothing_new_leaves_the_file_untouched(tmp_path):
    draft = AnnotationDraft(tmp_path / "annotations.json")
    draft.add([entry("a.mp4")])
    draft.path.write_text(json.dumps({"videos": [{"video_path": "a.mp4"}]}), encoding="utf-8")
    before = draft.path.read_bytes()
    draft.add([entry("a.mp4", 3.0)])
    assert draft.path.read_bytes() == before


def test_a_file_of_another_kind_is_refused_and_kept(tmp_path):
    path = tmp_path / "annotations.json"
    path.write_text('{"videos": [{"video_path": "a.mp4", "reviewed": true}]}', encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"annotations\.json, line 1: .*reviewed"):
        AnnotationDraft(path).add([entry("b.mp4")])
    assert "reviewed" in path.read_text(encoding="utf-8")
