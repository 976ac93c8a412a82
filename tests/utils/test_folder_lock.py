"""One program at a time in a folder, and whoever looks changes nothing."""

import pytest

from utils.errors import OutputError
from utils.folder_lock import LOCK_FILE, is_locked, lock_folder


def test_a_held_folder_is_refused_to_the_next_one(tmp_path):
    with lock_folder(tmp_path, "a run"), pytest.raises(OutputError, match="a run is at work"):
        with lock_folder(tmp_path, "a run"):
            pass


def test_whether_a_folder_is_held_can_be_seen(tmp_path):
    with lock_folder(tmp_path, "a run"):
        assert is_locked(tmp_path)
    assert not is_locked(tmp_path)


def test_looking_at_an_unused_folder_leaves_it_as_it_is(tmp_path):
    assert not is_locked(tmp_path)
    assert not is_locked(tmp_path / "absent")
    assert not (tmp_path / LOCK_FILE).exists()
