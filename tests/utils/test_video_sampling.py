"""Sampling: which frames come, at which times, with which pixels."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.video_factory import VideoPlan, barcode_frame, read_barcode, write_video
from utils.clip import Clip, Sampling
from utils.video import VideoFile
from utils.video import file as file_module
from utils.video import reading as reading_module
from utils.video.gate import OpenGate

SMALL = Sampling(3.0, (96, 64))

PLANS = {
    "plain.mp4": VideoPlan(frames=90),
    "b_frames.mp4": VideoPlan(frames=150, b_frames=3, gop=100),
    "no_b_frames.mp4": VideoPlan(frames=150, gop=25),
    "all_key.mp4": VideoPlan(frames=60, gop=1),
    "open_gop.mp4": VideoPlan(
        frames=150, b_frames=3, gop=24, options={"x264-params": "open-gop=1:bframes=3"}
    ),
    "pyramid.mkv": VideoPlan(frames=150, options={"x264-params": "bframes=5:b-pyramid=normal"}),
    "annex_b.ts": VideoPlan(frames=120, b_frames=3, gop=40),
    "fragmented.mp4": VideoPlan(b_frames=2, muxer_options={"movflags": "frag_keyframe+empty_moov"}),
    "hevc.mp4": VideoPlan(frames=120, codec="libx265", b_frames=4, gop=40),
    "hevc_layers.mkv": VideoPlan(
        frames=120, codec="libx265", options={"x265-params": "temporal-layers=3:log-level=none"}
    ),
    "hevc.ts": VideoPlan(frames=90, codec="libx265", b_frames=3, gop=30),
    "mjpeg.mov": VideoPlan(frames=45, codec="mjpeg", pix_fmt="yuvj420p"),
    "mpeg4.avi": VideoPlan(frames=60, codec="mpeg4", options={"b": "2000k"}),
    "h264.avi": VideoPlan(frames=90, b_frames=2),
    "in_order.avi": VideoPlan(frames=90, gop=20),
    "mjpeg.avi": VideoPlan(frames=60, codec="mjpeg", pix_fmt="yuvj420p"),
    "vp9.webm": VideoPlan(frames=45, codec="libvpx-vp9", options={"deadline": "realtime"}),
    "ten_bit.mp4": VideoPlan(frames=45, pix_fmt="yuv420p10le"),
    "ntsc.mp4": VideoPlan(frames=120, rate=Fraction(30000, 1001)),
    "late_start.mkv": VideoPlan(frames=60, start_s=5.0, b_frames=2),
}


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("videos")
    return {name: write_video(folder / name, plan) for name, plan in PLANS.items()}


def drain(clips: Iterator[Clip]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    parts = list(clips)
    return (
        np.concatenate([c.frames for c in parts]),
        np.concatenate([c.times_s for c in parts]),
        np.concatenate([c.frame_indices for c in parts]),
    )


@pytest.mark.parametrize("name", PLANS)
def test_the_first_frame_at_or_after_each_grid_time_is_given(
    videos: dict[str, Path], name: str
) -> None:
    plan = PLANS[name]
    with VideoFile(videos[name]) as video:
        frames, times_s, indices = drain(video.sample(SMALL))
        counts = video.counts
    shown_s = np.arange(plan.frames) / float(plan.rate)
    slots = np.floor((shown_s + 1e-3) * 3.0).astype(int)
    expected = np.flatnonzero(np.diff(slots, prepend=-1) > 0)
    assert indices.tolist() == expected.tolist()
    assert [read_barcode(frame) for frame in frames] == expected.tolist()
    np.testing.assert_allclose(times_s, shown_s[expected], atol=1.1e-3)
    assert times_s[0] == 0.0
    assert counts.frames_read == plan.frames
    assert not counts.damaged
    assert counts.warnings == []


@pytest.mark.parametrize("rate_fps", [1.0, 3.0, 12.5])
@pytest.mark.parametrize("name", PLANS)
def test_leaving_packets_out_changes_no_pixel(
    videos: dict[str, Path], name: str, rate_fps: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampling = Sampling(rate_fps, (80, 48))
    with VideoFile(videos[name]) as video:
        quick = drain(video.sample(sampling))
        monkeypatch.setattr(reading_module, "make_gate", lambda *_: OpenGate())
        whole = drain(video.sample(sampling))
    for ours, full in zip(quick, whole, strict=True):
        np.testing.assert_array_equal(ours, full)


def test_packets_that_nobody_needs_are_not_decoded(videos: dict[str, Path]) -> None:
    with VideoFile(videos["b_frames.mp4"]) as video:
        drain(video.sample(SMALL))
        assert video.counts.frames_decoded < 0.7 * video.counts.frames_read
    with VideoFile(videos["all_key.mp4"]) as video:
        drain(video.sample(SMALL))
        assert video.counts.frames_decoded == video.counts.frames_sampled == 6


def test_variable_rates_keep_their_own_times(tmp_path: Path) -> None:
    times_ms = [0, 20, 53, 93, 500, 520, 900, 910, 2500, 2533, 2566, 4000]
    path = write_video(tmp_path / "vfr.mkv", VideoPlan(frames=12, times_ms=times_ms))
    with VideoFile(path) as video:
        frames, times_s, _ = drain(video.sample(SMALL))
    assert np.round(times_s * 1000).tolist() == [0, 500, 900, 2500, 4000]
    assert [read_barcode(f) for f in frames] == [0, 4, 6, 8, 11]


def test_a_rate_above_the_video_gives_each_frame_once(tmp_path: Path) -> None:
    path = write_video(tmp_path / "slow.mp4", VideoPlan(frames=4, rate=Fraction(1)))
    with VideoFile(path) as video:
        frames, times_s, indices = drain(video.sample(SMALL))
    assert times_s.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert [read_barcode(f) for f in frames] == indices.tolist() == [0, 1, 2, 3]


def test_a_single_frame_is_a_video(tmp_path: Path) -> None:
    path = write_video(tmp_path / "one.mp4", VideoPlan(frames=1))
    with VideoFile(path) as video:
        frames, times_s, _ = drain(video.sample(SMALL))
        assert video.grab([0.0, 7.0]).frame_indices.tolist() == [0]
    assert frames.shape == (1, 64, 96, 3)
    assert times_s.tolist() == [0.0]


@pytest.mark.parametrize("rotation_deg", [90, 180, 270])
def test_rotated_videos_come_out_upright(tmp_path: Path, rotation_deg: int) -> None:
    turns = rotation_deg // 90

    def lying(number: int, size_px: tuple[int, int]) -> np.ndarray:
        upright = size_px[::-1] if turns % 2 else size_px
        return np.ascontiguousarray(np.rot90(barcode_frame(number, upright), -turns))

    plan = VideoPlan(frames=12, rotation_deg=rotation_deg, draw=lying)
    with VideoFile(write_video(tmp_path / "turned.mp4", plan)) as video:
        assert video.info.rotation_deg == rotation_deg
        size_px = (video.info.width_px, video.info.height_px)
        assert size_px == ((128, 192) if turns % 2 else (192, 128))
        frames, _, _ = drain(video.read())
        assert frames.shape[1:3] == size_px[::-1]
        assert [read_barcode(f) for f in frames] == list(range(12))
        assert read_barcode(video.grab([0.2]).frames[0]) == 6


def test_a_window_gives_what_the_whole_gives_there(videos: dict[str, Path]) -> None:
    for name in ("b_frames.mp4", "no_b_frames.mp4", "mpeg4.avi", "hevc.ts"):
        with VideoFile(videos[name]) as video:
            frames, times_s, indices = drain(video.sample(SMALL))
            inside = (times_s >= 0.9) & (times_s < 1.9)
            cut = drain(video.sample(SMALL, start_s=0.9, end_s=1.9))
        np.testing.assert_array_equal(cut[0], frames[inside])
        np.testing.assert_array_equal(cut[1], times_s[inside])
        np.testing.assert_array_equal(cut[2], indices[inside])


def test_a_far_window_is_reached_by_seeking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_module, "SEEK_FROM_S", 0.5)
    names = ("b_frames.mp4", "annex_b.ts", "vp9.webm", "open_gop.mp4", "late_start.mkv", "hevc.ts")
    names += ("in_order.avi", "mjpeg.avi")
    for name in names:
        with VideoFile(write_video(tmp_path / name, PLANS[name])) as video:
            frames, times_s, indices = drain(video.read(1.1, 1.4))
            assert video.counts.frames_read < PLANS[name].frames or name == "b_frames.mp4"
            assert not video.counts.damaged
            assert indices.tolist() == [33, 34, 35, 36, 37, 38, 39, 40, 41]
            assert [read_barcode(f) for f in frames] == indices.tolist()
            np.testing.assert_allclose(times_s, indices / 30, atol=1.1e-3)


def test_batches_and_limits_are_kept(videos: dict[str, Path]) -> None:
    with VideoFile(videos["b_frames.mp4"]) as video:
        sizes = [len(c) for c in video.sample(SMALL, batch_frames=4, max_frames=10)]
        assert sizes == [4, 4, 2]
        assert video.counts.frames_sampled == 10
        assert list(video.sample(SMALL, max_frames=0)) == []


def test_a_reading_can_be_stopped_and_repeated(videos: dict[str, Path]) -> None:
    with VideoFile(videos["b_frames.mp4"]) as video:
        clips = video.sample(SMALL, batch_frames=2)
        next(clips)
        clips.close()
        first, second = drain(video.sample(SMALL)), drain(video.sample(SMALL))
        np.testing.assert_array_equal(first[0], second[0])


@pytest.mark.parametrize("name", PLANS)
def test_grabbed_frames_are_the_ones_shown_at_that_time(videos: dict[str, Path], name: str) -> None:
    with VideoFile(videos[name]) as video:
        before = video.grab([1.21, 0.0, 0.4, 99.0])
        frames, times_s, indices = drain(video.sample(SMALL))
        exact = video.grab(times_s.tolist())
    last = PLANS[name].frames - 1
    assert before.frames.shape[1:3] == (video.info.height_px, video.info.width_px)
    assert [read_barcode(f) for f in before.frames] == before.frame_indices.tolist()
    assert before.frame_indices.tolist() == [0, round(0.4 * 30) - (name == "ntsc.mp4"), 36, last]
    assert exact.times_s.tolist() == times_s.tolist()
    assert exact.frame_indices.tolist() == indices.tolist()
    assert [read_barcode(f) for f in exact.frames] == [read_barcode(f) for f in frames]


def test_grabbed_pictures_can_be_smaller_but_never_larger(videos: dict[str, Path]) -> None:
    with VideoFile(videos["plain.mp4"]) as video:
        assert video.grab([0.5], max_side_px=96).frames.shape == (1, 64, 96, 3)
        assert video.grab([0.5], max_side_px=9000).frames.shape == (1, 128, 192, 3)
        assert len(video.grab([])) == 0


def test_reading_streams_every_frame_between_two_times(videos: dict[str, Path]) -> None:
    with VideoFile(videos["b_frames.mp4"]) as video:
        _, times_s, indices = drain(video.read(1.0, 2.0))
        assert indices.tolist() == list(range(30, 60))
        assert times_s[0] == pytest.approx(1.0)
        assert len(drain(video.read(1.0, 2.0, rate_fps=10))[0]) == 10


def test_joined_recordings_go_on_in_time(tmp_path: Path) -> None:
    piece = write_video(tmp_path / "piece.ts", VideoPlan(frames=60))
    joined = tmp_path / "joined.ts"
    joined.write_bytes(piece.read_bytes() * 2)
    with VideoFile(joined) as video:
        frames, times_s, _ = drain(video.read())
        assert np.all(np.diff(times_s) > 0)
        assert len(frames) >= 118
        assert times_s[-1] == pytest.approx(4.0, abs=0.1)
        assert read_barcode(video.grab([3.0]).frames[0]) == pytest.approx(30, abs=2)


@pytest.mark.parametrize(("size_px", "colours"), [((1280, 720), "ITU709"), ((320, 240), "ITU601")])
def test_untagged_video_gets_the_colours_of_its_size(
    tmp_path: Path, size_px: tuple[int, int], colours: str
) -> None:
    wanted = np.array([200, 40, 60], np.uint8)
    path = tmp_path / "patch.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "1"})
        stream.width, stream.height = size_px
        stream.pix_fmt = "yuv444p"
        picture = np.broadcast_to(wanted, (size_px[1], size_px[0], 3))
        rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame = rgb.reformat(format="yuv444p", dst_colorspace=colours)
        frame.colorspace = 2
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with VideoFile(path) as video:
        centre = video.grab([0.0]).frames[0, size_px[1] // 2, size_px[0] // 2]
    assert np.abs(centre.astype(int) - wanted.astype(int)).max() <= 4


def test_sparse_sampling_of_a_whole_file_is_no_damage(videos: dict[str, Path]) -> None:
    for path in videos.values():
        with VideoFile(path) as video:
            drain(video.sample(Sampling(0.4, (96, 64))))
            assert not video.counts.damaged, video.counts.warnings


def test_a_far_window_without_numbers_does_not_read_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_module, "SEEK_FROM_S", 0.5)
    path = write_video(tmp_path / "a.mkv", VideoPlan(frames=150, gop=10, b_frames=2))
    with VideoFile(path) as video:
        monkeypatch.setattr(video._grabber, "_scan", lambda: pytest.fail("read the whole file"))
        frames, times_s, indices = drain(video.read(3.0, 3.2, numbered=False))
    assert [read_barcode(f) for f in frames] == [90, 91, 92, 93, 94, 95]
    np.testing.assert_allclose(times_s, np.arange(90, 96) / 30, atol=1.1e-3)
    assert bool(np.all(np.diff(indices) > 0))
