"""Finds archives in folders, whole or split into parts, and reads the parts as one file.

Parts are read where they lie, one after the other: nothing is joined on the disk. What is inside
an archive is not known here.
"""

import io
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import BinaryIO

from utils.errors import ArchiveError

# name.tar.gz, name.tar.gz.part03, name.tar.gz.part-ab, name.tar.gz.00, name.zip.001 ...
NAME = re.compile(
    r"(?P<archive>.+\.(?:tar\.gz|tgz|tar\.bz2|tar\.xz|tar|zip))"
    r"(?:[.-](?:part[-_.]?(?P<part>\d{1,5}|[a-z]{2,4})|(?P<bare>\d{1,5}|(?![gxl]z)[a-z]{2})))?",
    re.IGNORECASE,
)
WHOLE = -1  # the place of an archive that is not in parts


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive: its name without a part's ending, and its parts in order."""

    name: str
    parts: tuple[Path, ...]

    @property
    def size_bytes(self) -> int:
        """All parts together."""
        return sum(part.stat().st_size for part in self.parts)

    def part_sizes(self) -> dict[str, int]:
        """File name of each part -> bytes."""
        return {part.name: part.stat().st_size for part in self.parts}

    def odd_part(self) -> str:
        """The name of the first part that is shorter than its neighbours, or nothing.

        Splitting makes all parts but the last equally long, so this one may be half a download.
        """
        sizes = [part.stat().st_size for part in self.parts[:-1]]
        odd = [p.name for p, n in zip(self.parts, sizes, strict=False) if n != max(sizes)]
        return odd[0] if odd else ""


def find_archives(paths: Sequence[Path]) -> list[Archive]:
    """The archives that paths name: folders as a whole; a file stands for all of its parts.

    Raises ArchiveError where there is none, a part is missing, empty or there twice.
    """
    found: dict[Path, Archive] = {}
    for path in paths:
        archives = _of_folder(path) if path.is_dir() else [_of_file(path)]
        found |= {archive.parts[0]: archive for archive in archives}
    return list(found.values())


def _of_file(path: Path) -> Archive:
    match = NAME.fullmatch(path.name)
    if match is None or not path.is_file():
        raise ArchiveError(f"{path} is no archive: give .tar, .tar.gz, .zip or parts of one")
    name = match["archive"]
    siblings = [p for p in _files(path.parent) if _archive_name(p) == name]
    return _ordered(name, siblings)


def _of_folder(folder: Path) -> list[Archive]:
    grouped: dict[str, list[Path]] = {}
    for path in _files(folder):
        name = _archive_name(path)
        if name:
            grouped.setdefault(name, []).append(path)
    if not grouped:
        raise ArchiveError(f"no archive in {folder} (looked for .tar, .tar.gz, .zip, their parts)")
    return [_ordered(name, parts) for name, parts in sorted(grouped.items())]


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in sorted(folder.iterdir()) if path.is_file())


def _archive_name(path: Path) -> str:
    match = NAME.fullmatch(path.name)
    return match["archive"] if match else ""


def _ordered(name: str, paths: Sequence[Path]) -> Archive:
    """The archive of these parts. Raises ArchiveError where they are not one row."""
    numbered = sorted((_order(path), path) for path in paths)
    for _, path in numbered:
        if path.stat().st_size == 0:
            raise ArchiveError(f"{path.name} is empty: download it again")
    first, path = numbered[0]
    if first == WHOLE and len(numbered) > 1:
        raise ArchiveError(f"{name} is there whole and in parts: keep one of the two")
    if first > 1:
        raise ArchiveError(f"{name}: the parts begin with {path.name}: the first is missing")
    for (before, path), (number, other) in pairwise(numbered):
        if number == before:
            raise ArchiveError(f"{name}: {path.name} and {other.name} are the same part: keep one")
        if number != before + 1:
            raise ArchiveError(f"{name}: the part after {path.name} is missing: download it")
    return Archive(name, tuple(path for _, path in numbered))


def _order(path: Path) -> int:
    """The place of a part, or WHOLE; letters count like digits (aa = 0)."""
    match = NAME.fullmatch(path.name)
    order = match["part"] or match["bare"] if match else None
    if order is None:
        return WHOLE
    if order.isdecimal():
        return int(order)
    place = 0
    for letter in order.lower():
        place = place * 26 + ord(letter) - ord("a")
    return place


class JoinedFile(io.RawIOBase):
    """The parts of an archive as one readable, seekable file; one part is open at a time."""

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self._archive = archive
        sizes = [part.stat().st_size for part in archive.parts]
        self._starts = list(accumulate(sizes, initial=0))
        self._place = 0
        self._open_part: tuple[int, BinaryIO] | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Bytes from the start of the first part."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place counted over all parts."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._starts[-1]}[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        """Fill the buffer up to the end of a part. Raises ArchiveError for an unreadable part."""
        number = bisect_right(self._starts, self._place) - 1
        if number >= len(self._archive.parts):
            return 0
        try:
            part = self._part(number)
            part.seek(self._place - self._starts[number])
            count = part.readinto(buffer)  # type: ignore[attr-defined]
        except OSError as error:
            name = self._archive.parts[number].name
            raise ArchiveError(f"{name} cannot be read: {error.strerror or error}") from error
        self._place += count
        return int(count)

    def _part(self, number: int) -> BinaryIO:
        if self._open_part is None or self._open_part[0] != number:
            self._close_part()
            self._open_part = number, self._archive.parts[number].open("rb", buffering=0)
        return self._open_part[1]

    def _close_part(self) -> None:
        if self._open_part is not None:
            self._open_part[1].close()
        self._open_part = None

    def close(self) -> None:
        """Close the part that is open."""
        self._close_part()
        super().close()
