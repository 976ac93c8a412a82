"""What is not a video, or too much of one, is refused in one short line."""

import os
import socket
from pathlib import Path

import av
import pytest
from av.stream import Disposition

from tests.video_factory import VideoPlan, barcode_frame, cut_file, write_sound_only, write_video
from utils.clip import Sampling
from utils.errors import VideoError
from utils.video import DecodeLimits, VideoFile, file_sha256, probe
from utils.video.limits import short_name

SMALL = Sampling(3.0, (32, 32))


def refusal_of(path: Path, limits: DecodeLimits | None = None) -> str:
    with pytest.raises(VideoError) as caught, VideoFile(path, limits) as video:
        list(video.sample(SMALL))
    message = str(caught.value)
    assert len(message) <= 200
    assert message.isprintable()
    assert message.startswith(short_name(path))
    return message


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.mp4", b"", "is empty"),
        ("text.mp4", b"hello\n" * 300, "is not a video"),
        ("list.mp4", b"ffconcat version 1.0\nfile secret.txt\n", "is not a video"),
        ("play.m3u8", b"#EXTM3U\n#EXTINF:1,\n/etc/hostname\n", "is not a video"),
        ("evil\n\x1b[31m\u202ename.mp4", b"nothing", "is not a video"),
        ("n" * 200 + ".mp4", b"nothing", "is not a video"),
    ],
)
def test_files_that_are_no_video(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert reason in refusal_of(path)


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    assert "no such file" in refusal_of(tmp_path / "missing.mp4")
    assert "folder" in refusal_of(tmp_path)
    assert "cannot be opened" in refusal_of(Path("nul\0byte.mp4"))
    assert "regular file" in refusal_of(Path(os.devnull))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_pipes_and_sockets_neither_block_nor_open(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "regular file" in refusal_of(tmp_path / "pipe.mp4")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.mp4"))
        assert "cannot be opened" in refusal_of(tmp_path / "s.mp4")


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    assert "no video stream" in refusal_of(write_sound_only(tmp_path / "sound.mp4"))


def test_cover_art_is_not_taken_for_the_film(tmp_path: Path) -> None:
    path = tmp_path / "cover.mp4"
    with av.open(str(path), "w") as container:
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = Disposition.attached_pic
        film = container.add_stream("libx264", rate=25)
        film.width, film.height, film.pix_fmt = 192, 128, "yuv420p"
        art = av.VideoFrame.from_ndarray(barcode_frame(9, (64, 64)), format="rgb24")
        container.mux([*cover.encode(art.reformat(format="yuvj420p")), *cover.encode(None)])
        for number in range(5):
            picture = barcode_frame(number, (192, 128))
            container.mux(film.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(film.encode(None))
    assert (probe(path).width_px, probe(path).codec) == (192, "h264")


def test_limits_name_the_value_and_the_bound(tmp_path: Path) -> None:
    path = write_video(tmp_path / "plain.mp4", VideoPlan(frames=30))
    assert "192x128" in refusal_of(path, DecodeLimits(max_side_px=100))
    assert refusal_of(path, DecodeLimits(max_pixels=1000))
    assert "GiB" in refusal_of(path, DecodeLimits(max_file_bytes=1000))
    assert "0.0 h long" in refusal_of(path, DecodeLimits(max_duration_s=0.5))
    assert "over the bound" in refusal_of(path, DecodeLimits(base_s=0.0, per_frame_s=0.0))


def test_an_upload_that_broke_off_says_what_is_missing(tmp_path: Path) -> None:
    plan = VideoPlan(frames=60, muxer_options={"movflags": "+faststart"})
    whole = write_video(tmp_path / "whole.mp4", plan)
    with VideoFile(cut_file(whole, tmp_path / "cut.mp4", 0.6)) as video:
        frames = sum(len(clip) for clip in video.read())
        assert video.counts.damaged
    assert 5 < frames < 60
    assert any("promise 60 frames" in warning for warning in video.counts.warnings)


def test_a_cut_before_the_index_is_an_error(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mp4")
    assert "is not a video" in refusal_of(cut_file(whole, tmp_path / "cut.mp4", 0.6))


def test_an_interrupted_look_is_not_called_damage(tmp_path: Path) -> None:
    with VideoFile(write_video(tmp_path / "plain.mp4")) as video:
        list(video.sample(SMALL, max_frames=2))
        list(video.sample(SMALL, end_s=1.0))
        assert not video.counts.damaged


def test_a_file_that_grows_keeps_what_it_was(tmp_path: Path) -> None:
    path = write_video(tmp_path / "plain.mp4", VideoPlan(frames=30))
    with VideoFile(path) as video:
        path.write_bytes(path.read_bytes() + b"\0" * 5000)
        assert sum(len(clip) for clip in video.read()) == 30


def test_facts_of_a_video(tmp_path: Path) -> None:
    path = write_video(tmp_path / "late.mp4", VideoPlan(frames=30, start_s=2.0, b_frames=2))
    info = probe(str(path))
    assert (info.width_px, info.height_px, info.rotation_deg) == (192, 128, 0)
    assert info.codec == "h264"
    assert info.start_s == pytest.approx(2.0)
    assert info.duration_s == pytest.approx(1.0, abs=0.05)
    assert info.size_bytes == path.stat().st_size
    assert len(file_sha256(path)) == 64
