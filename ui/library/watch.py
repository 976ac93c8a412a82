"""Watched folders: videos that appear below them join the queue once.

A file waits until it has been left alone for a while, since it may still be copied. A folder that
is not there (an unplugged disk) is passed over; the screen says so.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from utils.errors import AppError
from utils.library import Library
from utils.library.records import WatchedFolder
from utils.video_files import videos_inside

log = logging.getLogger(__name__)

LOOK_EVERY_S = 20.0
SETTLE_S = 30.0


class FolderWatch:
    """Looks at the watched folders. clock: seconds since 1970, as files are dated."""

    def __init__(self, library: Library, *, clock: Callable[[], float] = time.time) -> None:
        self._library = library
        self._clock = clock
        self._sizes: dict[Path, int] = {}

    def look(self) -> int:
        """One round over all folders; how many videos joined the queue."""
        sizes: dict[Path, int] = {}
        added = sum(self._look_at(folder, sizes) for folder in self._library.folders.all())
        self._sizes = sizes
        return added

    def _look_at(self, folder: WatchedFolder, sizes: dict[Path, int]) -> int:
        ready = [v for v in videos_inside(folder.folder) if self._is_settled(v, sizes)]
        fresh = self._library.seen.take_new(ready)
        return len(self._library.queue.add(fresh, folder.settings)) if fresh else 0

    def _is_settled(self, video: Path, sizes: dict[Path, int]) -> bool:
        try:
            facts = video.stat()
        except OSError:  # gone since it was listed
            return False
        sizes[video] = facts.st_size
        unchanged = self._sizes.get(video, facts.st_size) == facts.st_size
        return unchanged and facts.st_size > 0 and self._clock() - facts.st_mtime >= SETTLE_S


class FolderWatcher:
    """The thread that looks now and then."""

    def __init__(self, library: Library, *, every_s: float = LOOK_EVERY_S) -> None:
        self._watch = FolderWatch(library)
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="folder watch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round under way."""
        self._stop.set()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch.look()
            except AppError as error:
                log.warning("the watched folders were not looked at: %s", error)
            self._stop.wait(self._every_s)
