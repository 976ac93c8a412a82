"""The folder queue: videos that wait for their analysis, are analysed, or were.

A worker claims a video and keeps saying that it lives; a video whose worker died waits again. Any
number of programs may work on one queue.
"""

import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

from utils.errors import LibraryError
from utils.library.choice import MOST_ROWS
from utils.library.database import Database
from utils.library.lease import is_gone
from utils.library.records import QueueItem, QueueState
from utils.library.stored_values import (
    checked_id,
    now,
    plain_text,
    read_path,
    read_time,
    stored_mapping,
    stored_path,
    stored_time,
)

HEARTBEAT_S = 60.0  # a worker of which nothing is known is given up after this silence
MAX_ATTEMPTS = 3  # a video that ends the program each time is not tried for ever
_LIST = (
    "SELECT * FROM queue WHERE ?1 IS NULL OR state = ?1 ORDER BY "
    "CASE state WHEN 'running' THEN 0 WHEN 'waiting' THEN 1 ELSE 2 END, "
    "CASE WHEN state IN ('running', 'waiting') THEN place END, "
    "ended_at DESC, id DESC LIMIT ?2 OFFSET ?3"
)
_FIRST_PLACE = "SELECT coalesce(min(place), 0) - 1 FROM queue"
_LAST_PLACE = "SELECT coalesce(max(place), 0) + 1 FROM queue"
_WAIT_AGAIN = (
    "UPDATE queue SET state = 'waiting', owner = NULL, started_at = NULL, stage = '', "
    "fraction = NULL, message = ''"
)
_AS_STORED = ("id", "state", "stage", "fraction", "message", "analysis_id", "error")


