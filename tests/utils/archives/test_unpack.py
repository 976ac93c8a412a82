"""Archives are unpacked whole or not at all; hostile and damaged ones leave nothing behind."""

import io
import tarfile
import zipfile
from pathlib import PurePosixPath

import pytest

from tests.archive_factory import (
    clip_files,
    picture_bytes,
    split_file,
    write_member,
    write_tar,
    write_zip,
)
from utils.archives import unpack as unpacking
from utils.archives.layout import LAYOUTS
from utils.archives.members import UnpackLimits
from utils.archives.parts import find_archives
from utils.archives.unpack import Target, finished, unpack
from utils.errors import ArchiveError, OutputError

FILES = clip_files(("ab_001", "cd_002"))


def target_of(tmp_path, **limits):
    return Target(tmp_path / "out" / "DoTA", LAYOUTS["dota"].place, UnpackLimits(**limits))


def unpack_folder(tmp_path, **limits):
    (archive,) = find_archives([tmp_path])
    return unpack(archive, target_of(tmp_path, **limits))


def written(tmp_path):
    folder = tmp_path / "out"
    return {
        path.relative_to(folder / "DoTA").as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".prepared" not in path.parts
    }


def placed(files):
    return {name.replace("frames/", "DoTA_Frames/"): content for name, content in files.items()}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_of_any_compression_is_unpacked(tmp_path, mode):
    write_tar(tmp_path / "a.tar", FILES, mode=mode)
    done = unpack_folder(tmp_path)
    assert written(tmp_path) == placed(FILES)
    assert done.size_bytes == sum(map(len, FILES.values()))


@pytest.mark.parametrize("name", ["a.tar.gz", "a.zip"])
def test_parts_are_unpacked_without_being_joined(tmp_path, name):
    write = write_zip if name.endswith("zip") else write_tar
    split_file(write(tmp_path / name, FILES), (".part-aa", ".part-ab", ".part-ac"))
    before = {path.name for path in tmp_path.iterdir()}
    unpack_folder(tmp_path)
    assert written(tmp_path) == placed(FILES)
    assert {path.name for path in tmp_path.iterdir()} == before | {"out"}


def test_what_file_managers_left_in_the_archive_is_left_out(tmp_path):
    clutter = {"__MACOSX/frames/ab_001/images/._000000.jpg": b"x", ".DS_Store": b"y"}
    write_zip(tmp_path / "a.zip", FILES | clutter)
    unpack_folder(tmp_path)
    assert written(tmp_path) == placed(FILES)


def member(name, **values):
    info = tarfile.TarInfo(name)
    for key, value in values.items():
        setattr(info, key, value)
    return info


