"""Reviews as label files: what is exported, what is left out and why, and that it reads back."""

import json

import pytest

from utils.config import validate
from utils.datasets.annotations import read_annotations
from utils.datasets.corpus import read_corpus
from utils.datasets.reviews import split_of
from utils.errors import AnnotationError
from utils.exports.annotations import ReviewsExport, write_reviews
from utils.exports.listing import all_analyses
from utils.library.records import Review


def export(shelf) -> ReviewsExport:
    return write_reviews(shelf.library, shelf.folder / "labels")


def read_back(written: ReviewsExport):
    clips = read_annotations(written.annotations, written.video_dir)
    return {clip.path.name: (clip.kind, clip.events_s) for clip in clips}


def test_decisions_read_back_as_crash_near_miss_and_normal(shelf) -> None:
    shelf.review(shelf.add("crash.mp4", (1.0, 2.0)), "false_alarm", "confirmed")
    shelf.review(shelf.add("near.mp4", (1.5,)), "near_miss")
    shelf.review(shelf.add("quiet.mp4", (1.0, 3.0)), "false_alarm", "false_alarm")
    written = export(shelf)
    assert read_back(written) == {
        "crash.mp4": ("crash", (2.0,)),
        "near.mp4": ("near_miss", (1.5,)),
        "quiet.mp4": ("normal", ()),
    }
    assert (written.videos, written.triggers, written.left_out) == (3, 2, ())


def test_a_corrected_start_is_the_exported_moment(shelf) -> None:
    shelf.add("a.mp4", (2.0,))
    shelf.library.reviews.save(1, Review("confirmed", start_s=1.4, end_s=2.2))
    assert read_back(export(shelf)) == {"a.mp4": ("crash", (1.4,))}


def test_undecided_videos_are_left_out_with_the_reason(shelf) -> None:
    shelf.review(shelf.add("known.mp4"), "confirmed")
    shelf.review(shelf.add("open.mp4", (1.0, 2.0, 3.0)), "confirmed", None, None)
    shelf.review(shelf.add("unsure.mp4", (1.0, 2.0)), "confirmed", "unsure")
    shelf.add("untouched.mp4")
    shelf.add("eventless.mp4", ())
    written = export(shelf)
    assert list(read_back(written)) == ["known.mp4"]
    assert sorted(written.left_out) == [
        "1 more with events that nobody reviewed",
        "open.mp4: 2 of its 3 events are not reviewed",
        "unsure.mp4: 1 of its 2 events were judged unsure",
    ]


def test_videos_that_are_gone_or_changed_are_left_out(shelf) -> None:
    for name in ("known.mp4", "gone.mp4", "changed.mp4"):
        shelf.review(shelf.add(name), "confirmed")
    (shelf.videos / "gone.mp4").unlink()
    with (shelf.videos / "changed.mp4").open("ab") as file:
        file.write(b"more")
    written = export(shelf)
    assert list(read_back(written)) == ["known.mp4"]
    assert sorted(written.left_out) == [
        "changed.mp4: the file has changed since it was analysed",
        "gone.mp4: the file is not at its place any more; Review asks where it is now",
    ]


def test_a_video_that_moved_is_labelled_where_it_is_now(shelf) -> None:
    shelf.review(shelf.add("a.mp4"), "confirmed")
    shelf.move("a.mp4", shelf.folder / "disk" / "b.mp4")
    written = export(shelf)
    assert read_back(written) == {"b.mp4": ("crash", (2.0,))}
    assert written.video_dir == shelf.folder / "disk"


def test_a_video_that_was_analysed_twice_stands_once_with_the_moments_of_both(shelf) -> None:
    first = shelf.add("a.mp4", (0.5, 2.0))
    shelf.review(first, "confirmed", "false_alarm")
    shelf.add("a.mp4", (2.0,))  # a higher threshold: the crash is no event any more
    assert read_back(export(shelf)) == {"a.mp4": ("crash", (0.5,))}


def test_a_moment_of_a_forgotten_analysis_still_counts(shelf) -> None:
    first = shelf.add("a.mp4", (0.5, 2.0))
    shelf.review(first, "confirmed", "false_alarm")
    shelf.add("a.mp4", (2.0,))
    shelf.library.analyses.remove(first.id)
    assert read_back(export(shelf)) == {"a.mp4": ("crash", (0.5,))}