class Queue:
    """Videos in the order in which they are analysed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def paused(self) -> bool:
        """While it is, nothing is claimed; what runs goes on."""
        with self._database.read() as connection:
            return _is_paused(connection)

    @paused.setter
    def paused(self, value: bool) -> None:
        with self._database.write() as connection:
            connection.execute(
                "UPDATE marks SET value = ? WHERE name = 'queue_paused'", (int(bool(value)),)
            )

    def add(self, videos: Sequence[Path], settings: Mapping[str, Any]) -> list[QueueItem]:
        """Append videos; those that were added, without those that wait or run already."""
        changes = stored_mapping(settings)
        with self._database.write() as connection:
            place = _number(connection, _LAST_PLACE)
            ids: list[int | None] = []
            for video in videos:
                cursor = connection.execute(
                    "INSERT OR IGNORE INTO queue (video, settings, place, added_at) "
                    "VALUES (?, ?, ?, ?)",
                    (stored_path(video), changes, place + len(ids), now()),
                )
                if cursor.rowcount:
                    ids.append(cursor.lastrowid)
            return [_item(connection, number) for number in ids]

    def claim(self, owner: str) -> QueueItem | None:
        """Take the first waiting video; None where there is none or the queue is paused.

        owner: of `lease.new_owner`.
        """
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT id FROM queue WHERE state = 'waiting' ORDER BY place, id LIMIT 1"
            ).fetchone()
            if row is None or _is_paused(connection):
                return None
            moment = now()
            connection.execute(
                "UPDATE queue SET state = 'running', owner = ?, heartbeat_at = ?, started_at = ?, "
                "stage = '', fraction = NULL, message = '', attempts = attempts + 1 WHERE id = ?",
                (owner, moment, moment, row["id"]),
            )
            return _item(connection, row["id"])

    def report(
        self, item_id: int, owner: str, *, stage: str, fraction: float | None, message: str
    ) -> bool:
        """Say that the work goes on, at least every 20 s; whether it shall.

        False: the video was cancelled, or taken away after a silence of 60 s.
        """
        known = fraction if fraction is not None and math.isfinite(fraction) else None
        values = {"stage": plain_text(stage), "fraction": known, "message": plain_text(message)}
        return self._change_own(item_id, owner, values | {"heartbeat_at": now()})

    def finish(self, item_id: int, owner: str, *, analysis_id: int) -> bool:
        """The video was analysed. False where it was cancelled or taken away meanwhile."""
        return self._end(item_id, owner, "done", analysis_id=analysis_id)

    def fail(self, item_id: int, owner: str, *, error: str) -> bool:
        """The video cannot be analysed. False where it was cancelled or taken away meanwhile."""
        return self._end(item_id, owner, "failed", error=plain_text(error))

    def release(self, item_id: int, owner: str) -> bool:
        """Let the video wait again, as its worker ends in order; this counts as no try.

        False where it was cancelled or taken away meanwhile.
        """
        with self._database.write() as connection:
            cursor = connection.execute(
                f"{_WAIT_AGAIN}, attempts = attempts - 1 "
                "WHERE id = ? AND owner = ? AND state = 'running'",
                (item_id, owner),
            )
            return cursor.rowcount == 1

    def cancel(self, item_id: int) -> None:
        """Let a video be; one that has ended stays as it is. Raises LibraryError where absent."""
        with self._database.write() as connection:
            _item(connection, item_id)
            connection.execute(
                "UPDATE queue SET state = 'cancelled', ended_at = ?, owner = NULL "
                "WHERE id = ? AND state IN ('waiting', 'running')",
                (now(), item_id),
            )

    def retry(self, item_id: int) -> QueueItem:
        """Let a failed or cancelled video wait again, at the end.

        Raises LibraryError where it is absent, has not failed, or waits already.
        """
        with self._database.write() as connection:
            item = _item(connection, item_id)
            if item.state not in ("failed", "cancelled"):
                raise LibraryError(f"{item.video.name} is {item.state}; it needs no second try")
            place = _number(connection, _LAST_PLACE)
            cursor = connection.execute(
                "UPDATE OR IGNORE queue SET state = 'waiting', place = ?, attempts = 0, "
                "stage = '', fraction = NULL, message = '', error = '', started_at = NULL, "
                "ended_at = NULL, owner = NULL WHERE id = ?",
                (place, item_id),
            )
            if not cursor.rowcount:
                raise LibraryError(f"{item.video.name} waits in the queue already")
            return _item(connection, item_id)

    def move_first(self, item_id: int) -> None:
        """Analyse this waiting video next. Raises LibraryError where absent."""
        with self._database.write() as connection:
            _item(connection, item_id)
            place = _number(connection, _FIRST_PLACE)
            connection.execute(
                "UPDATE queue SET place = ? WHERE id = ? AND state = 'waiting'", (place, item_id)
            )

    def clear_ended(self) -> int:
        """Forget what is done, failed or cancelled; how many that were."""
        with self._database.write() as connection:
            return connection.execute(
                "DELETE FROM queue WHERE state NOT IN ('waiting', 'running')"
            ).rowcount

    def release_stale(self) -> int:
        """Let videos wait again whose worker died or fell silent; how many that were.

        After three such tries a video has failed.
        """
        silent = stored_time(datetime.now(UTC) - timedelta(seconds=HEARTBEAT_S))
        with self._database.write() as connection:
            rows = connection.execute("SELECT * FROM queue WHERE state = 'running'").fetchall()
            stale = [r for r in rows if is_gone(r["owner"]) or r["heartbeat_at"] < silent]
            for row in stale:
                _release(connection, row)
        return len(stale)

    def find(
        self, *, state: QueueState | None = None, limit: int = 200, offset: int = 0
    ) -> list[QueueItem]:
        """Running videos, then waiting ones in their order, then ended ones, newest first."""
        part = [min(max(number, 0), MOST_ROWS) for number in (limit, offset)]
        with self._database.read() as connection:
            rows = connection.execute(_LIST, (state, *part)).fetchall()
        return [_item_of(row) for row in rows]

    def counts(self) -> dict[QueueState, int]:
        """How many videos are in each state."""
        counts: dict[QueueState, int] = dict.fromkeys(get_args(QueueState), 0)
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT state, count(*) AS number FROM queue GROUP BY state"
            ).fetchall()
        return counts | {row["state"]: row["number"] for row in rows}

    def _end(self, item_id: int, owner: str, state: QueueState, **values: Any) -> bool:
        return self._change_own(item_id, owner, {"state": state, "ended_at": now()} | values)

    def _change_own(self, item_id: int, owner: str, values: Mapping[str, Any]) -> bool:
        """Change a video that this owner works on; whether it still does."""
        columns = ", ".join(f"{name} = ?" for name in values)
        with self._database.write() as connection:
            cursor = connection.execute(
                f"UPDATE queue SET {columns} "  # noqa: S608  names of this file
                "WHERE id = ? AND owner = ? AND state = 'running'",
                (*values.values(), item_id, owner),
            )
            return cursor.rowcount == 1


def _release(connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    if row["attempts"] < MAX_ATTEMPTS:
        connection.execute(f"{_WAIT_AGAIN} WHERE id = ?", (row["id"],))
        return
    connection.execute(
        "UPDATE queue SET state = 'failed', owner = NULL, ended_at = ?, error = ? WHERE id = ?",
        (now(), f"the program ended {row['attempts']} times while it worked on it", row["id"]),
    )


def _is_paused(connection: sqlite3.Connection) -> bool:
    mark = connection.execute("SELECT value FROM marks WHERE name = 'queue_paused'")
    return bool(mark.fetchone()["value"])


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def _item(connection: sqlite3.Connection, item_id: int | None) -> QueueItem:
    row = connection.execute(
        "SELECT * FROM queue WHERE id = ?", (checked_id(item_id or 0, "video"),)
    ).fetchone()
    if row is None:
        raise LibraryError(f"video {item_id} is not in the queue; reload the list")
    return _item_of(row)


def _item_of(row: sqlite3.Row) -> QueueItem:
    return QueueItem(
        video=read_path(row["video"]),
        settings=json.loads(row["settings"]),
        added_at=read_time(row["added_at"]),
        started_at=read_time(row["started_at"]) if row["started_at"] else None,
        ended_at=read_time(row["ended_at"]) if row["ended_at"] else None,
        **{name: row[name] for name in _AS_STORED},
    )
