"""Files are complete or absent, and a refusal says what to do."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from utils.atomic import atomic_path, atomic_write_bytes, atomic_write_text, probe_writable
from utils.errors import OutputError


def test_missing_folders_are_made_and_nothing_else_stays(tmp_path: Path) -> None:
    atomic_write_text(tmp_path / "a" / "b.txt", "é\r\n")
    assert (tmp_path / "a" / "b.txt").read_bytes() == "é\r\n".encode()
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b.txt"]


def test_a_failing_writer_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    atomic_write_text(target, "old")

    def fail_halfway() -> None:
        with atomic_path(target) as temporary:
            temporary.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_names_the_disk_and_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.json"
    atomic_write_text(target, "old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"disk full, .* MiB free"):
        atomic_write_bytes(target, b"new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_file_is_synced_before_the_rename_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    sync, replace = os.fsync, Path.replace

    def seen_sync(descriptor: int) -> None:
        order.append("sync folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "sync file")
        sync(descriptor)

    def seen_replace(self: Path, target: Path) -> Path:
        order.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", seen_sync)
    monkeypatch.setattr(Path, "replace", seen_replace)
    atomic_write_text(tmp_path / "x", "x")
    if sys.platform.startswith("linux"):
        assert order == ["sync file", "rename", "sync folder"]


def test_a_kill_between_writes_never_leaves_a_broken_file(tmp_path: Path) -> None:
    target = tmp_path / "big.bin"
    code = (
        "import sys; from pathlib import Path; from utils.atomic import atomic_write_bytes\n"
        "for k in range(10**6):\n"
        "    atomic_write_bytes(Path(sys.argv[1]), bytes([k % 251]) * (1 << 20)); print(k, flush=1)"
    )
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE, cwd=os.getcwd()
        )
        assert process.stdout is not None
        for _line in range(3):
            process.stdout.readline()
        process.kill()
        process.wait()
        content = target.read_bytes()
        assert len(content) == 1 << 20
        assert content == content[:1] * len(content)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("folder", "is a folder; give a file name"),
        ("file.txt/x.json", "a file stands where a folder is needed"),
        ("n" * 300 + ".json", "choose a shorter one"),
    ],
)
def test_a_target_that_cannot_be_is_refused_with_advice(
    tmp_path: Path, name: str, advice: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").write_text("x")
    for attempt in (probe_writable, lambda path: atomic_write_text(path, "x")):
        with pytest.raises(OutputError, match=advice):
            attempt(tmp_path / name)


def test_probing_leaves_nothing_behind(tmp_path: Path) -> None:
    probe_writable(tmp_path / "report.json")
    assert list(tmp_path.iterdir()) == []
