"""The events of all analyses: listed, searched, compared by what they look like."""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

from utils.errors import LibraryError
from utils.library.choice import MOST_ROWS, Choice, order_named
from utils.library.database import Database
from utils.library.records import EventFilter, EventPage, LibraryEvent
from utils.library.report_rows import SEPARATOR
from utils.library.search_words import words_query
from utils.library.similarity import FeatureMatrix
from utils.library.stored_values import ReportPaths, checked_id

LISTED = "events e"
SEARCHED = "event_words CROSS JOIN events e ON e.id = event_words.rowid"  # the words come first
WHOLE = "events e JOIN analyses a ON a.id = e.analysis_id"
COLUMNS = "e.*, a.report, a.video, a.video_sha256"
ORDERS = {
    "score": "e.score DESC, e.id",
    "newest": "e.created_at DESC, e.analysis_id DESC, e.number",
    "video": "e.video_name COLLATE NOCASE, e.analysis_id, e.number",
    "longest": "e.end_s - e.start_s DESC, e.id",
    "reviewed": "e.decision = 'unreviewed', e.review_id DESC, e.score DESC, e.id",
}
BEST_MATCH = "bm25(event_words), e.score DESC, e.id"
_AS_STORED = (
    "id", "analysis_id", "number", "start_s", "end_s", "peak_s", "score", "probability", "label",
    "description", "decision", "video_sha256",
)  # fmt: skip


class Events:
    """Events, by default of the latest analysis of each video."""

    def __init__(self, database: Database, paths: ReportPaths) -> None:
        self._database = database
        self._paths = paths
        self._features = FeatureMatrix()

    def find(self, wanted: EventFilter) -> EventPage:
        """The events that a filter lets through.

        A search in the order `score` lists the best matches first. Without an analysis only the
        latest of each video counts. Raises LibraryError for an unknown order.
        """
        with self._database.read() as connection:
            ids, total = _numbers(connection, wanted)
            return EventPage(tuple(self._events(connection, ids)), total)

    def find_ids(self, wanted: EventFilter) -> tuple[list[int], int]:
        """As `find`, the numbers of the events alone, and how many there are in all."""
        with self._database.read() as connection:
            return _numbers(connection, wanted)

    def get(self, event_id: int) -> LibraryEvent:
        """One event. Raises LibraryError where it is not in the library."""
        with self._database.read() as connection:
            found = self._events(connection, [checked_id(event_id, "event")])
        if not found:
            raise LibraryError(f"event {event_id} is not in the library; reload the list")
        return found[0]

    def of(self, analysis_id: int) -> list[LibraryEvent]:
        """The events of an analysis, in order of number."""
        choice = Choice(WHOLE)
        choice.where("e.analysis_id = ?", checked_id(analysis_id, "analysis"))
        with self._database.read() as connection:
            rows = choice.rows(connection, COLUMNS, "e.number", part=(MOST_ROWS, 0))
        return [event_of(row, self._paths) for row in rows]

    def similar(self, event_id: int, limit: int = 12) -> list[LibraryEvent]:
        """Events that look most like this one, most similar first, each with its similarity.

        Raises LibraryError where the event is absent or nobody knows what it looks like.
        """
        checked_id(event_id, "event")
        with self._database.read() as connection:
            nearest = self._features.nearest(connection, event_id, limit)
            events = self._events(connection, list(nearest))
        return [replace(event, similarity=nearest[event.id]) for event in events]

    def facts(self) -> dict[str, list[str]]:
        """The names of known facts with their values, in alphabetical order."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT DISTINCT name, value FROM event_facts ORDER BY name, value"
            ).fetchall()
        facts: dict[str, list[str]] = {}
        for row in rows:
            facts.setdefault(row["name"], []).append(row["value"])
        return facts

    def labels(self) -> list[str]:
        """What scores of events mean, in alphabetical order."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT DISTINCT label FROM events ORDER BY label").fetchall()
        return [row["label"] for row in rows]

    def _events(self, connection: sqlite3.Connection, ids: list[int]) -> list[LibraryEvent]:
        """These events, in this order; those that are not there are left out."""
        choice = Choice(WHOLE)
        choice.where("e.id IN (SELECT value FROM json_each(?))", json.dumps(ids))
        rows = choice.rows(connection, COLUMNS, "e.id", part=(MOST_ROWS, 0))
        found = {row["id"]: event_of(row, self._paths) for row in rows}
        return [found[number] for number in ids if number in found]


def event_of(row: sqlite3.Row, paths: ReportPaths) -> LibraryEvent:
    """The record of a row with `COLUMNS`."""
    report = paths.read(row["report"])
    return LibraryEvent(
        video=Path(row["video"]),
        report=report,
        facts=json.loads(row["facts"]),
        thumbnail=report.parent / row["thumbnail"] if row["thumbnail"] else None,
        **{name: row[name] for name in _AS_STORED},
    )


def _numbers(connection: sqlite3.Connection, wanted: EventFilter) -> tuple[list[int], int]:
    query = words_query(wanted.text)
    order = order_named(ORDERS, wanted.sort)
    order = BEST_MATCH if query is not None and wanted.sort == "score" else order
    choice = _choice(wanted, query)
    found = choice.rows(connection, "e.id", order, part=(wanted.limit, wanted.offset))
    return [row["id"] for row in found], choice.count(connection)


def _choice(wanted: EventFilter, query: str | None) -> Choice:
    choice = Choice(LISTED if query is None else SEARCHED)
    if query is not None:
        choice.where("event_words MATCH ?", query)
    if wanted.analysis_id is None:
        choice.where("e.listed")
    else:
        choice.where("e.analysis_id = ?", checked_id(wanted.analysis_id, "analysis"))
    choice.among("e.decision", wanted.decisions)
    choice.among("e.label", wanted.labels)
    for name, values in wanted.facts.items():
        for value in values.split(SEPARATOR):
            same = "SELECT event_id FROM event_facts WHERE name = ? AND value = ?"
            choice.where(f"e.id IN ({same})", name, value)
    if wanted.min_score is not None:
        choice.where("e.score >= ?", wanted.min_score)
    choice.between("e.created_at", wanted.since, wanted.until)
    return choice
