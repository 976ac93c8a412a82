"""generate_annotations_from_videos.py: a draft for a person, made by the product's pipeline."""

import json
import shutil
from pathlib import Path

import pytest

from scripts.generate_annotations_from_videos import main
from tests.video_factory import VideoPlan, write_video

SAMPLE = Path(__file__).parents[2] / "assets" / "sample.mp4"


@pytest.fixture
def folder(tmp_path):
    for name in ("crash", "normal"):
        (tmp_path / name).mkdir()
        write_video(tmp_path / name / "a.mp4", VideoPlan(frames=30))
    return tmp_path


def videos_of(folder):
    return json.loads((folder / "annotations.json").read_text(encoding="utf-8"))["videos"]


def test_without_a_checkpoint_every_video_is_listed(folder, capsys):
    assert main([str(folder)]) == 0
    assert [v["video_path"] for v in videos_of(folder)] == ["crash/a.mp4", "normal/a.mp4"]
    assert all(v["triggers"] == [] for v in videos_of(folder))
    assert "2 videos added" in capsys.readouterr().out


def test_a_crash_by_its_folder_is_not_listed_as_normal_driving(folder, capsys):
    assert main([str(folder), "--folder-labels"]) == 3
    assert [v["video_path"] for v in videos_of(folder)] == ["normal/a.mp4"]
    assert "left out: crash/a.mp4: a crash needs its moment" in capsys.readouterr().err


def test_a_bad_video_is_listed_and_the_others_go_on(folder, capsys):
    (folder / "crash" / "b.mp4").write_bytes(b"no video")
    assert main([str(folder)]) == 3
    assert len(videos_of(folder)) == 2
    assert "left out: b.mp4" in capsys.readouterr().err


def test_the_events_of_the_checkpoint_become_moments_and_a_second_run_keeps_them(tmp_path):
    shutil.copy(SAMPLE, tmp_path / "sample.mp4")
    assert main([str(tmp_path), "--checkpoint"]) == 0
    (video,) = videos_of(tmp_path)
    (trigger,) = video["triggers"]
    assert trigger["timestamp"] == pytest.approx(8.0, abs=1.0)
    assert trigger["label"] == "possible crash"
    assert trigger["description"].startswith("score 0.")
    assert video["description"] == "drafted by the checkpoint default, not checked"
    changed = {"videos": [{"video_path": "sample.mp4", "triggers": [{"timestamp": 7.9}]}]}
    (tmp_path / "annotations.json").write_text(json.dumps(changed), encoding="utf-8")
    assert main([str(tmp_path), "--checkpoint"]) == 0
    assert videos_of(tmp_path) == changed["videos"]


def test_a_named_crash_without_an_event_gets_its_highest_score(folder):
    arguments = ["--checkpoint", "--folder-labels", "--threshold", "1.0"]
    assert main([str(folder), *arguments]) == 0
    crash, normal = videos_of(folder)
    assert crash["triggers"][0]["description"].startswith("highest score")
    assert normal["triggers"] == []


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_videos_is_one_line_and_exit_code_2(tmp_path, capsys, name):
    (tmp_path / "empty").mkdir()
    assert main([str(tmp_path / name)]) == 2
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    assert message.count("\n") == 1
    assert list(tmp_path.rglob("annotations.json")) == []
