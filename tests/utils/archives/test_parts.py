"""Parts of archives are found, ordered and read as one file."""

import io

import pytest

from tests.archive_factory import split_file
from utils.archives.parts import JoinedFile, find_archives
from utils.errors import ArchiveError


def touch(folder, *names):
    for name in names:
        (folder / name).write_bytes(b"x")
    return folder


@pytest.mark.parametrize(
    "endings",
    [
        (".part00", ".part01", ".part02"),
        (".part1", ".part2", ".part10"),
        (".part-aa", ".part-ab", ".part-ac"),
        (".partaa", ".partab", ".partac"),
        (".part_0", ".part_1", ".part_2"),
        (".00", ".01", ".02"),
        (".001", ".002", ".003"),
        (".aa", ".ab", ".ac"),
        (".AA", ".AB", ".AC"),
        ("-00", "-01", "-02"),
    ],
)
def test_parts_of_every_common_naming_are_one_archive_in_order(tmp_path, endings):
    if endings[-1] == ".part10":
        endings = tuple(f".part{n}" for n in range(1, 12))
    whole = tmp_path / "DoTA.tar.gz"
    whole.write_bytes(bytes(range(250)))
    split_file(whole, endings)
    (archive,) = find_archives([tmp_path])
    assert archive.name == "DoTA.tar.gz"
    assert JoinedFile(archive).readall() == bytes(range(250))


def test_one_part_stands_for_all_and_archives_are_listed_once(tmp_path):
    touch(tmp_path, "a.tar.gz.00", "a.tar.gz.01", "b.zip", "notes.txt")
    archives = find_archives([tmp_path / "a.tar.gz.01", tmp_path])
    assert [a.name for a in archives] == ["a.tar.gz", "b.zip"]
    assert archives[0].part_sizes() == {"a.tar.gz.00": 1, "a.tar.gz.01": 1}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("a.tar.gz.part00", "a.tar.gz.part02"), "after a.tar.gz.part00 is missing"),
        (("a.tar.gz.part-aa", "a.tar.gz.part-ac"), "after a.tar.gz.part-aa is missing"),
        (("a.tar.gz.part02", "a.tar.gz.part03"), "the first is missing"),
        (("a.tar.gz.part1", "a.tar.gz.part01"), "are the same part"),
        (("a.tar.gz", "a.tar.gz.part00"), "whole and in parts"),
        (("notes.txt",), "no archive in"),
        ((), "no archive in"),
    ],
)
def test_incomplete_rows_of_parts_are_refused_before_anything_is_read(tmp_path, names, message):
    with pytest.raises(ArchiveError, match=message):
        find_archives([touch(tmp_path, *names)])


def test_an_empty_part_and_a_file_that_is_no_archive_are_refused(tmp_path):
    (tmp_path / "a.tar.gz.00").write_bytes(b"")
    with pytest.raises(ArchiveError, match="is empty"):
        find_archives([tmp_path])
    with pytest.raises(ArchiveError, match="no archive"):
        find_archives([tmp_path / "missing.tar"])


def test_joined_parts_seek_like_one_file(tmp_path):
    whole = tmp_path / "a.zip"
    whole.write_bytes(bytes(range(100)))
    split_file(whole, (".001", ".002", ".003"))
    joined = io.BufferedReader(JoinedFile(find_archives([tmp_path])[0]), 16)
    joined.seek(-10, io.SEEK_END)
    assert joined.read() == bytes(range(90, 100))
    joined.seek(30)
    assert joined.read(10) == bytes(range(30, 40))
    assert joined.seek(200) == 200
    assert joined.read(5) == b""
