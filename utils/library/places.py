"""Where the videos of the library are: which of them are not at their place, and their new places.

Reports keep where a video was analysed; here stands where it is now.
"""

import os
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from utils.errors import OutputError
from utils.library.database import Database
from utils.library.records import Analysis
from utils.library.report_rows import ReportRows
from utils.library.stored_values import ReportPaths, plain_text
from utils.writers import read_json

_KNOWN = (
    "SELECT video, video_sha256, report, max(size_bytes) AS size_bytes FROM analyses "
    "WHERE state != 'removed' AND video_sha256 != '' GROUP BY video, video_sha256 ORDER BY video"
)


@dataclass(frozen=True, slots=True)
class MissingVideo:
    """A video that is not where the library knows it. size_bytes: None where its report is gone."""

    path: Path
    sha256: str
    size_bytes: int | None


class VideoPlaces:
    """Where videos are, by the checksum of their content."""

    def __init__(self, database: Database, paths: ReportPaths) -> None:
        self._database = database
        self._paths = paths

    def missing(self) -> list[MissingVideo]:
        """The videos of which no file, or one of another size, is at the place, by path.

        Those that were analysed without a checksum are left out: nobody can tell them apart.
        """
        with self._database.read() as connection:
            rows = connection.execute(_KNOWN).fetchall()
        return [self._missing(row) for row in rows if not _is_there(row)]

    def move(self, video: MissingVideo, place: Path) -> None:
        """From now on the video is there, for all analyses that knew it where it is not."""
        where = plain_text(os.path.abspath(place))
        with self._database.write() as connection:
            connection.execute(
                "UPDATE analyses SET video = ?, video_name = ? WHERE video_sha256 = ? "
                "AND video = ?",
                (where, Path(where).name, video.sha256, str(video.path)),
            )

    def size_bytes(self, analysis: Analysis) -> int:
        """How large the video was as it was analysed. Raises OutputError where nobody knows."""
        if analysis.size_bytes is not None:
            return analysis.size_bytes
        size_bytes = read_json(analysis.report).video.size_bytes
        with self._database.write() as connection:
            connection.execute(
                "UPDATE analyses SET size_bytes = ? WHERE id = ?", (size_bytes, analysis.id)
            )
        return size_bytes

    def _missing(self, row: sqlite3.Row) -> MissingVideo:
        size_bytes = row["size_bytes"]
        if size_bytes is None:
            try:
                size_bytes = read_json(self._paths.read(row["report"])).video.size_bytes
            except OutputError:
                size_bytes = None
        return MissingVideo(Path(row["video"]), row["video_sha256"], size_bytes)


def at_known_place(connection: sqlite3.Connection, rows: ReportRows) -> ReportRows:
    """A report's rows with the place of the video: where another analysis knows it, if need be."""
    analysis = rows.analysis
    if Path(analysis["video"]).is_file() or not analysis["video_sha256"]:
        return rows
    known = connection.execute(
        "SELECT DISTINCT video FROM analyses WHERE video_sha256 = ?", (analysis["video_sha256"],)
    )
    places = (Path(row["video"]) for row in known)
    place = next((place for place in places if place.is_file()), None)
    if place is None:
        return rows
    return replace(rows, analysis=analysis | {"video": str(place), "video_name": place.name})


def _is_there(row: sqlite3.Row) -> bool:
    path = Path(row["video"])
    try:
        return path.is_file() and row["size_bytes"] in (None, path.stat().st_size)
    except (OSError, ValueError):
        return False
