"""Files of folders join the queue once: known by path, size and time of change, or analysed."""

import os

import pytest

from tests.report_factory import make_report
from utils.library import LIBRARY_FILE, Library, new_owner
from utils.writers import WRITERS, OutputLayout

OLD_S = 1_000_000_000


@pytest.fixture
def library(tmp_path):
    library = Library(tmp_path / LIBRARY_FILE)
    yield library
    library.close()


def make_file(path, content=b"video", mtime_s=OLD_S):
    path.write_bytes(content)
    os.utime(path, (mtime_s, mtime_s))
    return path


def test_a_file_is_new_once_even_after_a_restart(library, tmp_path):
    videos = [make_file(tmp_path / name) for name in ("a.mp4", "b.mp4")]
    assert library.seen.take_new(videos) == videos
    assert library.seen.take_new(videos) == []
    again = Library(library.path)
    assert again.seen.take_new(videos) == []
    again.close()


def test_a_file_that_changed_is_new_again(library, tmp_path):
    video = make_file(tmp_path / "a.mp4")
    library.seen.take_new([video])
    make_file(video, b"other content")
    assert library.seen.take_new([video]) == [video]
    make_file(video, b"other content", mtime_s=OLD_S + 1)
    assert library.seen.take_new([video]) == [video]


def test_a_file_that_vanished_is_left_out(library, tmp_path):
    assert library.seen.take_new([tmp_path / "gone.mp4"]) == []


def test_a_file_that_was_analysed_since_it_changed_is_known(library, tmp_path):
    video = make_file(tmp_path / "a.mp4")
    newer = make_file(tmp_path / "b.mp4", mtime_s=4_000_000_000)
    for path in (video, newer):
        report = make_report().model_copy(update={"video_path": str(path)})
        library.analyses.add(WRITERS["json"](report, OutputLayout(tmp_path / f"{path.stem}.json")))
    assert library.seen.take_new([video, newer]) == [newer]


def test_a_video_released_in_order_waits_again_and_no_try_is_counted(library, tmp_path):
    library.queue.add([tmp_path / "a.mp4"], {})
    owner = new_owner()
    for _ in range(5):
        item = library.queue.claim(owner)
        assert library.queue.release(item.id, owner)
    assert library.queue.claim(new_owner()).state == "running"


def test_only_its_worker_releases_a_video(library, tmp_path):
    library.queue.add([tmp_path / "a.mp4"], {})
    item = library.queue.claim(new_owner())
    assert not library.queue.release(item.id, new_owner())
    assert library.queue.counts()["running"] == 1


def test_labels_of_events_are_listed_once(library, tmp_path):
    library.analyses.add(WRITERS["json"](make_report(), OutputLayout(tmp_path / "drive.json")))
    assert library.events.labels() == ["crash or near miss"]
