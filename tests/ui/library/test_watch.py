"""Watched folders: which files join the queue, when, and how often."""

import os
import shutil

import pytest

from ui.library.watch import SETTLE_S, FolderWatch

NOW_S = 1_800_000_000


@pytest.fixture
def folder(library, make_video):
    """A watched folder; it exists because a first video does."""
    folder = make_video("old.mp4").parent
    library.folders.add(folder, {"trigger": {"threshold": 0.2}})
    return folder


@pytest.fixture
def watch(library):
    return FolderWatch(library, clock=lambda: NOW_S)


def queued(library):
    return sorted(item.video.name for item in library.queue.find())


def test_new_videos_join_once_with_the_settings_of_the_folder(library, folder, watch, make_video):
    assert watch.look() == 1
    make_video("new.mp4")
    make_video("below/deep.MOV")
    assert watch.look() == 2
    assert watch.look() == 0
    assert queued(library) == ["deep.MOV", "new.mp4", "old.mp4"]
    assert {str(item.settings) for item in library.queue.find()} == {
        "{'trigger': {'threshold': 0.2}}"
    }


def test_what_was_cleared_from_the_queue_does_not_come_back(library, folder, watch):
    watch.look()
    (item,) = library.queue.find()
    library.queue.cancel(item.id)
    library.queue.clear_ended()
    assert (watch.look(), queued(library)) == (0, [])


@pytest.mark.parametrize(
    "name", ["a.mp4.part", "a.tmp", ".hidden.mp4", ".cache/a.mp4", "notes.txt", "a.crdownload"]
)
def test_hidden_temporary_and_other_files_never_join(library, folder, watch, make_video, name):
    make_video(name)
    watch.look()
    assert queued(library) == ["old.mp4"]


def test_a_file_that_changed_just_now_waits(library, folder, watch, make_video):
    fresh = make_video("fresh.mp4", mtime_s=NOW_S - SETTLE_S + 1)
    watch.look()
    assert queued(library) == ["old.mp4"]
    os.utime(fresh, (NOW_S - SETTLE_S, NOW_S - SETTLE_S))
    watch.look()
    assert queued(library) == ["fresh.mp4", "old.mp4"]


def test_a_file_that_grows_waits_whatever_its_date_says(library, folder, watch, make_video):
    make_video("copied.mp4", b"", mtime_s=NOW_S - 1)
    watch.look()
    make_video("copied.mp4", b"half")
    watch.look()
    assert "copied.mp4" not in queued(library)
    watch.look()
    assert "copied.mp4" in queued(library)


def test_an_empty_file_waits(library, folder, watch, make_video):
    make_video("empty.mp4", b"")
    watch.look()
    assert queued(library) == ["old.mp4"]


def test_a_file_that_changed_joins_again(library, folder, watch, make_video):
    watch.look()
    (item,) = library.queue.find()
    library.queue.cancel(item.id)
    make_video("old.mp4", b"recorded over")
    watch.look()
    watch.look()
    assert library.queue.counts()["waiting"] == 1


def test_an_unplugged_folder_is_passed_over_and_taken_up_again(library, folder, watch, tmp_path):
    away = tmp_path / "away"
    shutil.move(folder, away)
    assert watch.look() == 0
    shutil.move(away, folder)
    assert watch.look() == 1


def test_a_link_out_of_the_folder_is_not_followed(library, folder, watch, make_video, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.mp4").write_bytes(b"video")
    (folder / "linked").symlink_to(outside, target_is_directory=True)
    watch.look()
    assert queued(library) == ["old.mp4"]
