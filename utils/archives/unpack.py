"""Unpacks an archive beside its target and moves the files there once all of it proved sound.

A killed run goes on where it stopped: files that are there in full are not written again. A
damaged or refused archive leaves nothing behind. Which files an archive gave is kept as a record
in the target's `.prepared` folder.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from utils.archives.members import Member, UnpackLimits, read_members
from utils.archives.names import is_clutter, safe_parts
from utils.archives.parts import Archive, JoinedFile
from utils.atomic import atomic_write_text, explain_os_error
from utils.errors import ArchiveError, OutputError
from utils.section import Section

Place = Callable[[tuple[str, ...]], PurePosixPath]
Report = Callable[[int], None]
RECORDS = ".prepared"
SPARE = 1.1  # packed pictures unpack to hardly more than their size; the rest is file system


class Unpacked(Section):
    """What an archive gave. parts, files: name -> bytes; files are relative to the target."""

    parts: dict[str, int]
    files: dict[str, int]

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(self.files.values())


@dataclass(frozen=True, slots=True)
class Target:
    """Where an archive goes. place: the parts of a member's path -> path below the folder."""

    folder: Path
    place: Place
    limits: UnpackLimits = field(default_factory=UnpackLimits)

    def staging(self, archive: Archive) -> Path:
        """Where the archive is unpacked first; the same disk, so that moving is renaming."""
        return self.folder / f".unpacking-{archive.name}"

    def record(self, archive: Archive) -> Path:
        """The file that says what an archive gave."""
        return self.folder / RECORDS / f"{archive.name}.json"


def finished(archive: Archive, target: Target) -> Unpacked | None:
    """What an earlier run unpacked of the same parts, where all of it is still there."""
    try:
        text = target.record(archive).read_text(encoding="utf-8")
        record = Unpacked.model_validate_json(text)
    except (OSError, UnicodeDecodeError, ValidationError):
        return None
    same = record.parts == archive.part_sizes()
    whole = same and all(_size(target.folder / n) == b for n, b in record.files.items())
    return record if whole else None


def unpack(archive: Archive, target: Target, *, report: Report = lambda _: None) -> Unpacked:
    """Unpack one archive; `report` gets the packed bytes read so far.

    Raises ArchiveError where it is damaged or refused (nothing stays), OutputError where the disk
    is full or a different file is in the way (a later run goes on).
    """
    staging = target.staging(archive)
    check_space(archive, target)
    try:
        staging.mkdir(parents=True, exist_ok=True)
        files = _unpack_members(archive, target, report)
        _sync()
        _move(files, staging, target.folder)
        shutil.rmtree(staging)
    except ArchiveError as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise ArchiveError(f"{archive.name}: {error}{_advice(archive)}") from error
    except OSError as error:
        raise OutputError(explain_os_error(error, staging)) from error
    done = Unpacked(parts=archive.part_sizes(), files=files)
    atomic_write_text(target.record(archive), done.model_dump_json() + "\n")
    return done


def check_space(archive: Archive, target: Target) -> None:
    """Raises OutputError where the disk cannot hold the archive's files."""
    folder = target.folder
    while not folder.exists():
        folder = folder.parent
    have = sum(p.stat().st_size for p in target.staging(archive).rglob("*") if p.is_file())
    need, free = int(archive.size_bytes * SPARE) - have, shutil.disk_usage(folder).free
    if need > free:
        raise OutputError(
            f"{archive.name} needs about {need >> 20} MiB in {target.folder}, {free >> 20} MiB are "
            "free; free some space or choose another --output"
        )


def _unpack_members(archive: Archive, target: Target, report: Report) -> dict[str, int]:
    """Every file to its place in the staging folder; path -> bytes."""
    files: dict[str, int] = {}
    seen: dict[str, str] = {}
    with JoinedFile(archive) as joined:
        for member in read_members(archive, joined, target.limits):
            report(joined.tell())
            parts = safe_parts(member.name)
            if is_clutter(parts):
                continue
            name = target.place(parts).as_posix()
            other = seen.setdefault(name.casefold(), name)
            if other != name or name in files:
                raise ArchiveError(f"{other} and {member.name} would become the same file")
            files[name] = member.size_bytes
            _write(member, name, target.staging(archive), target.folder)
        report(joined.tell())
    if not files:
        raise ArchiveError("it holds no file")
    return files


def _write(member: Member, name: str, staging: Path, folder: Path) -> None:
    """One file into the staging folder, unless it is already there or in place, in full."""
    path, present = staging / name, _size(folder / name)
    if present == member.size_bytes or _size(path) == member.size_bytes:
        return
    if present is not None:
        raise OutputError(
            f"{folder / name} is there with {present} bytes, the archive has "
            f"{member.size_bytes}: remove it or choose another --output"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for chunk in member.chunks():
            file.write(chunk)


def _move(files: dict[str, int], staging: Path, folder: Path) -> None:
    """Rename what was unpacked into place; what an earlier run moved is not in staging."""
    for name in files:
        if (staging / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(staging / name, folder / name)


def _size(path: Path) -> int | None:
    with suppress(OSError):
        return path.stat().st_size if path.is_file() else None
    return None


def _sync() -> None:
    """One flush for all files instead of one each: hundreds of thousands would take an hour."""
    if hasattr(os, "sync"):  # Windows has none
        os.sync()


def _advice(archive: Archive) -> str:
    odd = archive.odd_part()
    return f"; {odd} is shorter than the other parts: download it again" if odd else ""