HOSTILE = {
    "up": member("../../evil.jpg"),
    "absolute": member("/tmp/evil.jpg"),
    "drive": member("C:/evil.jpg"),
    "symlink": member("frames/a", type=tarfile.SYMTYPE, linkname="/etc"),
    "hard link": member("frames/a.jpg", type=tarfile.LNKTYPE, linkname="../../../etc/passwd"),
    "device": member("frames/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
    "block device": member("frames/sda", type=tarfile.BLKTYPE, devmajor=8),
    "fifo": member("frames/pipe", type=tarfile.FIFOTYPE),
    "case clash": member("frames/GOOD/000.jpg"),
    "same name twice": member("frames/good/000.jpg"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_tar_is_refused_and_leaves_nothing(tmp_path, name):
    write_member(tmp_path / "a.tar.gz", HOSTILE[name])
    with pytest.raises(ArchiveError, match=r"a\.tar\.gz: "):
        unpack_folder(tmp_path)
    assert written(tmp_path) == {}
    assert not (tmp_path / "evil.jpg").exists()


def test_a_symlink_is_not_followed_by_the_file_behind_it(tmp_path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as tar:
        tar.addfile(member("frames/clip", type=tarfile.SYMTYPE, linkname=str(tmp_path)))
        tar.addfile(member("frames/clip/evil.jpg", size=3), io.BytesIO(b"abc"))
    with pytest.raises(ArchiveError, match="link"):
        unpack_folder(tmp_path)
    assert not (tmp_path / "evil.jpg").exists()


@pytest.mark.parametrize("name", ["../evil.jpg", "a/../../../evil.jpg", "/evil.jpg", "C:\\e.jpg"])
def test_a_zip_that_points_outside_is_refused(tmp_path, name):
    write_zip(tmp_path / "a.zip", {"frames/a/0.jpg": b"x", name: b"evil"})
    with pytest.raises(ArchiveError, match="outside"):
        unpack_folder(tmp_path)
    assert written(tmp_path) == {}


def test_a_link_in_a_zip_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        info = zipfile.ZipInfo("frames/a/0.jpg")
        info.external_attr = 0o120777 << 16
        packed.writestr(info, "/etc/passwd")
    with pytest.raises(ArchiveError, match="link"):
        unpack_folder(tmp_path)


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tar.xz", "a.zip"])
def test_a_bomb_is_stopped_early(tmp_path, name):
    write = write_zip if name.endswith("zip") else write_tar
    mode = {"mode": "w:xz"} if name.endswith("xz") else {}
    write(tmp_path / name, {"frames/a/0.jpg": bytes(30 << 20)}, **mode)
    with pytest.raises(ArchiveError, match="times its size"):
        unpack_folder(tmp_path, slack_bytes=1 << 20)
    assert written(tmp_path) == {}


def test_a_header_that_would_fill_the_memory_is_refused(tmp_path):
    info = member("x", type=tarfile.GNUTYPE_LONGNAME)
    write_member(tmp_path / "a.tar.gz", info, bytes(2 << 20))
    with pytest.raises(ArchiveError, match="a header of 2 MiB"):
        unpack_folder(tmp_path)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_files": 3}, "more than 3 files"),
        ({"max_file_bytes": 1000}, "is larger than"),
        ({"max_total_bytes": 9000}, "it unpacks to"),
    ],
)
@pytest.mark.parametrize("name", ["a.tar.gz", "a.zip"])
def test_count_and_size_are_bounded(tmp_path, name, limits, message):
    (write_zip if name.endswith("zip") else write_tar)(tmp_path / name, FILES)
    with pytest.raises(ArchiveError, match=message):
        unpack_folder(tmp_path, **limits)
    assert written(tmp_path) == {}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("keep", [0.2, 0.5, 0.97])
def test_an_archive_that_ends_early_is_refused(tmp_path, mode, keep):
    path = write_tar(tmp_path / "a.tar", FILES, mode=mode)
    content = path.read_bytes()
    kept = min(int(len(content) * keep), len(content) - 11_000 if mode == "w" else len(content))
    path.write_bytes(content[:kept])
    with pytest.raises(ArchiveError, match="damaged"):
        unpack_folder(tmp_path)
    assert written(tmp_path) == {}


def test_a_tar_cut_between_two_files_is_refused(tmp_path):
    path = write_tar(tmp_path / "a.tar", FILES, mode="w")
    path.write_bytes(path.read_bytes()[: 512 + 3072])  # exactly the first file
    with pytest.raises(ArchiveError, match="its end is missing"):
        unpack_folder(tmp_path)


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tar", "a.zip"])
def test_parts_in_the_wrong_order_are_refused(tmp_path, name):
    if name.endswith("zip"):
        whole = write_zip(tmp_path / name, FILES)
    else:
        whole = write_tar(tmp_path / name, FILES, mode="w:gz" if name.endswith("gz") else "w")
    parts = split_file(whole, (".00", ".01", ".02", ".03"))
    second, third = parts[1].read_bytes(), parts[2].read_bytes()
    parts[1].write_bytes(third)
    parts[2].write_bytes(second)
    with pytest.raises(ArchiveError, match=rf"{name}: .*damaged"):
        unpack_folder(tmp_path)
    assert written(tmp_path) == {}


def test_a_short_part_is_named_as_the_likely_cause(tmp_path):
    parts = split_file(write_tar(tmp_path / "a.tar.gz", FILES), (".00", ".01", ".02"))
    parts[1].write_bytes(parts[1].read_bytes()[:-7])
    with pytest.raises(ArchiveError, match=r"a\.tar\.gz\.01 is shorter"):
        unpack_folder(tmp_path)


def test_damage_inside_is_found(tmp_path):
    path = write_tar(tmp_path / "a.tar.gz", FILES)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match="damaged"):
        unpack_folder(tmp_path)
    assert written(tmp_path) == {}


@pytest.mark.parametrize("content", [b"not an archive at all", b"PK\x03\x04", b"\x1f\x8b", b"BZh9"])
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "a.tar.gz").write_bytes(content)
    with pytest.raises(ArchiveError, match="damaged"):
        unpack_folder(tmp_path)


