"""Reviews of one video across its analyses: what was decided about each moment.

A new event takes over what was decided about the moments that its span, widened a little, holds;
such a copy says nothing more than the decision it came from. Runs within a caller's transaction.
"""

import sqlite3
from collections.abc import Sequence

from utils.event_matching import Times, same_moment

SLACK_S = 1.0
GRAVITY = ("unreviewed", "unsure", "false_alarm", "near_miss", "confirmed")


def decided_moments(connection: sqlite3.Connection, video_sha256: str | None) -> list[sqlite3.Row]:
    """Reviewed events with their latest review (`r_` columns), each moment once, newest first.

    video_sha256: None for all videos. What was undone counts as undone in older analyses, too.
    """
    rows = connection.execute(
        "SELECT e.*, a.report, a.video, a.video_sha256, r.id AS r_id, r.carried FROM events e "
        "JOIN analyses a ON a.id = e.analysis_id JOIN reviews r ON r.id = e.review_id "
        "WHERE ?1 IS NULL OR a.video_sha256 = ?1 ORDER BY r.id DESC",
        (video_sha256,),
    )
    of_video: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        of_video.setdefault(row["video_sha256"] or f"analysis {row['analysis_id']}", []).append(row)
    newest = [row for known in of_video.values() for row in _newest(known)]
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


def _newest(rows: Sequence[sqlite3.Row]) -> list[sqlite3.Row]:
    """Of the reviewed events of one video, the newest review first, one per moment."""
    newest: list[sqlite3.Row] = []
    for row in rows:
        copied = row["carried"] and any(_gave(other, row) for other in rows)
        if not copied and not any(_same_moment(row, other) for other in newest):
            newest.append(row)
    return newest


def _gave(origin: sqlite3.Row, copy: sqlite3.Row) -> bool:
    """Whether a copied decision is about another moment, which an event of its own stands for."""
    if origin["analysis_id"] == copy["analysis_id"] or _same_moment(origin, copy):
        return False
    return _holds(copy, origin["peak_s"])


def _same_moment(row: sqlite3.Row, other: sqlite3.Row) -> bool:
    """Whether events of two analyses are one; events of one analysis never are."""
    if row["analysis_id"] == other["analysis_id"]:
        return False
    return same_moment(_times(row), _times(other))


def _times(row: sqlite3.Row) -> Times:
    return Times(row["start_s"], row["end_s"], row["peak_s"])


def _holds(event: sqlite3.Row, time_s: float) -> bool:
    return bool(event["start_s"] - SLACK_S <= time_s <= event["end_s"] + SLACK_S)


def _nearest(moment: sqlite3.Row, events: Sequence[sqlite3.Row]) -> sqlite3.Row | None:
    """Of the events that hold the moment's peak the one whose own peak is nearest."""
    peak_s = moment["peak_s"]
    holding = [event for event in events if _holds(event, peak_s)]
    return min(holding, key=lambda event: abs(event["peak_s"] - peak_s), default=None)
