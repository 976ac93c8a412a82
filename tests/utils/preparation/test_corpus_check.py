"""Labelled clips are checked against their videos, and against each other."""

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tests.video_factory import VideoPlan, cut_file, write_video
from utils.labeled_clip import LabeledClip
from utils.preparation.corpus_account import MAX_LISTED, account, record
from utils.preparation.corpus_check import check_clip, check_corpus


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    """Ten seconds at 10 fps."""
    path = tmp_path_factory.mktemp("videos") / "a.mp4"
    return write_video(path, VideoPlan(frames=100, rate=Fraction(10), gop=10))


def crash(path, *events_s, **values):
    return LabeledClip(path, "crash", events_s, group=str(path), **values)


def kinds(checked):
    return [fault.kind for fault in checked.faults]


def test_a_sound_clip_has_no_fault_and_known_seconds(video):
    checked = check_clip(crash(video, 5.0), decode=True)
    assert checked.faults == ()
    assert checked.usable
    assert checked.duration_s == pytest.approx(10.0, abs=0.05)
    assert checked.labelled_s() == pytest.approx((2.4, 4.1, 3.5), abs=0.11)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"events_s": (3.0, 11.0)}, "event at 11.00 s, but the video ends at 10.00 s"),
        ({"spans_s": ((1.0, 12.0),)}, "interval end at 12.00 s"),
        ({"alert_s": 99.0}, "alert at 99.00 s"),
    ],
)
def test_labels_beyond_the_end_are_told_and_the_clip_is_not_used(video, values, words):
    checked = check_clip(replace(crash(video, 3.0), **values))
    assert [words in fault.text for fault in checked.faults] == [True]
    assert not checked.usable


def test_a_moment_within_half_a_second_of_the_end_is_a_rounded_one(video):
    assert check_clip(crash(video, 10.4)).faults == ()


def test_missing_and_unreadable_videos_are_told(tmp_path):
    assert kinds(check_clip(crash(tmp_path / "gone.mp4", 1.0))) == ["missing"]
    (tmp_path / "b.mp4").write_bytes(b"no video")
    assert kinds(check_clip(crash(tmp_path / "b.mp4", 1.0))) == ["unreadable"]
    assert kinds(check_clip(crash(tmp_path, 1.0))) == ["unreadable"]


def test_damage_is_found_when_the_video_is_decoded_and_the_rest_is_used(tmp_path):
    plan = VideoPlan(frames=200, gop=10, muxer_options={"movflags": "+faststart"})
    whole = write_video(tmp_path / "whole.mp4", plan)
    cut = cut_file(whole, tmp_path / "cut.mp4", 0.6)
    checked = check_clip(crash(cut, 1.0), decode=True)
    assert kinds(checked) == ["damaged"]
    assert checked.usable


def test_copies_and_sources_in_two_splits_are_told(video, tmp_path):
    copy = Path(shutil.copy(video, tmp_path / "copy.mp4"))
    clips = [crash(video, 5.0), crash(copy, 5.0, split="val")]
    check = check_corpus([check_clip(clip) for clip in clips])
    assert [[c.path for c in group] for group in check.copies] == [[video, copy]]
    assert [leak.why for leak in check.leaks] == ["same content"]
    one_source = [replace(clip, group="tape 7") for clip in clips]
    check = check_corpus([check_clip(clip) for clip in one_source])
    assert [leak.why for leak in check.leaks] == ["source tape 7"]
    assert not check.sound


def test_the_account_counts_splits_classes_and_faults(video, tmp_path):
    clips = [
        crash(video, 5.0),
        LabeledClip(video, "normal", (), group=str(video), caption="listed only, not checked"),
        *(crash(tmp_path / f"{n}.mp4", 1.0, split="val") for n in range(MAX_LISTED + 3)),
    ]
    check = check_corpus([check_clip(clip) for clip in clips])
    text = "\n".join(account(check))
    assert "train: 2 clips (1 crash, 1 normal), 0.3 minutes" in text
    assert f"missing videos: {MAX_LISTED + 3}" in text
    assert "  ... and 3 more" in text
    assert "sizes: 192x128 (2)" in text
    assert "frames per second: 10 (2)" in text
    assert "drafted entries that nobody checked: 1" in text
    found = record(check)
    assert len(found.clips) == len(clips)
    assert found.clips[-1].faults == ["missing: there is no such file"]
