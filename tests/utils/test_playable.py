"""Which files browsers play, and copies of stretches of those they do not."""

from fractions import Fraction

import av
import pytest

from tests.video_factory import VideoPlan, read_barcode, write_video
from utils.errors import OutputError, VideoError
from utils.video import VideoFile
from utils.video.playable import plays_in_browsers, write_section

# Tried out with Chromium 156; Matroska and other pixel formats play there and not everywhere.
PLANS = {
    "h264.mp4": ("libx264", "yuv420p", True),
    "h264.MOV": ("libx264", "yuv420p", True),
    "full_range.mp4": ("libx264", "yuvj420p", True),
    "vp9.webm": ("libvpx-vp9", "yuv420p", True),
    "vp8.webm": ("libvpx", "yuv420p", True),
    "vp9.mp4": ("libvpx-vp9", "yuv420p", True),
    "h264.mkv": ("libx264", "yuv420p", False),
    "h264.avi": ("libx264", "yuv420p", False),
    "h264.ts": ("libx264", "yuv420p", False),
    "hevc.mp4": ("libx265", "yuv420p", False),
    "mpeg4.mp4": ("mpeg4", "yuv420p", False),
    "mjpeg.mov": ("mjpeg", "yuvj420p", False),
    "ten_bit.mp4": ("libx264", "yuv420p10le", False),
    "full_colour.mp4": ("libx264", "yuv444p", False),
}


@pytest.mark.parametrize(("name", "plan"), PLANS.items())
def test_files_that_browsers_play_are_known(tmp_path, name, plan):
    codec, pix_fmt, plays = plan
    path = write_video(tmp_path / name, VideoPlan(frames=8, codec=codec, pix_fmt=pix_fmt))
    assert plays_in_browsers(path) is plays


def test_a_name_does_not_make_a_file_playable(tmp_path):
    avi = write_video(tmp_path / "a.avi", VideoPlan(frames=8))
    lied = avi.rename(tmp_path / "a.mp4")
    assert not plays_in_browsers(lied)
    mp4 = write_video(tmp_path / "b.mp4", VideoPlan(frames=8))
    assert not plays_in_browsers(mp4.rename(tmp_path / "b.m3u8"))


def test_what_cannot_be_opened_does_not_play(tmp_path):
    (tmp_path / "text.mp4").write_text("#EXTM3U\nhttp://127.0.0.1/x.ts")
    assert not plays_in_browsers(tmp_path / "text.mp4")
    assert not plays_in_browsers(tmp_path / "absent.mp4")
    assert not plays_in_browsers(tmp_path)


def section_frames(path):
    """Times and numbers of a section's frames, as a player counts them."""
    with VideoFile(path) as video:
        assert video.info.start_s == 0
        clips = list(video.read())
    pairs = [
        (float(t), read_barcode(f)) for c in clips for t, f in zip(c.times_s, c.frames, strict=True)
    ]
    return [t for t, _ in pairs], [n for _, n in pairs]


@pytest.mark.parametrize(
    ("name", "codec"),
    [("hevc.mp4", "libx265"), ("a.avi", "mpeg4"), ("mjpeg.avi", "mjpeg"), ("a.ts", "libx264")],
)
def test_a_section_plays_and_its_frames_keep_their_times(tmp_path, name, codec):
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    plan = VideoPlan(frames=200, rate=Fraction(10), codec=codec, pix_fmt=pix_fmt)
    video = write_video(tmp_path / name, plan)
    info = write_section(video, 12.05, 14.0, tmp_path / "section.mp4")
    assert info.start_s == pytest.approx(12.1, abs=0.001)
    assert info.duration_s == pytest.approx(1.9, abs=0.001)
    times_s, numbers = section_frames(tmp_path / "section.mp4")
    assert numbers == list(range(121, 140))
    assert times_s == pytest.approx([n / 10 - info.start_s for n in numbers], abs=0.001)
    assert plays_in_browsers(tmp_path / "section.mp4")
    head = (tmp_path / "section.mp4").read_bytes()[:64]
    assert b"mdat" not in head  # the index stands in front


def test_uneven_times_are_kept_and_large_pictures_shrunk(tmp_path):
    times_ms = [0, 40, 300, 310, 900, 1000]
    plan = VideoPlan(frames=6, times_ms=times_ms, start_s=5.0, size_px=(640, 360))
    video = write_video(tmp_path / "a.mkv", plan)
    info = write_section(video, 0.03, 0.95, tmp_path / "s.mp4", max_side_px=320)
    assert info.start_s == pytest.approx(0.04, abs=0.002)
    times_s, numbers = section_frames(tmp_path / "s.mp4")
    assert numbers == [1, 2, 3, 4]
    assert times_s == pytest.approx([0, 0.26, 0.27, 0.86], abs=0.002)
    with av.open(str(tmp_path / "s.mp4")) as section:
        assert (section.streams.video[0].width, section.streams.video[0].height) == (320, 180)


def test_one_frame_is_a_section(tmp_path):
    video = write_video(tmp_path / "a.avi", VideoPlan(frames=20, rate=Fraction(10), codec="mpeg4"))
    info = write_section(video, 1.0, 1.05, tmp_path / "s.mp4")
    assert (info.start_s, info.duration_s) == pytest.approx((1.0, 0.1))


def test_a_stretch_without_pictures_is_refused_and_leaves_no_file(tmp_path):
    video = write_video(tmp_path / "a.avi", VideoPlan(frames=20, rate=Fraction(10), codec="mpeg4"))
    with pytest.raises(VideoError, match=r"no picture from 50\.0 s to 60\.0 s"):
        write_section(video, 50, 60, tmp_path / "out" / "s.mp4")
    assert not (tmp_path / "out").exists()


def test_what_is_no_video_and_where_nothing_can_be_written_are_refused(tmp_path):
    video = write_video(tmp_path / "a.avi", VideoPlan(frames=20, codec="mpeg4"))
    (tmp_path / "file").write_text("x")
    with pytest.raises(VideoError):
        write_section(tmp_path / "file", 0, 1, tmp_path / "s.mp4")
    with pytest.raises(OutputError):
        write_section(video, 0, 1, tmp_path / "file" / "s.mp4")
