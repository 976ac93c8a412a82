"""A report's rows into the tables, and out of them again. Runs within a caller's transaction."""

import sqlite3
from typing import Any

import numpy as np

from utils.library.carrying import carry_reviews
from utils.library.report_rows import EventRow, ReportRows


def insert_analysis(connection: sqlite3.Connection, rows: ReportRows, report: str | bytes) -> int:
    """Store an analysis with its events and carry reviews over to them; its id.

    report: its file's path as it is stored.
    """
    analysis_id = insert_row(connection, "analyses", rows.analysis | {"report": report})
    ids = [_insert_event(connection, event, analysis_id, rows) for event in rows.events]
    if rows.features is not None:
        vectors = zip(ids, rows.features.vectors.astype(np.float16), strict=True)
        connection.executemany(
            "INSERT INTO event_features (event_id, encoder, vector) VALUES (?, ?, ?)",
            [(event, rows.features.encoder, v.tobytes()) for event, v in vectors if v.any()],
        )
    mark_latest(connection, rows.analysis["video_sha256"])
    carry_reviews(connection, analysis_id)
    return analysis_id


def remove_analysis(connection: sqlite3.Connection, analysis_id: int) -> None:
    """Forget an analysis; events that were reviewed stay, out of sight."""
    connection.execute(
        "DELETE FROM events WHERE analysis_id = ? AND review_id IS NULL", (analysis_id,)
    )
    connection.execute("UPDATE analyses SET state = 'removed' WHERE id = ?", (analysis_id,))
    video = connection.execute("SELECT video_sha256 FROM analyses WHERE id = ?", (analysis_id,))
    mark_latest(connection, video.fetchone()["video_sha256"])
    connection.execute(
        "DELETE FROM analyses WHERE id = ? "
        "AND NOT EXISTS (SELECT 1 FROM events e WHERE e.analysis_id = analyses.id)",
        (analysis_id,),
    )


def mark_latest(connection: sqlite3.Connection, video_sha256: str) -> None:
    """Let the newest analysis of a video be its latest; a video without a checksum has one each."""
    if video_sha256:
        connection.execute(
            "UPDATE analyses SET state = CASE id WHEN ("
            "SELECT id FROM analyses WHERE video_sha256 = ?1 AND state != 'removed' "
            "ORDER BY created_at DESC, id DESC LIMIT 1) THEN 'latest' ELSE 'older' END "
            "WHERE video_sha256 = ?1 AND state != 'removed'",
            (video_sha256,),
        )
    connection.execute("UPDATE marks SET value = value + 1 WHERE name = 'features_version'")


def insert_row(connection: sqlite3.Connection, table: str, columns: dict[str, Any]) -> int:
    """Insert a row; its id."""
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" * len(columns))
    cursor = connection.execute(
        f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608  names of this package
        list(columns.values()),
    )
    return int(cursor.lastrowid or 0)


def _insert_event(
    connection: sqlite3.Connection, event: EventRow, analysis_id: int, rows: ReportRows
) -> int:
    analysis = rows.analysis
    shared = {"analysis_id": analysis_id, "listed": 1}
    shared |= {name: analysis[name] for name in ("video_name", "created_at")}
    event_id = insert_row(connection, "events", event.columns | shared)
    connection.executemany(
        "INSERT INTO event_facts (event_id, name, value) VALUES (?, ?, ?)",
        [(event_id, name, word) for name, words in event.facts.items() for word in words],
    )
    return event_id
