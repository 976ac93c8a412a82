"""A clip's frames become pictures and a table of labels, whole or not at all."""

import csv
from fractions import Fraction

import cv2
import pytest

from tests.video_factory import VideoPlan, read_barcode, write_video
from utils.clip import Sampling
from utils.errors import VideoError
from utils.labeled_clip import LabeledClip
from utils.preparation.clip_frames import write_frames

SAMPLING = Sampling(2.0, (96, 64))


@pytest.fixture
def clip(tmp_path):
    path = write_video(tmp_path / "a.mp4", VideoPlan(frames=100, rate=Fraction(10), gop=10))
    return LabeledClip(path, "crash", (5.0,), group="a")


def test_pictures_times_and_labels_belong_together(clip, tmp_path):
    folder = tmp_path / "frames" / "a"
    assert write_frames(clip, folder, SAMPLING)
    with (folder / "frames.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(list(folder.glob("*.jpg"))) == 20
    for row in rows:
        picture = cv2.imread(str(folder / row["frame"]), cv2.IMREAD_COLOR_RGB)
        assert picture.shape == (64, 96, 3)
        assert read_barcode(picture) == round(float(row["time_s"]) * 10)
    labels = {float(row["time_s"]): int(row["label"]) for row in rows}
    assert (labels[4.0], labels[4.5], labels[5.0], labels[7.0], labels[7.5]) == (0, -1, 1, 1, -1)


def test_a_folder_that_is_there_is_kept(clip, tmp_path):
    folder = tmp_path / "a"
    write_frames(clip, folder, SAMPLING)
    before = (folder / "000000.jpg").stat().st_mtime_ns
    assert not write_frames(clip, folder, SAMPLING)
    assert (folder / "000000.jpg").stat().st_mtime_ns == before


def test_a_video_that_fails_leaves_no_folder(tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    clip = LabeledClip(tmp_path / "bad.mp4", "normal", (), group="a")
    with pytest.raises(VideoError):
        write_frames(clip, tmp_path / "out" / "bad", SAMPLING)
    assert list((tmp_path / "out").iterdir()) == []