def test_a_forgotten_video_teaches_nothing(shelf) -> None:
    shelf.review(shelf.add("known.mp4"), "confirmed")
    other = shelf.add("forgotten.mp4")
    shelf.review(other, "confirmed")
    shelf.library.analyses.remove(other.id)
    assert list(read_back(export(shelf))) == ["known.mp4"]


def test_paths_start_at_the_deepest_folder_above_all_videos(shelf) -> None:
    shelf.review(shelf.add("north/a.mp4"), "confirmed")
    shelf.review(shelf.add("south/deep/b.mp4"), "confirmed")
    written = export(shelf)
    assert written.video_dir == shelf.videos
    videos = json.loads(written.annotations.read_text(encoding="utf-8"))["videos"]
    assert [video["video_path"] for video in videos] == ["north/a.mp4", "south/deep/b.mp4"]


def test_a_name_that_label_files_cannot_hold_is_left_out(shelf) -> None:
    shelf.review(shelf.add("known.mp4"), "confirmed")
    shelf.review(shelf.add("a\u202eb.mp4"), "confirmed")
    written = export(shelf)
    assert list(read_back(written)) == ["known.mp4"]
    assert len(written.left_out) == 1
    assert "cannot name it" in written.left_out[0]


def test_both_sides_make_the_whole_and_never_share_a_video(shelf) -> None:
    names = [f"{k}.mp4" for k in range(8)]
    for name in names:
        shelf.review(shelf.add(name, (1.0,)), "confirmed")
    written = export(shelf)
    sides = [
        {clip.path.name for clip in read_annotations(side.path, written.video_dir)}
        for side in (written.train, written.val)
    ]
    assert sides[0] | sides[1] == set(names)
    assert not sides[0] & sides[1]
    assert [len(side) for side in sides] == [written.train.videos, written.val.videos]
    assert written.train.videos > written.val.videos > 0


def test_a_video_keeps_its_side_as_reviews_grow(shelf) -> None:
    shelf.review(shelf.add("0.mp4"), "confirmed")
    before = export(shelf)
    for k in range(1, 6):
        shelf.review(shelf.add(f"{k}.mp4"), "false_alarm")
    after = export(shelf)
    for side in ("train", "val"):
        old = {c.path for c in read_annotations(getattr(before, side).path, before.video_dir)}
        new = {c.path for c in read_annotations(getattr(after, side).path, after.video_dir)}
        assert old <= new


@pytest.mark.parametrize("reviewed", [True, False])
def test_nothing_to_export_is_an_error_that_says_what_to_do(shelf, reviewed) -> None:
    analysis = shelf.add("a.mp4", (1.0, 2.0))
    if reviewed:
        shelf.review(analysis, "confirmed", None)
    with pytest.raises(AnnotationError, match="decide on all events"):
        export(shelf)
    assert not (shelf.folder / "labels").exists()


def test_an_empty_library_has_no_reviews_to_export(shelf) -> None:
    with pytest.raises(AnnotationError, match="no event was reviewed yet"):
        export(shelf)


def test_training_reads_both_sides_as_they_were_split(shelf) -> None:
    for k in range(6):
        name = f"{k}.mp4"
        decision = "confirmed" if k % 2 else "false_alarm"
        shelf.review(shelf.add(name, (1.0,)), decision)
    written = export(shelf)
    clips = read_corpus(validate({"data": training_data(written)}, source="test").data)
    assert len(clips) == 6
    checksums = {a.video.name: a.video_sha256 for a in all_analyses(shelf.library)}
    assert {c.path.name: c.split for c in clips} == {
        name: split_of(checksum) for name, checksum in checksums.items()
    }


def test_one_side_may_hold_no_video(shelf) -> None:
    shelf.review(shelf.add("only.mp4"), "confirmed")
    written = export(shelf)
    assert sorted([written.train.videos, written.val.videos]) == [0, 1]
    (clip,) = read_corpus(validate({"data": training_data(written)}, source="test").data)
    assert (clip.path.name, clip.kind) == ("only.mp4", "crash")


def training_data(written: ReviewsExport) -> dict[str, str]:
    return {
        "train_annotations": str(written.train.path),
        "train_video_dir": str(written.video_dir),
        "val_annotations": str(written.val.path),
        "val_video_dir": str(written.video_dir),
    }
