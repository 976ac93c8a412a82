"""What people decided about events. Reviews are added, never changed, so nothing is ever lost."""

import sqlite3
from typing import cast, get_args

from utils.errors import LibraryError
from utils.library.carrying import decided_moments
from utils.library.database import Database
from utils.library.events import event_of
from utils.library.records import Decision, LibraryEvent, Review, ReviewState, SavedReview
from utils.library.stored_values import ReportPaths, checked_id, now, plain_text, read_time

MAX_TEXT = 10_000
MAX_TIME_S = 1e9


class ReviewConflict(LibraryError):  # noqa: N818  what it is, not a mistake
    """Somebody else reviewed the event meanwhile. latest: their review; None where they undid."""

    def __init__(self, event_id: int, latest: SavedReview | None) -> None:
        super().__init__(
            f"event {event_id} was reviewed in another window meanwhile; look at that review, "
            "then decide again"
        )
        self.latest = latest


class Reviews:
    """The reviews of all events."""

    def __init__(self, database: Database, paths: ReportPaths) -> None:
        self._database = database
        self._paths = paths

    def save(self, event_id: int, review: Review, *, based_on: int | None = None) -> SavedReview:
        """Add a review.

        based_on: id of the latest review that its author saw, 0 where there was none, None to add
        it whatever others did. Raises ReviewConflict where there is another one by now, and
        LibraryError where the event is absent or the review cannot be.
        """
        _check(review)
        with self._database.write() as connection:
            event = _event(connection, event_id)
            _check_span(review, event)
            current = _unless_changed(connection, event_id, event["review_id"], based_on)
            values = (review.decision, plain_text(review.reason), plain_text(review.notes),
                      review.start_s, review.end_s, 0)  # fmt: skip
            return _append(connection, event_id, values, current["id"] if current else None)

    def history(self, event_id: int) -> list[SavedReview]:
        """All reviews of an event, newest first; one that was brought back stands there again."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM reviews WHERE event_id = ? AND decision != 'unreviewed' "
                "ORDER BY id DESC",
                (checked_id(event_id, "event"),),
            ).fetchall()
        return [_saved(row) for row in rows]

    def latest(self, event_id: int) -> SavedReview | None:
        """The review that counts; None where there is none or it was undone.

        Raises LibraryError where the event is absent.
        """
        with self._database.read() as connection:
            row = _counting(connection, _event(connection, event_id)["review_id"])
            return None if row is None else _saved(row)

    def undo(self, event_id: int, *, based_on: int | None = None) -> SavedReview | None:
        """Bring back the review before the latest, and again the one before that; what counts now.

        based_on: as in `save`. Raises ReviewConflict, and LibraryError where the event is absent.
        """
        with self._database.write() as connection:
            event = _event(connection, event_id)
            current = _unless_changed(connection, event_id, event["review_id"], based_on)
            if current is None:
                return None
            before = _review(connection, current["previous_id"])
            if before is None:
                _append(connection, event_id, ("unreviewed", "", "", None, None, 0), None)
                return None
            values = tuple(before[name] for name in (*_VALUES, "carried"))
            return _append(connection, event_id, values, before["previous_id"])

    def counts(self) -> dict[ReviewState, int]:
        """How many events of the latest analyses are in each state."""
        counts: dict[ReviewState, int] = dict.fromkeys(get_args(ReviewState), 0)
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT decision, count(*) AS number FROM events WHERE listed GROUP BY decision"
            ).fetchall()
        return counts | {row["decision"]: row["number"] for row in rows}

    def reviewed(self, video_sha256: str | None = None) -> list[tuple[LibraryEvent, SavedReview]]:
        """Every moment that was decided, once, with its latest review; newest first.

        Each with the event that the person looked at, also one of an older or removed analysis.
        video_sha256: of this video only.
        """
        with self._database.read() as connection:
            moments = decided_moments(connection, video_sha256)
            return [
                (event_of(row, self._paths), _saved(_review(connection, row["r_id"])))
                for row in moments
            ]


_VALUES = ("decision", "reason", "notes", "start_s", "end_s")


def _check(review: Review) -> None:
    """Raise LibraryError where a review is none: it may come from a page."""
    if review.decision not in get_args(Decision):
        raise LibraryError(
            f"{review.decision!r} is no decision; choose one of {', '.join(get_args(Decision))}"
        )
    texts = (review.reason, review.notes)
    if not all(isinstance(text, str) and len(text) <= MAX_TEXT for text in texts):
        raise LibraryError(f"reason and notes are texts of at most {MAX_TEXT} characters")


def _check_span(review: Review, event: sqlite3.Row) -> None:
    """Raise LibraryError where the corrected span, with what it leaves as it was, is none."""
    start_s = event["start_s"] if review.start_s is None else review.start_s
    end_s = event["end_s"] if review.end_s is None else review.end_s
    times = (start_s, end_s)
    if not all(isinstance(t, int | float) and not isinstance(t, bool) for t in times) or not (
        0 <= start_s < end_s < MAX_TIME_S
    ):
        raise LibraryError(f"{start_s} s to {end_s} s is no span; the start comes before the end")


def _event(connection: sqlite3.Connection, event_id: int) -> sqlite3.Row:
    query = "SELECT review_id, start_s, end_s FROM events WHERE id = ?"
    row = connection.execute(query, (checked_id(event_id, "event"),)).fetchone()
    if row is None:
        raise LibraryError(f"event {event_id} is not in the library; reload the list")
    return cast(sqlite3.Row, row)


def _review(connection: sqlite3.Connection, review_id: int | None) -> sqlite3.Row | None:
    row = connection.execute("SELECT * FROM reviews WHERE id = ?", (review_id,))
    found: sqlite3.Row | None = row.fetchone()
    return found


def _counting(connection: sqlite3.Connection, review_id: int | None) -> sqlite3.Row | None:
    """The review of this id, unless it says that one was undone."""
    row = _review(connection, review_id)
    return None if row is None or row["decision"] == "unreviewed" else row


def _unless_changed(
    connection: sqlite3.Connection, event_id: int, review_id: int | None, based_on: int | None
) -> sqlite3.Row | None:
    """The review that counts. Raises ReviewConflict where it is not the one that was seen."""
    row = _counting(connection, review_id)
    if based_on is not None and based_on != (row["id"] if row else 0):
        raise ReviewConflict(event_id, _saved(row) if row else None)
    return row


def _append(
    connection: sqlite3.Connection, event_id: int, values: tuple[object, ...], previous: int | None
) -> SavedReview:
    cursor = connection.execute(
        "INSERT INTO reviews (event_id, decision, reason, notes, start_s, end_s, carried, "
        "saved_at, previous_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (event_id, *values, now(), previous),
    )
    return _saved(_review(connection, cursor.lastrowid))


def _saved(row: sqlite3.Row | None) -> SavedReview:
    assert row is not None
    return SavedReview(
        id=row["id"],
        event_id=row["event_id"],
        review=Review(**{name: row[name] for name in _VALUES}),
        saved_at=read_time(row["saved_at"]),
        carried=bool(row["carried"]),
    )
