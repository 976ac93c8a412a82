import os

import pytest

from tests.utils.library.footage import store_video
from utils.library import video_search
from utils.library.video_search import search_videos


@pytest.fixture
def lost(library, reports, tmp_path):
    """Three videos that were analysed and are gone; where they were."""
    card = tmp_path / "card"
    for name in ("a.mp4", "b.mp4", "longer.mp4"):
        store_video(library, reports, card / name).video.unlink()
    return card


def found(library, place):
    """Names of missing videos with the names that they have now."""
    steps = search_videos(library.places.missing(), place)
    return {step.found.path.name: step.path.name for step in steps if step.found}


def put(folder, name, like=None):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes((like or name).encode() * 7)


def test_all_missing_videos_are_found_below_a_folder(library, lost, tmp_path):
    put(tmp_path / "disk" / "one", "a.mp4")
    put(tmp_path / "disk" / "two" / "deep", "b.mp4")
    put(tmp_path / "disk", "c.mp4")  # of the same size as a and b
    assert found(library, tmp_path / "disk") == {"a.mp4": "a.mp4", "b.mp4": "b.mp4"}


def test_a_renamed_video_is_found_by_its_content(library, lost, tmp_path):
    put(tmp_path / "disk", "holiday.bin", like="longer.mp4")
    assert found(library, tmp_path / "disk") == {"longer.mp4": "holiday.bin"}


def test_a_file_of_the_same_name_and_size_with_other_content_is_not_taken(library, lost, tmp_path):
    put(tmp_path / "disk", "a.mp4", like="x.mp4")
    assert found(library, tmp_path / "disk") == {}


def test_a_file_is_looked_at_alone(library, lost, tmp_path):
    put(tmp_path / "disk", "a.mp4")
    put(tmp_path / "disk", "b.mp4")
    assert found(library, tmp_path / "disk" / "b.mp4") == {"b.mp4": "b.mp4"}


def test_files_of_another_size_are_not_read(library, lost, tmp_path, monkeypatch):
    put(tmp_path / "disk", "large.mp4")
    monkeypatch.setattr(video_search, "FileBytes", None)
    assert found(library, tmp_path / "disk") == {}


def test_no_file_is_read_once_all_of_its_size_are_found(library, lost, tmp_path):
    put(tmp_path / "disk", "0.mp4", like="longer.mp4")
    put(tmp_path / "disk", "longer.mp4")
    steps = list(search_videos(library.places.missing(), tmp_path / "disk"))
    assert {step.path.name for step in steps if step.path} == {"longer.mp4"}


def test_links_hidden_files_and_special_files_are_left_aside(library, lost, tmp_path):
    put(tmp_path / "elsewhere", "a.mp4")
    put(tmp_path / "disk" / ".trash", "a.mp4")
    put(tmp_path / "disk", ".a.mp4", like="a.mp4")
    (tmp_path / "disk" / "a.mp4").symlink_to(tmp_path / "elsewhere" / "a.mp4")
    (tmp_path / "disk" / "folder").symlink_to(tmp_path / "elsewhere")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "disk" / "b.mp4")
    assert found(library, tmp_path / "disk") == {}


def test_what_cannot_be_read_is_passed_over(library, lost, tmp_path, monkeypatch):
    put(tmp_path / "disk", "a.mp4")
    put(tmp_path / "disk", "b.mp4")
    real = video_search.FileBytes

    def refuse_a(path, limits):
        return real(tmp_path / "gone" if path.name == "a.mp4" else path, limits)

    monkeypatch.setattr(video_search, "FileBytes", refuse_a)
    assert found(library, tmp_path / "disk") == {"b.mp4": "b.mp4"}


def test_a_search_ends_after_the_most_files(library, lost, tmp_path, monkeypatch):
    monkeypatch.setattr(video_search, "MAX_FILES", 1)
    put(tmp_path / "disk", "0.txt")
    put(tmp_path / "disk", "a.mp4")
    assert found(library, tmp_path / "disk") == {}


def test_how_far_it_is_grows_from_nothing_to_all(library, lost, tmp_path, monkeypatch):
    monkeypatch.setattr(video_search, "TELL_EVERY_FILES", 1)
    for name in ("a.mp4", "b.mp4", "longer.mp4"):
        put(tmp_path / "disk", name)
    steps = list(search_videos(library.places.missing(), tmp_path / "disk"))
    listed = [step for step in steps if step.fraction is None]
    assert [step.files for step in listed] == [1, 2, 3]
    fractions = [step.fraction for step in steps[3:]]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < fractions[-1] < 1
