"""Adding to the queue: what is read, what is refused, what the settings become."""

from dataclasses import replace

import pytest

from ui.library.adding import AS_IN_SETTINGS, Adding, add_videos, read_changes
from utils.errors import AppError


def names(added):
    return [item.video.name for item in added.queued]


def test_folders_and_files_are_read_in_place(context, make_video):
    folder = make_video("a.mp4").parent
    make_video("deep/b.mkv")
    single = make_video("../c.avi")
    added = add_videos(context, Adding(f'  "{folder}"  \n\n{single}\n'))
    assert names(added) == ["c.avi", "a.mp4", "b.mkv"]
    assert added.queued[1].video == folder / "a.mp4"
    assert added.watched == ()


def test_known_videos_of_a_folder_are_left_out_unless_asked_for(context, make_video):
    folder = make_video("a.mp4").parent
    first = add_videos(context, Adding(str(folder)))
    context.library.queue.cancel(first.queued[0].id)
    make_video("b.mp4")
    again = add_videos(context, Adding(str(folder)))
    assert (names(again), again.known) == (["b.mp4"], 1)
    assert names(add_videos(context, Adding(str(folder), again=True))) == ["a.mp4"]


def test_a_video_named_by_itself_is_queued_again(context, make_video):
    video = make_video("a.mp4")
    first = add_videos(context, Adding(str(video)))
    context.library.queue.cancel(first.queued[0].id)
    assert names(add_videos(context, Adding(str(video)))) == ["a.mp4"]


def test_an_empty_folder_can_be_watched_but_not_queued(context, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(AppError, match="no video in the folder empty"):
        add_videos(context, Adding(str(empty)))
    added = add_videos(context, Adding(str(empty), watch=True))
    assert [folder.folder for folder in added.watched] == [empty]


def test_an_upload_is_kept_where_it_outlives_the_app(context, video):
    added = add_videos(context, Adding(uploads=[str(video)]))
    kept = added.queued[0].video
    assert kept.is_relative_to(context.outputs)
    assert kept.name == video.name
    assert kept.is_file()
    assert not video.exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (Adding(), "Name a folder or a video first"),
        (Adding("/nowhere/at/all.mp4"), "no file at that path: all.mp4"),
        (Adding("https://example.org/a.mp4"), "not a web address"),
        (Adding("a\0b"), "no file at that path"),
        (Adding("x\n" * 1001), "At most 1000 paths"),
        (Adding(uploads=["/etc/passwd"]), "upload is not known"),
        (Adding(uploads=[{"path": "x"}]), "upload is not known"),
        (Adding(["not", "text"]), "Name a folder or a video first"),
    ],
)
def test_what_cannot_be_queued_is_refused_with_a_sentence(context, form, words):
    with pytest.raises(AppError, match=words):
        add_videos(context, form)
    assert context.library.queue.find() == []


def test_only_folders_are_watched(context, make_video):
    with pytest.raises(AppError, match="Only a folder can be watched"):
        add_videos(context, Adding(str(make_video("a.mp4")), watch=True))


def test_nothing_is_queued_where_one_of_several_places_is_wrong(context, make_video):
    with pytest.raises(AppError):
        add_videos(context, Adding(f"{make_video('a.mp4')}\n/nowhere.mp4"))
    assert context.library.queue.find() == []


def test_paths_are_off_on_the_network(context, make_video):
    shared = replace(context, local_allowed=False)
    with pytest.raises(AppError, match="Paths are off"):
        add_videos(shared, Adding(str(make_video("a.mp4"))))


@pytest.mark.parametrize(
    ("sensitivity", "threshold"),
    [("more", 0.287), ("most", 0.164), ("checkpoint", 0.41), ("clearest", 0.646)],
)
def test_how_much_to_find_moves_the_checkpoints_threshold(context, sensitivity, threshold):
    changes = read_changes(context, "default", sensitivity)
    assert changes["trigger"]["threshold"] == pytest.approx(threshold)
    assert changes["trigger"]["checkpoint"].endswith("default")


def test_as_in_settings_changes_nothing(context):
    assert read_changes(context, AS_IN_SETTINGS, AS_IN_SETTINGS) == {}


@pytest.mark.parametrize(
    ("checkpoint", "sensitivity"),
    [
        ("../../etc", "more"),
        (["default"], "more"),
        (None, "more"),
        ("default", "loud"),
        ("x", 3),
        ("default", ["more"]),
    ],
)
def test_forged_choices_are_refused(context, checkpoint, sensitivity):
    with pytest.raises(AppError):
        read_changes(context, checkpoint, sensitivity)
