"""Annotated clips: which boxes stand on which frame, and what the band says."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.report_factory import (
    draw_keyframes,
    make_detections,
    make_event,
    make_event_report,
    make_report,
)
from utils.clip import VideoInfo
from utils.clip_writer import write_clip
from utils.errors import OutputError
from utils.report import Detection
from utils.settings import OutputSettings
from utils.video import VideoFile
from utils.writers import OutputLayout, write_event_clip
from utils.writers.box_timeline import BoxTimeline
from utils.writers.event_clip import annotated_frames, clip_span_s, score_at

INFO = VideoInfo(Path("x.mp4"), 640, 360, Fraction(30), 60.0)


def box(time_s: float, left: float, track_id: int | None = 1) -> Detection:
    edges = (left, 10.0, left + 20.0, 30.0)
    return Detection(label="car", score=0.9, box_xyxy_px=edges, time_s=time_s, track_id=track_id)


def test_a_tracked_box_moves_straight_between_keyframes() -> None:
    timeline = BoxTimeline([box(1.0, 100), box(1.5, 200)])
    assert [timeline.at(t)[0].box_xyxy_px[0] for t in (1.0, 1.25, 1.5)] == [100, 150, 200]
    assert timeline.at(1.25, scale=0.5)[0].box_xyxy_px == (75, 5, 85, 15)


def test_no_box_far_from_the_keyframe_that_saw_it() -> None:
    timeline = BoxTimeline([box(1.0, 100), box(3.0, 200), box(3.0, 9, track_id=None)])
    assert [len(timeline.at(t)) for t in (0.8, 0.9, 1.1, 1.2, 2.0, 3.1, 3.2)] == [
        0,
        1,
        1,
        0,
        0,
        2,
        0,
    ]


def test_an_object_that_is_gone_at_the_next_keyframe_vanishes_half_way() -> None:
    timeline = BoxTimeline([box(1.0, 100), box(1.2, 200, track_id=2)])
    assert [timeline.at(t)[0].track_id for t in (1.05, 1.15)] == [1, 2]
    assert BoxTimeline([]).at(1.0) == []


def test_every_frame_is_drawn_on_and_keeps_its_time() -> None:
    frames = draw_keyframes([11.7, 12.0, 12.3, 15.0], INFO)
    drawn = list(annotated_frames(make_report(), 1, [frames.take([0, 1]), frames.take([2, 3])]))
    assert [time_s for _, time_s in drawn] == [11.7, 12.0, 12.3, 15.0]
    for (picture, _), original in zip(drawn, frames.frames, strict=True):
        assert picture.shape == original.shape
        assert not np.array_equal(picture[:20], original[:20])
    changed = [
        not np.array_equal(p[120:], o[120:]) for (p, _), o in zip(drawn, frames.frames, strict=True)
    ]
    assert changed == [True, True, True, False]


def test_boxes_follow_the_size_of_the_frames() -> None:
    small = draw_keyframes([12.3], INFO)
    half = type(small)(small.frames[:, ::2, ::2].copy(), small.times_s, small.frame_indices, INFO)
    event = make_report().triggers[0].model_copy(update={"detections": make_detections([12.3])})
    picture, _ = next(annotated_frames(make_report([event]), 1, [half]))
    rows, columns = np.nonzero((picture != half.frames[0]).any(axis=2)[100:])
    assert columns.min() > 140
    assert columns.max() < 290
    assert rows.max() < 60


@pytest.mark.parametrize(
    ("start_s", "end_s", "span"), [(10.0, 12.0, (7.0, 15.0)), (1.0, 1.0, (0.0, 4.0))]
)
def test_the_clip_starts_before_and_ends_after_the_event(
    start_s: float, end_s: float, span: tuple[float, float]
) -> None:
    event = make_event(start_s, start_s=start_s, end_s=end_s)
    assert clip_span_s(event, OutputSettings()) == span


def test_the_score_lies_between_its_neighbours() -> None:
    report = make_report()
    track = report.score_track
    middle = (track.times_s[30] + track.times_s[31]) / 2
    low, high = sorted(track.scores[30:32])
    assert low <= (score_at(report, middle) or 0) <= high
    empty = track.model_copy(update={"times_s": [], "scores": []})
    assert score_at(make_report(score_track=empty), 1.0) is None


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """A drawn video of 4 s at 25 frames/s, 640 x 360."""
    still = draw_keyframes([2.0], INFO).frames[0]
    path = tmp_path / "drive.mp4"
    write_clip(path, ((still, k / 25) for k in range(100)), frame_rate=25)
    return path


def test_a_clip_holds_the_event_with_its_boxes_and_its_rolls(drive: Path) -> None:
    event = make_event(2.0, start_s=1.8, end_s=2.2)
    seen = make_event_report(2.0, event=event, detections=make_detections([1.8, 2.2]))
    layout = OutputLayout(drive.with_name("analysis.json"))
    settings = OutputSettings(pre_roll_s=1.01, post_roll_s=0.58, clip_max_side_px=320)
    with VideoFile(drive) as video:
        written = write_event_clip(
            video, make_report([seen]), number=1, layout=layout, settings=settings
        )
    assert written.clip == "analysis_files/event-001.mp4"
    with VideoFile(layout.absolute(written.clip)) as video:
        clips = list(video.read())
    frames = np.concatenate([clip.frames for clip in clips]).astype(int)
    times_s = np.concatenate([clip.times_s for clip in clips])
    assert frames.shape == (50, 180, 320, 3)
    assert np.allclose(np.diff(times_s), 0.04, atol=0.001)
    moved = np.abs(frames[:, 60:] - frames[0, 60:]).max(axis=(1, 2, 3)) > 60
    assert not moved[:20].any()
    assert moved[26:35].all()
    assert not moved[-8:].any()


def test_a_clip_after_the_end_of_the_video_is_refused_and_leaves_no_file(drive: Path) -> None:
    report = make_report([make_event_report(50.0)])
    layout = OutputLayout(drive.with_name("analysis.json"))
    with VideoFile(drive) as video, pytest.raises(OutputError, match="no frame to write"):
        write_event_clip(video, report, number=1, layout=layout, settings=OutputSettings())
    assert list(layout.files_folder.iterdir()) == []
