"""Which files of folders are known already, so that each joins the queue once.

A file is known by path, size and time of change; one that was analysed since it last changed is
known too.
"""

import os
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from utils.library.database import Database
from utils.library.stored_values import stored_path, stored_time

_SAME = "SELECT 1 FROM seen_videos WHERE video = ? AND size_bytes = ? AND mtime_ns = ?"
_ANALYSED = "SELECT 1 FROM analyses WHERE video = ? AND created_at >= ?"
_NOTE = "INSERT OR REPLACE INTO seen_videos (video, size_bytes, mtime_ns) VALUES (?, ?, ?)"

_Facts = tuple[str | bytes, os.stat_result]


class SeenVideos:
    """What was seen, also by other programs that use this library."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_new(self, videos: Sequence[Path]) -> list[Path]:
        """The videos that nobody took before; from now on they are known."""
        facts = {video: known for video in videos if (known := _facts(video)) is not None}
        with self._database.read() as connection:
            unknown = [v for v, f in facts.items() if not _is_known(connection, f)]
        if not unknown:
            return []
        with self._database.write() as connection:
            new = [video for video in unknown if not _is_known(connection, facts[video])]
            connection.executemany(_NOTE, [_row(facts[video]) for video in new])
            return [v for v in new if not _is_analysed(connection, facts[v])]


def _facts(video: Path) -> _Facts | None:
    try:
        return stored_path(video), video.stat()
    except OSError:  # gone since it was listed
        return None


def _row(facts: _Facts) -> tuple[str | bytes, int, int]:
    path, file = facts
    return path, file.st_size, file.st_mtime_ns


def _is_known(connection: sqlite3.Connection, facts: _Facts) -> bool:
    return connection.execute(_SAME, _row(facts)).fetchone() is not None


def _is_analysed(connection: sqlite3.Connection, facts: _Facts) -> bool:
    path, file = facts
    changed_at = stored_time(datetime.fromtimestamp(file.st_mtime, UTC))
    return connection.execute(_ANALYSED, (path, changed_at)).fetchone() is not None
