"""Folders of pictures: the same frames and times as a video would give, and safe refusals."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.video_factory import barcode_frame, read_barcode
from utils.clip import Sampling
from utils.errors import VideoError
from utils.video import FrameFolder, VideoFile, content_sha256, open_frames

SIZE_PX = (96, 64)


def _picture(number: int, suffix: str = "png") -> bytes:
    buffer = BytesIO()
    kind = "JPEG" if suffix == "jpg" else suffix.upper()
    Image.fromarray(barcode_frame(number, SIZE_PX)).save(buffer, kind)
    return buffer.getvalue()


def _folder(path: Path, count: int, suffix: str = "png") -> Path:
    path.mkdir()
    for n in range(count):
        (path / f"{n}.{suffix}").write_bytes(_picture(n, suffix))
    return path


def _numbers(source: FrameFolder, rate_fps: float = 10.0, **wanted: int) -> list[int]:
    clips = source.sample(Sampling(rate_fps, SIZE_PX), **wanted)
    return [read_barcode(frame) for clip in clips for frame in clip.frames]


def test_pictures_come_in_the_order_of_their_numbers_with_times(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "f", 12, "jpg")
    with open_frames(folder, frame_rate=10.0) as source:
        clips = list(source.sample(Sampling(10.0, (48, 32)), batch_frames=5))
    assert [len(clip) for clip in clips] == [5, 5, 2]
    assert [read_barcode(f) for clip in clips for f in clip.frames] == list(range(12))
    np.testing.assert_allclose(clips[1].times_s, [0.5, 0.6, 0.7, 0.8, 0.9])
    assert clips[0].frames.shape[1:] == (32, 48, 3)
    assert (source.info.width_px, source.info.duration_s) == (96, 1.2)


def test_a_lower_rate_takes_the_first_frame_of_each_step(tmp_path: Path) -> None:
    with FrameFolder(_folder(tmp_path / "f", 12), 10.0) as source:
        assert _numbers(source, 3.0) == [0, 4, 7, 10]
        assert _numbers(source, 5.0, max_frames=3) == [0, 2, 4]


def test_chosen_names_are_the_clip(tmp_path: Path) -> None:
    with FrameFolder(_folder(tmp_path / "f", 6), 2.0, ("4.png", "1.png")) as source:
        assert _numbers(source) == [4, 1]
        assert source.info.duration_s == 1.0


def test_damaged_and_missing_pictures_are_left_out_and_counted(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "f", 6)
    (folder / "0.png").write_bytes(b"not a picture")
    (folder / "3.png").write_bytes(_picture(3)[:-200])
    names = [f"{n}.png" for n in range(7)]
    with FrameFolder(folder, 10.0, names) as source:
        assert _numbers(source) == [1, 2, 4, 5]
        assert source.counts.damaged
        assert source.counts.warnings == [
            "3 of 7 pictures are damaged or missing and were left out"
        ]


def test_a_damaged_picture_leaves_its_step_to_the_next(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "f", 8)
    (folder / "4.png").write_bytes(b"")
    with FrameFolder(folder, 10.0) as source:
        assert _numbers(source, 5.0) == [0, 2, 5, 6]


@pytest.mark.parametrize(
    ("rate_fps", "names", "message"),
    [
        (0.0, (), "frames per second"),
        (float("nan"), (), "frames per second"),
        (10.0, ("../0.png",), "not the name of a picture"),
        (10.0, ("..\\0.png",), "not the name of a picture"),
        (10.0, ("..",), "not the name of a picture"),
        (10.0, ("9.png",), "none of 1 pictures"),
    ],
)
def test_bad_rates_and_names_are_refused(tmp_path: Path, rate_fps, names, message) -> None:
    folder = _folder(tmp_path / "f", 1)
    with pytest.raises(VideoError, match=message):
        FrameFolder(folder, rate_fps, names)


def test_folders_without_a_picture_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(VideoError, match="0 pictures"):
        open_frames(tmp_path, frame_rate=10.0)
    with pytest.raises(VideoError, match="no such folder"):
        open_frames(tmp_path / "none", frame_rate=10.0)


def test_huge_pictures_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    Image.new("1", (9000, 9000)).save(tmp_path / "0.png")
    with pytest.raises(VideoError, match="none of 1 pictures"):
        FrameFolder(tmp_path, 10.0)


def test_a_path_without_a_rate_opens_as_a_video(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="is a folder"):
        open_frames(tmp_path)
    sample = Path(__file__).resolve().parents[2] / "assets" / "sample.mp4"
    with open_frames(sample) as source:
        assert isinstance(source, VideoFile)


def test_the_checksum_follows_contents_and_order(tmp_path: Path) -> None:
    first, second = _folder(tmp_path / "a", 3), _folder(tmp_path / "b", 3)
    assert content_sha256(first) == content_sha256(second)
    assert content_sha256(first) != content_sha256(first, names=("1.png", "0.png", "2.png"))
