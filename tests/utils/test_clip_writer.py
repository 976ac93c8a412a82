"""Written clips read back as they were, and failures leave nothing behind."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.video_factory import barcode_frame, read_barcode
from utils import clip_writer
from utils.clip_writer import Encoding, timed, write_clip
from utils.errors import OutputError
from utils.video import VideoFile, probe


def pictures(count: int, size_px: tuple[int, int] = (192, 128)) -> list[np.ndarray]:
    return [barcode_frame(number, size_px) for number in range(count)]


def test_a_written_clip_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "made" / "clip.mp4"
    assert write_clip(path, timed(pictures(50), 25), frame_rate=25) == 50
    with VideoFile(path) as video:
        clips = list(video.read())
        assert not video.counts.damaged
    assert [read_barcode(f) for clip in clips for f in clip.frames] == list(range(50))
    info = probe(path)
    assert (info.width_px, info.height_px, info.codec) == (192, 128, "h264")
    assert info.duration_s == pytest.approx(2.0, abs=0.05)
    assert info.start_s == pytest.approx(0.0, abs=1e-6)


def test_uneven_times_are_kept(tmp_path: Path) -> None:
    times_s = [11.7, 11.733, 11.9, 13.0, 13.04]
    write_clip(tmp_path / "vfr.mp4", zip(pictures(5), times_s, strict=True), frame_rate=30)
    with VideoFile(tmp_path / "vfr.mp4") as video:
        read_s = np.concatenate([clip.times_s for clip in video.read()])
    np.testing.assert_allclose(read_s, np.array(times_s) - 11.7, atol=1e-3)


def test_browsers_can_play_it(tmp_path: Path) -> None:
    path = tmp_path / "odd.mp4"
    write_clip(path, timed(pictures(10, (161, 121)), 25))
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.pix_fmt) == (160, 120, "yuv420p")
        assert stream.codec_context.colorspace == 1


def test_colours_survive(tmp_path: Path) -> None:
    colour = np.array([200, 40, 60], np.uint8)
    frame = np.ascontiguousarray(np.broadcast_to(colour, (96, 96, 3)))
    write_clip(tmp_path / "red.mp4", timed([frame] * 5, 25), encoding=Encoding(crf=10))
    with VideoFile(tmp_path / "red.mp4") as video:
        read = video.grab([0.0]).frames[0, 48, 48]
    assert np.abs(read.astype(int) - colour.astype(int)).max() <= 4


@pytest.mark.parametrize("rate", [None, 0, Fraction(0), 1e9, Fraction(30000, 1001)])
def test_any_frame_rate_from_a_header_is_survived(
    tmp_path: Path, rate: Fraction | float | None
) -> None:
    assert write_clip(tmp_path / "a.mp4", timed(pictures(3), 25), frame_rate=rate) == 3


def test_failures_leave_no_file(tmp_path: Path) -> None:
    def broken() -> object:
        yield from timed(pictures(3), 25)
        raise RuntimeError("drawing failed")

    with pytest.raises(OutputError, match="no frame"):
        write_clip(tmp_path / "none.mp4", iter(()))
    with pytest.raises(RuntimeError, match="drawing failed"):
        write_clip(tmp_path / "broken.mp4", broken())
    with pytest.raises(OutputError, match="too small"):
        write_clip(tmp_path / "dot.mp4", timed(pictures(1, (12, 1)), 25))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_encoder_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip_writer, "ENCODER", "no_such_encoder")
    with pytest.raises(OutputError, match=r"no H\.264 encoder"):
        write_clip(tmp_path / "a.mp4", timed(pictures(3), 25))
    assert list(tmp_path.iterdir()) == []
