"""Label files: what is read from good ones, and what the errors on bad ones name."""

import json
from pathlib import Path

import pytest

from utils.datasets import data_root
from utils.datasets.annotations import read_annotations, write_annotations
from utils.datasets.cadp import read_cadp
from utils.datasets.drives import read_drives
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip

DRIVES_HEAD = "file,label,event_s,source\n"
CADP_HEAD = "file,split,frames,positive_frames,onset_frame,labels_rle\n"


def _drives(root: Path, *lines: str) -> Path:
    (root / "drives").mkdir()
    (root / "drives" / "labels.csv").write_text(DRIVES_HEAD + "\n".join(lines) + "\n")
    return root


def _cadp(root: Path, line: str) -> Path:
    (root / "cadp_frames").mkdir()
    (root / "cadp_frames" / "labels.csv").write_text(CADP_HEAD + line + "\n")
    return root


def test_drives_rows_become_clips_with_source_and_split(tmp_path: Path) -> None:
    lines = (
        "drives/crash/c.mp4,crash,3.5,x/one:c.mp4",
        "drives/crash/a.mp4,crash,1.0,x/two:a.mp4",
        "drives/crash/b.mp4,normal,,x/one:b.mp4",
        "drives/synthetic/z.mp4,crash_synthetic,1,x/z:z.mp4",
    )
    clips = read_drives(_drives(tmp_path, *lines))
    assert [c.path.name for c in clips] == ["a.mp4", "b.mp4", "c.mp4"]
    assert clips[2].events_s == (3.5,)
    assert clips[1].group == clips[2].group == "x/one"
    assert {c.split for c in clips} == {"train"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a.mp4,boom,1,s:a", "line 2: label 'boom'"),
        ("a.mp4,crash,,s:a", "line 2: event_s ''"),
        ("a.mp4,crash,soon,s:a", "line 2: event_s 'soon'"),
        ("a.mp4,crash,nan,s:a", "line 2: event_s 'nan'"),
        ("a.mp4,crash,-1,s:a", "line 2: event_s '-1'"),
        (",crash,1,s:a", "line 2: file ''"),
    ],
)
def test_bad_drives_rows_are_named(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(AnnotationError, match=message):
        read_drives(_drives(tmp_path, line))


def test_cadp_onset_becomes_the_contact(tmp_path: Path) -> None:
    (clip,) = read_cadp(_cadp(tmp_path, "000.mp4,val,343,69,180,0x180 1x69 0x94"))
    assert clip.events_s == (6.0,)
    assert clip.split == "val"


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("0.mp4,train,10,1,3,0x3 1x1", "labels_rle"),
        ("0.mp4,train,4,1,3,0x3 2x1", "labels_rle"),
        ("0.mp4,train,4,1,2,0x3 1x1", "onset_frame"),
        ("0.mp4,test,4,1,3,0x3 1x1", "split"),
    ],
)
def test_bad_cadp_rows_are_named(tmp_path: Path, line: str, key: str) -> None:
    with pytest.raises(AnnotationError, match=key):
        read_cadp(_cadp(tmp_path, line))


def test_annotations_become_clips(tmp_path: Path) -> None:
    triggers = [{"timestamp": 4, "label": "crash", "description": "d"}, {"timestamp": 2.5}]
    file = tmp_path / "annotations.json"
    videos = [{"video_path": "a.mp4", "triggers": triggers}, {"video_path": "b.mp4"}]
    file.write_text(json.dumps({"videos": videos}))
    crash, normal = read_annotations(file, tmp_path, split="val")
    assert (crash.kind, crash.events_s, crash.split) == ("crash", (2.5, 4.0), "val")
    assert (normal.kind, normal.path) == ("normal", tmp_path / "b.mp4")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"videos": [{"video_path": "a", "triggers": [{"timestamp": -1}]}]}', "timestamp"),
        ('{"videos": [{"path": "a"}]}', "videos.0.video_path"),
        ('{"videos": 3}', "videos"),
        ('{"videos": [}', "line 1"),
        ('{"videos": [{"video_path": "a", "triggers": [{"timestamp": NaN}]}]}', "timestamp"),
        ("[" * 100_000, "annotations.json"),
    ],
)
def test_bad_annotations_are_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "annotations.json"
    file.write_text(text)
    with pytest.raises(AnnotationError, match=message):
        read_annotations(file, tmp_path)


def test_written_annotations_read_back_the_same(tmp_path: Path) -> None:
    close, crash = tmp_path / "v" / "a.mp4", tmp_path / "v" / "b.mp4"
    clips = [
        LabeledClip(close, "near_miss", (1.5,), str(close), "val", caption="a kerb"),
        LabeledClip(crash, "crash", (2.0, 3.25), str(crash), "val"),
        LabeledClip(tmp_path / "v" / "c.mp4", "normal", (), str(tmp_path / "v" / "c.mp4"), "val"),
    ]
    file = tmp_path / "labels" / "val.json"
    write_annotations(file, clips, video_dir=tmp_path / "v")
    assert read_annotations(file, tmp_path / "v", split="val") == clips


@pytest.mark.parametrize(
    ("clip", "message"),
    [
        (LabeledClip(Path("/elsewhere/a.mp4"), "normal", (), "a"), "not below the video folder"),
        (LabeledClip(Path("a"), "normal", (), "a", frame_rate=10.0), "folder of frames"),
        (LabeledClip(Path("a.mp4"), "crash", (), "a"), "without a moment"),
    ],
)
def test_clips_that_annotations_cannot_hold_are_refused(clip, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AnnotationError, match=message):
        write_annotations(tmp_path / "a.json", [clip])
    assert not (tmp_path / "a.json").exists()


def test_the_real_label_files_are_read() -> None:
    try:
        root = data_root()
    except AnnotationError as error:
        pytest.skip(str(error))
    clips = read_drives(root)
    assert len(clips) == 87
    held_out = {c.group for c in clips if c.split == "val"}
    assert not held_out & {c.group for c in clips if c.split == "train"}
    assert sum(c.kind == "crash" and c.split == "val" for c in clips) == 11
    assert {c.kind for c in read_cadp(root)} == {"crash"}
