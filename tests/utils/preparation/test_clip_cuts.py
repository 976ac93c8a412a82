"""Cuts lie around events and before them, and their moments count from their own start."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from tests.video_factory import VideoPlan, read_barcode, write_video
from utils.errors import VideoError
from utils.labeled_clip import LabeledClip
from utils.preparation.clip_cuts import LENGTH_S, plan_cuts, write_cuts
from utils.video import VideoFile


def clip(kind="crash", *events_s, path=Path("a.mp4")):
    return LabeledClip(path, kind, events_s, group="a", split="val", caption="not checked")


def spans(cuts):
    return [(cut.kind, cut.start_s, cut.end_s) for cut in cuts]


def test_a_crash_gives_its_moment_and_two_quiet_cuts_before_it():
    cuts = plan_cuts(clip("crash", 30.0), 60.0)
    assert spans(cuts) == [("normal", 12, 19), ("normal", 19, 26), ("crash", 26, 33)]
    assert cuts[-1].event_s == 30.0


def test_cuts_stay_inside_the_video_and_short_rests_are_left():
    assert spans(plan_cuts(clip("crash", 5.5), 6.0)) == [("crash", 1.5, 6.0)]
    assert spans(plan_cuts(clip("crash", 8.0), 30.0)) == [("normal", 0, 4), ("crash", 4, 11)]
    assert spans(plan_cuts(clip("near_miss", 1.0), 30.0)) == [("near_miss", 0, 4)]


def test_nothing_after_an_event_is_called_quiet():
    for cuts in (plan_cuts(clip("crash", 2.0, 40.0), 60.0), plan_cuts(clip("crash", 2.0), 60.0)):
        assert all(cut.kind == "crash" for cut in cuts)


def test_a_normal_clip_is_cut_evenly_without_overlap():
    assert spans(plan_cuts(clip("normal"), 5.0)) == [("normal", 0, 5)]
    cuts = plan_cuts(clip("normal"), 3600.0)
    assert len(cuts) == 8
    assert cuts[-1].end_s == pytest.approx(3600)
    assert all(b.start_s - a.start_s >= LENGTH_S for a, b in pairwise(cuts))


def test_an_event_without_a_moment_is_not_cut():
    assert plan_cuts(clip("crash"), 60.0) == []


def test_a_written_cut_shows_the_event_at_its_moment(tmp_path):
    plan = VideoPlan(frames=240, rate=Fraction(10), gop=25)
    video = write_video(tmp_path / "a.mp4", plan)
    cuts = write_cuts(clip("crash", 20.0, path=video), tmp_path / "out", "a")
    assert [c.path.name for c in cuts] == ["a-01.mp4", "a-02.mp4", "a-03.mp4"]
    event = cuts[-1]
    assert (event.kind, event.split, event.events_s) == ("crash", "val", (4.0,))
    assert event.caption == "a.mp4 from 16.00 s; not checked"
    with VideoFile(event.path) as written:
        assert read_barcode(written.grab([event.events_s[0]]).frames[0]) == 200
        assert written.info.duration_s == pytest.approx(7.0, abs=0.15)


def test_a_folder_of_frames_is_refused(tmp_path):
    frames = LabeledClip(tmp_path, "crash", (1.0,), group="a", frame_rate=10.0)
    with pytest.raises(VideoError, match="only video files"):
        write_cuts(frames, tmp_path, "a")