def test_an_archive_without_files_is_refused(tmp_path):
    write_tar(tmp_path / "a.tar.gz", {})
    with pytest.raises(ArchiveError, match="no file"):
        unpack_folder(tmp_path)


def test_a_second_run_has_nothing_to_do_until_a_file_is_gone(tmp_path):
    write_tar(tmp_path / "a.tar.gz", FILES)
    (archive,) = find_archives([tmp_path])
    target = target_of(tmp_path)
    assert finished(archive, target) is None
    done = unpack(archive, target)
    assert finished(archive, target) == done
    (target.folder / next(iter(done.files))).unlink()
    assert finished(archive, target) is None
    unpack(archive, target)
    assert written(tmp_path) == placed(FILES)


def test_a_stopped_run_goes_on_where_it_was(tmp_path, monkeypatch):
    write_tar(tmp_path / "a.tar.gz", FILES)
    (archive,) = find_archives([tmp_path])
    target = target_of(tmp_path)

    class StoppedError(Exception):
        pass

    def stop_at_the_fifth(member_, *rest):
        if member_.name == list(FILES)[5]:
            raise StoppedError
        original(member_, *rest)

    original = unpacking._write
    monkeypatch.setattr(unpacking, "_write", stop_at_the_fifth)
    with pytest.raises(StoppedError):
        unpack(archive, target)
    half = sorted(target.staging(archive).rglob("*.jpg"))
    assert len(half) == 5
    half[0].write_bytes(half[0].read_bytes()[:10])  # as a kill in mid-write leaves it
    kept = half[1].stat().st_mtime_ns
    monkeypatch.setattr(unpacking, "_write", original)
    unpack(archive, target)
    assert written(tmp_path) == placed(FILES)
    name = half[1].relative_to(target.staging(archive))
    assert (target.folder / name).stat().st_mtime_ns == kept


def test_a_run_stopped_while_moving_goes_on(tmp_path, monkeypatch):
    write_tar(tmp_path / "a.tar.gz", FILES)
    (archive,) = find_archives([tmp_path])
    target = target_of(tmp_path)
    moved = []

    def stop_after_three(source, place):
        if len(moved) == 3:
            raise KeyboardInterrupt
        moved.append(place)
        original(source, place)

    original = unpacking.os.replace
    with monkeypatch.context() as patch:
        patch.setattr(unpacking.os, "replace", stop_after_three)
        with pytest.raises(KeyboardInterrupt):
            unpack(archive, target)
    assert finished(archive, target) is None
    kept = moved[0].stat().st_mtime_ns
    unpack(archive, target)
    assert written(tmp_path) == placed(FILES)
    assert moved[0].stat().st_mtime_ns == kept
    assert not target.staging(archive).exists()


def test_a_different_file_in_the_way_is_kept(tmp_path):
    write_tar(tmp_path / "a.tar.gz", FILES)
    mine = tmp_path / "out" / "DoTA" / "DoTA_Frames" / "ab_001" / "images" / "000001.jpg"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    with pytest.raises(OutputError, match="remove it"):
        unpack_folder(tmp_path)
    assert mine.read_bytes() == b"mine"


def test_a_disk_that_is_too_small_is_said_before_the_work(tmp_path, monkeypatch):
    write_tar(tmp_path / "a.tar.gz", FILES)
    monkeypatch.setattr(unpacking.shutil, "disk_usage", lambda _: type("Disk", (), {"free": 1000}))
    with pytest.raises(OutputError, match="needs about"):
        unpack_folder(tmp_path)
    assert not (tmp_path / "out").exists()


def test_two_archives_fill_one_folder(tmp_path):
    for name, clips in (("a", ("x_1",)), ("b", ("y_1",))):
        write_tar(tmp_path / f"{name}.tar.gz", clip_files(clips))
    for archive in find_archives([tmp_path]):
        unpack(archive, target_of(tmp_path))
    clips = {PurePosixPath(name).parts[1] for name in written(tmp_path)}
    assert clips == {"x_1", "y_1"}


def test_an_empty_file_inside_is_kept(tmp_path):
    write_tar(tmp_path / "a.tar.gz", {"notes/empty.txt": b"", "f/a/0.jpg": picture_bytes(0)})
    unpack_folder(tmp_path)
    assert written(tmp_path)["notes/empty.txt"] == b""
