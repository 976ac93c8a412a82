"""Finds videos that are not where they were, at a place that a person names: one search at a time.

What is found is stored at once, so a search that is stopped loses nothing.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ui.context import Context
from ui.local_paths import PATHS_ARE_OFF, existing_path
from ui.sentences import number_of, sentence
from utils.errors import AppError, VideoError
from utils.library import Library, video_search
from utils.library.places import MissingVideo
from utils.library.records import LibraryEvent
from utils.library.video_search import SearchStep, search_videos
from utils.plain_text import one_line

MAX_PATH = 4096


@dataclass(frozen=True, slots=True)
class Finding:
    """A search as it stands. found: old and new names; fraction: None while files are listed."""

    running: bool = False
    words: str = ""
    fraction: float | None = None
    found: tuple[tuple[str, str], ...] = ()
    not_found: tuple[str, ...] = ()
    error: str = ""


class VideoFinder:
    """The searches of all pages and programs."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._search: Search | None = None

    def begin(self, place: Any, event: LibraryEvent | None = None) -> "Search":
        """Begin to look at a file or below a folder for all videos that are missing.

        event: a file must be the video of this one. Raises AppError.
        """
        path = self._place(place)
        if event is not None and path.is_file() and not event.video_sha256:
            raise VideoError(
                f"{event.video.name} was analysed without a checksum, so nobody can tell whether "
                "this is it. Analyse it again where it is now."
            )
        with self._lock:
            if self.finding().running:
                raise AppError("Videos are being looked for already. Wait, or stop that search.")
            self._search = Search(self._context.library, path, event)
            self._search.start()
            return self._search

    def stop(self) -> None:
        """End the search soon."""
        if self._search is not None:
            self._search.stop()

    def finding(self) -> Finding:
        """How the search stands, or how the last one ended."""
        return self._search.finding if self._search else Finding()

    def _place(self, place: Any) -> Path:
        if not self._context.local_allowed:
            raise VideoError(PATHS_ARE_OFF)
        if not isinstance(place, str) or not place.strip() or len(place) > MAX_PATH:
            raise VideoError("Give the path of the video, or of a folder above it.")
        path = existing_path(place)
        if not path.is_file() and not path.is_dir():
            raise VideoError(f"{one_line(path.name)} is neither a file nor a folder.")
        return path


class Search(threading.Thread):
    """One search, which ends with the program."""

    def __init__(self, library: Library, place: Path, event: LibraryEvent | None) -> None:
        super().__init__(name="moved videos", daemon=True)
        self.finding = Finding(running=True, words="Looking for files")
        self._places = library.places
        self._place = place
        self._event = event
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End soon."""
        self._stopped.set()

    def ended(self) -> Finding:
        """How it ended, when it has. Raises AppError where it failed."""
        self.join()
        if self.finding.error:
            raise AppError(self.finding.error)
        return self.finding

    def run(self) -> None:
        """Look, and store what is found."""
        try:
            self._look()
        except AppError as error:
            self.finding = replace(self.finding, error=sentence(str(error)))
        finally:
            self.finding = replace(self.finding, running=False)

    def _look(self) -> None:
        wanted = self._wanted()
        found: list[tuple[MissingVideo, Path]] = []
        step = SearchStep(0)
        for step in search_videos(wanted, self._place):
            if step.found and step.path:
                self._places.move(step.found, step.path)
                found.append((step.found, step.path))
            self.finding = Finding(True, _doing(step), step.fraction, _names(found))
            if self._stopped.is_set():
                break
        left = [video for video in wanted if video not in [one for one, _ in found]]
        words = f"Stopped: {number_of(len(found), 'video')} found so far."
        if not self._stopped.is_set():
            words = _outcome(self._place, len(found), left, step)
        not_found = tuple(one_line(video.path.name) for video in left)
        self.finding = Finding(True, words, 1.0, _names(found), not_found)

    def _wanted(self) -> list[MissingVideo]:
        missing = self._places.missing()
        if self._event is not None and self._place.is_file():
            missing = [video for video in missing if video.sha256 == self._event.video_sha256]
        if not missing:
            raise VideoError("No video is missing: each is at the place that the library knows.")
        return missing


def _names(found: Sequence[tuple[MissingVideo, Path]]) -> tuple[tuple[str, str], ...]:
    return tuple((one_line(video.path.name), one_line(path.name)) for video, path in found)


def _doing(step: SearchStep) -> str:
    if step.path is None:
        return f"Looking for files: {number_of(step.files, 'file')} so far"
    return f"Comparing {one_line(step.path.name)} with the analysed video"


def _outcome(place: Path, found: int, left: Sequence[MissingVideo], step: SearchStep) -> str:
    """What a search came to, in a sentence or two."""
    name = one_line(place.name)
    if place.is_file() and not found:
        same = place.stat().st_size in [video.size_bytes for video in left]
        why = "has the same size but other content" if same else "has another size"
        return f"{name} is not the analysed video: it {why}."
    if not found:
        words = f"None of {number_of(len(left), 'missing video')} is there."
    else:
        words = f"{number_of(found, 'video')} found" + (f", {len(left):,} not." if left else ".")
    if step.files >= video_search.MAX_FILES:
        words += f" Only {step.files:,} files were looked at: name a folder nearer to the videos."
    return words
