import os
import sys

import pytest

from utils.errors import LibraryError


def test_a_folder_is_watched_until_it_is_removed(library, tmp_path):
    watched = library.folders.add(tmp_path / "cam", {"trigger": {"threshold": 0.5}})
    assert library.folders.all() == [watched]
    assert watched.folder == tmp_path / "cam"
    assert watched.settings == {"trigger": {"threshold": 0.5}}
    library.folders.remove(watched.id)
    assert library.folders.all() == []


def test_a_folder_again_means_with_other_settings(library, tmp_path):
    first = library.folders.add(tmp_path / "cam", {})
    again = library.folders.add(tmp_path / "x" / ".." / "cam", {"a": 1})
    assert (again.id, again.added_at) == (first.id, first.added_at)
    assert [folder.settings for folder in library.folders.all()] == [{"a": 1}]


def test_removing_a_folder_that_is_not_watched_is_a_message(library):
    with pytest.raises(LibraryError, match="is not watched"):
        library.folders.remove(3)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
def test_a_folder_whose_name_is_no_text_can_be_watched(library, tmp_path):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    assert library.folders.add(folder, {}).folder == folder
