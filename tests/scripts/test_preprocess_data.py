"""preprocess_data.py: what is wrong with a data set is told before training."""

import json
import shutil
from fractions import Fraction

import pytest

from scripts.preprocess_data import main
from tests.video_factory import VideoPlan, write_video
from utils.datasets.annotations import read_annotations


@pytest.fixture
def labels(tmp_path):
    """Three readable videos (one with a label beyond its end), a missing and a bad one."""
    folder = tmp_path / "videos"
    folder.mkdir()
    plan = VideoPlan(frames=150, rate=Fraction(10), gop=10)
    for number, name in enumerate(("a", "b", "c")):
        write_video(folder / f"{name}.mp4", VideoPlan(**{**vars(plan), "frames": 150 + number}))
    (folder / "bad.mp4").write_bytes(b"no video")
    videos = [
        {"video_path": "a.mp4", "triggers": [{"timestamp": 11.0, "label": "crash"}]},
        {"video_path": "b.mp4"},
        {"video_path": "c.mp4", "triggers": [{"timestamp": 60.0, "label": "crash"}]},
        {"video_path": "gone.mp4"},
        {"video_path": "bad.mp4"},
    ]
    path = tmp_path / "annotations.json"
    path.write_text(json.dumps({"videos": videos}), encoding="utf-8")
    return ["--annotations", str(path), "--videos", str(folder)]


def test_every_fault_is_told_and_the_report_has_them(labels, tmp_path, capsys):
    assert main([*labels, "--report", str(tmp_path / "check.json")]) == 3
    text = capsys.readouterr().out
    assert "train: 5 clips (2 crash, 3 normal)" in text
    for heading in ("missing videos: 1", "cannot be read: 1", "beyond the end of their video: 1"):
        assert heading in text
    report = json.loads((tmp_path / "check.json").read_text(encoding="utf-8"))
    assert [len(clip["faults"]) for clip in report["clips"]] == [0, 0, 1, 1, 1]


def test_frames_and_cuts_of_the_usable_clips_are_written(labels, tmp_path, capsys):
    frames, cuts = tmp_path / "frames", tmp_path / "cuts"
    arguments = ["--frames", str(frames), "--fps", "1", "--size", "64", "--cut", str(cuts)]
    assert main([*labels, *arguments]) == 3
    assert {path.name for path in (frames / "train").iterdir()} == {"a", "b"}
    clips = read_annotations(cuts / "train.json", cuts)
    assert [(clip.path.name, clip.kind) for clip in clips] == [
        ("a-01.mp4", "normal"),
        ("a-02.mp4", "crash"),
        ("b-01.mp4", "normal"),
        ("b-02.mp4", "normal"),
    ]
    assert all(clip.path.is_file() for clip in clips)
    assert "1 cuts with an event, 3 quiet" in capsys.readouterr().out


def test_a_sound_data_set_ends_with_0_and_labels_that_are_none_with_2(tmp_path, capsys):
    write_video(tmp_path / "a.mp4", VideoPlan(frames=30))
    path = tmp_path / "annotations.json"
    path.write_text('{"videos": [{"video_path": "a.mp4"}]}', encoding="utf-8")
    assert main(["--annotations", str(path)]) == 0
    path.write_text('{"videos": [{"video_path": "a.mp4", "triggers": 3}]}', encoding="utf-8")
    assert main(["--annotations", str(path)]) == 2
    assert "annotations.json, line 1: videos.0.triggers" in capsys.readouterr().err


def test_no_usable_clip_is_a_refusal(tmp_path, capsys):
    path = tmp_path / "annotations.json"
    path.write_text('{"videos": [{"video_path": "gone.mp4"}]}', encoding="utf-8")
    assert main(["--annotations", str(path)]) == 2
    captured = capsys.readouterr()
    assert "gone.mp4: there is no such file" in captured.out
    assert captured.err.endswith("error: no clip can be used\n")


def test_question_files_are_written_and_can_be_checked(tmp_path, capsys):
    for name in ("train/crash", "train/normal", "val/crash"):
        (tmp_path / name).mkdir(parents=True)
    write_video(tmp_path / "train/crash/a.mp4", VideoPlan(frames=20))
    write_video(tmp_path / "train/normal/b.mp4", VideoPlan(frames=25))
    shutil.copy(tmp_path / "train/crash/a.mp4", tmp_path / "val/crash/c.mp4")
    assert main(["--write-jsonl", str(tmp_path)]) == 0
    assert "1 with label 1, 1 with label 0" in capsys.readouterr().out
    assert main(["--annotations", str(tmp_path)]) == 3
    text = capsys.readouterr().out
    assert "same content twice: 1" in text
    assert "sources in more than one split: 1" in text


def test_the_drives_are_sound(data_dir, capsys):
    assert main(["--data", str(data_dir)]) == 0
    assert "train: 163 clips (131 crash, 26 normal, 6 near_miss)" in capsys.readouterr().out
