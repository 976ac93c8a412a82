"""Reviews of one video across its analyses: what was decided about each moment.

A new event takes over what was decided about the moments that its span, widened a little, holds.
Such a copy adds no moment to the one that it came from. Runs within a caller's transaction.
"""

import sqlite3
from collections.abc import Iterator, Sequence

from utils.event_matching import Times, group_moments

SLACK_S = 1.0
GRAVITY = ("unreviewed", "unsure", "false_alarm", "near_miss", "confirmed")
# All events of videos of which one was reviewed: those that were not tell which is which.
_EVENTS = (
    "SELECT e.*, a.report, a.video, a.video_sha256, r.id AS r_id, r.carried FROM events e "
    "JOIN analyses a ON a.id = e.analysis_id LEFT JOIN reviews r ON r.id = e.review_id "
    "WHERE a.video_sha256 = ?1 OR ?1 IS NULL AND a.video_sha256 IN ("
    "SELECT b.video_sha256 FROM events f JOIN analyses b ON b.id = f.analysis_id "
    "WHERE f.review_id IS NOT NULL)"
)


def decided_moments(connection: sqlite3.Connection, video_sha256: str | None) -> list[sqlite3.Row]:
    """Reviewed events with their latest review (`r_id`), each moment once, newest first.

    video_sha256: None for all videos. What was undone counts as undone in older analyses, too.
    """
    of_video: dict[object, list[sqlite3.Row]] = {}
    for row in connection.execute(_EVENTS, (video_sha256,)):
        of_video.setdefault(row["video_sha256"] or row["analysis_id"], []).append(row)
    newest = [row for events in of_video.values() for row in _decisions(events)]
    decided = [row for row in newest if row["decision"] != "unreviewed"]
    return sorted(decided, key=lambda row: -int(row["r_id"]))


def carry_reviews(connection: sqlite3.Connection, analysis_id: int) -> None:
    """Give the events of a new analysis what was decided about their moments before.

    A moment goes to the nearest event; where an event holds several, the gravest decision counts.
    """
    video = connection.execute("SELECT video_sha256 FROM analyses WHERE id = ?", (analysis_id,))
    video_sha256 = video.fetchone()["video_sha256"]
    if not video_sha256:
        return
    events = connection.execute("SELECT * FROM events WHERE analysis_id = ?", (analysis_id,))
    new = events.fetchall()
    moments = decided_moments(connection, video_sha256)
    for moment in sorted(moments, key=lambda m: GRAVITY.index(m["decision"])):
        event = _nearest(moment, new)
        if event is not None:
            connection.execute(
                "INSERT INTO reviews (event_id, decision, reason, notes, start_s, end_s, saved_at, "
                "carried) SELECT ?, decision, reason, notes, start_s, end_s, saved_at, 1 "
                "FROM reviews WHERE id = ?",
                (event["id"], moment["r_id"]),
            )


def _decisions(events: Sequence[sqlite3.Row]) -> Iterator[sqlite3.Row]:
    """Of the events of one video, per moment the one that somebody decided last, if any."""
    times = [Times(row["start_s"], row["end_s"], row["peak_s"]) for row in events]
    for moment in group_moments(times, [row["analysis_id"] for row in events]):
        own = [events[n] for n in moment if events[n]["r_id"] and not events[n]["carried"]]
        if own:
            yield max(own, key=lambda row: int(row["r_id"]))


def _holds(event: sqlite3.Row, time_s: float) -> bool:
    return bool(event["start_s"] - SLACK_S <= time_s <= event["end_s"] + SLACK_S)


def _nearest(moment: sqlite3.Row, events: Sequence[sqlite3.Row]) -> sqlite3.Row | None:
    """Of the events that hold the moment's peak the one whose own peak is nearest."""
    peak_s = moment["peak_s"]
    holding = [event for event in events if _holds(event, peak_s)]
    return min(holding, key=lambda event: abs(event["peak_s"] - peak_s), default=None)
