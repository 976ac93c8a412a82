"""The analysed videos: taken in from report files, listed, forgotten."""

import logging
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from utils.errors import LibraryError
from utils.library.choice import Choice, order_named
from utils.library.database import Database
from utils.library.places import at_known_place
from utils.library.records import Analysis, AnalysisFilter, AnalysisPage
from utils.library.report_rows import read_report, report_sha256
from utils.library.search_words import words_query
from utils.library.stored_values import ReportPaths, checked_id, read_time
from utils.library.taking_in import insert_analysis, remove_analysis

log = logging.getLogger(__name__)

ORDERS = {
    "newest": "a.created_at DESC, a.id DESC",
    "name": "a.video_name COLLATE NOCASE, a.created_at DESC, a.id DESC",
    "events": "event_count DESC, a.top_score DESC, a.id DESC",
    "score": "a.top_score DESC, a.id DESC",
    "to_review": "unreviewed_count DESC, a.top_score DESC, a.id DESC",
}
BEGINNING_BYTES = 4096  # a report's first key is there
_COLUMNS = (
    "a.*, (SELECT count(*) FROM events e WHERE e.analysis_id = a.id) AS event_count, "
    "(SELECT count(*) FROM events e WHERE e.analysis_id = a.id AND e.decision = 'unreviewed') "
    "AS unreviewed_count"
)
_AS_STORED = (
    "id", "video_sha256", "duration_s", "status", "checkpoint", "trigger", "describer",
    "threshold", "event_count", "unreviewed_count", "top_score", "top_time_s", "summary",
    "size_bytes",
)  # fmt: skip


class Analyses:
    """Reports that the library knows, one row each."""

    def __init__(self, database: Database, paths: ReportPaths) -> None:
        self._database = database
        self._paths = paths

    def add(self, report_json: Path) -> Analysis:
        """Take a report in, with its events.

        The same file again changes nothing; where its content changed, the old analysis makes
        room. Reviews of older analyses of this video are carried over. Raises LibraryError where
        it is no report.
        """
        path = report_json.resolve()
        stored = self._paths.stored(path)
        sha256 = report_sha256(path)
        with self._database.read() as connection:
            known = _known(connection, stored)
            if known and known["report_sha256"] == sha256:
                return self._get(connection, known["id"])
        rows = read_report(path)
        with self._database.write() as connection:
            known = _known(connection, stored)  # another program may have been faster
            if known and known["report_sha256"] == rows.analysis["report_sha256"]:
                return self._get(connection, known["id"])
            rows = at_known_place(connection, rows)
            if known:
                remove_analysis(connection, known["id"])
            return self._get(connection, insert_analysis(connection, rows, stored))

    def add_folder(self, folder: Path) -> int:
        """Take in all reports below a folder; how many there are.

        What is no report, hidden files and folders, and links are left aside. Raises LibraryError
        where there is no such folder.
        """
        count = 0
        if not folder.is_dir():
            raise LibraryError(f"there is no folder {folder}; check its name")
        for path in filter(_may_be_report, _json_files(folder)):
            try:
                self.add(path)
            except LibraryError as error:
                log.info("left aside: %s", error)
            else:
                count += 1
        return count

    def find(self, wanted: AnalysisFilter) -> AnalysisPage:
        """The analyses that a filter lets through. Raises LibraryError for an unknown order."""
        order = order_named(ORDERS, wanted.sort)
        choice = _choice(wanted)
        with self._database.read() as connection:
            total = choice.count(connection)
            part = (wanted.limit, wanted.offset)
            rows = choice.rows(connection, _COLUMNS, order, part=part)
        return AnalysisPage(tuple(self._analysis(row) for row in rows), total)

    def get(self, analysis_id: int) -> Analysis:
        """One analysis. Raises LibraryError where it is not in the library."""
        with self._database.read() as connection:
            return self._get(connection, checked_id(analysis_id, "analysis"))

    def remove(self, analysis_id: int) -> None:
        """Forget an analysis; its report files and the reviews of its events stay.

        Raises LibraryError where it is not in the library.
        """
        with self._database.write() as connection:
            self._get(connection, checked_id(analysis_id, "analysis"))
            remove_analysis(connection, analysis_id)

    def _get(self, connection: sqlite3.Connection, analysis_id: int) -> Analysis:
        choice = Choice("analyses a")
        choice.where("a.id = ? AND a.state != 'removed'", analysis_id)
        rows = choice.rows(connection, _COLUMNS, "a.id", part=(1, 0))
        if not rows:
            raise LibraryError(f"analysis {analysis_id} is not in the library; reload the list")
        return self._analysis(rows[0])

    def _analysis(self, row: sqlite3.Row) -> Analysis:
        report = self._paths.read(row["report"])
        return Analysis(
            report=report,
            video=Path(row["video"]),
            created_at=read_time(row["created_at"]),
            thumbnail=report.parent / row["thumbnail"] if row["thumbnail"] else None,
            **{name: row[name] for name in _AS_STORED},
        )


def _known(connection: sqlite3.Connection, report: str | bytes) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        "SELECT id, report_sha256 FROM analyses WHERE report = ? AND state != 'removed'", (report,)
    ).fetchone()
    return row


def _choice(wanted: AnalysisFilter) -> Choice:
    choice = Choice("analyses a")
    choice.where("a.state = 'latest'" if wanted.latest_only else "a.state != 'removed'")
    query = words_query(wanted.text)
    if query is not None:
        found = "SELECT rowid FROM analysis_words WHERE analysis_words MATCH ?"
        choice.where(f"a.id IN ({found})", query)
    if wanted.with_events is not None:
        there_are = "EXISTS (SELECT 1 FROM events e WHERE e.analysis_id = a.id)"
        choice.where(there_are if wanted.with_events else f"NOT {there_are}")
    choice.between("a.created_at", wanted.since, wanted.until)
    return choice


def _may_be_report(path: Path) -> bool:
    """Whether it begins like a report, so that other large files are not read."""
    try:
        with path.open("rb") as file:
            return b'"video_path"' in file.read(BEGINNING_BYTES)
    except OSError:
        return False


def _json_files(folder: Path) -> Iterator[Path]:
    """Files that may be reports, in a fixed order; links are not followed."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(place) / name
            if name.lower().endswith(".json") and name[0] != "." and not path.is_symlink():
                yield path
