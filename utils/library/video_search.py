"""Looks for videos that went missing, below a folder: by size, then by the checksum of the content.

Closing the generator ends the search. Nothing is stored here.
"""

import os
import stat
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from utils.errors import VideoError
from utils.library.places import MissingVideo
from utils.video.digest import ContentDigest
from utils.video.limits import DecodeLimits
from utils.video.source import FileBytes

MAX_FILES = 200_000
TELL_EVERY_FILES = 2000
TELL_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class SearchStep:
    """How far a search is: the files seen, the file that is read, how much of all is read.

    found: a missing video, which is at `path`; fraction: None while the folder is listed.
    """

    files: int
    path: Path | None = None
    fraction: float | None = None
    found: MissingVideo | None = None


Steps = Iterator[SearchStep]


def search_videos(wanted: Sequence[MissingVideo], place: Path) -> Steps:
    """Look for videos at a place: a file, or a folder with all below it, `MAX_FILES` at most.

    Hidden files and folders are left aside, and links are not followed. Each file of a fitting
    size is read once, those of a fitting name first. What cannot be read is passed over.
    """
    sizes = {video.size_bytes for video in wanted}
    names = {video.path.name for video in wanted}
    fitting: list[tuple[Path, int]] = []
    files = 0
    for files, (path, size_bytes) in enumerate(_files(place), start=1):
        if size_bytes in sizes:
            fitting.append((path, size_bytes))
        if files % TELL_EVERY_FILES == 0:
            yield SearchStep(files)
        if files == MAX_FILES:
            break
    fitting.sort(key=lambda file: file[0].name not in names)
    yield from _compare(list(wanted), fitting, files)


def _compare(wanted: list[MissingVideo], fitting: Sequence[tuple[Path, int]], files: int) -> Steps:
    total_bytes = max(1, sum(size_bytes for _, size_bytes in fitting))
    read_bytes = 0
    for path, size_bytes in fitting:
        step = SearchStep(files, path, read_bytes / total_bytes)
        share = size_bytes / total_bytes
        if any(video.size_bytes == size_bytes for video in wanted):
            sha256 = yield from _read(path, step, share)
            for video in [video for video in wanted if video.sha256 == sha256]:
                wanted.remove(video)
                yield replace(step, found=video)
        read_bytes += size_bytes


def _read(path: Path, step: SearchStep, share: float) -> Generator[SearchStep, None, str]:
    """The checksum of a file; empty where it cannot be read. share: of all that is to be read."""
    done = step.fraction or 0.0
    with (
        suppress(VideoError),
        closing(FileBytes(path, DecodeLimits())) as content,
        ContentDigest(content, path) as digest,
    ):
        yield step
        while not digest.is_ready(TELL_EVERY_S):
            yield replace(step, fraction=done + share * digest.fraction)
        return digest.hex()
    return ""


def _files(place: Path) -> Iterator[tuple[Path, int]]:
    """Regular files with their sizes, in a fixed order."""
    if place.is_file():
        yield place, place.stat().st_size
        return
    for folder, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            size_bytes = _size_bytes(os.path.join(folder, name))
            if size_bytes is not None and not name.startswith("."):
                yield Path(folder, name), size_bytes


def _size_bytes(path: str) -> int | None:
    """Of a regular file whose name the library can hold."""
    try:
        path.encode("utf-8")
        facts = os.lstat(path)
    except (OSError, UnicodeEncodeError):
        return None
    return facts.st_size if stat.S_ISREG(facts.st_mode) else None
