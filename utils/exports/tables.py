"""The events that a filter lets through as a table, with what people decided about each."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from pathlib import Path

from utils.exports.listing import all_events
from utils.library import Library
from utils.library.records import EventFilter, LibraryEvent, SavedReview
from utils.writers.answer_cells import Cell
from utils.writers.csv_table import write_table

COLUMNS = (
    "video_path",
    "event",
    "start_s",
    "end_s",
    "peak_s",
    "score",
    "probability",
    "label",
    "description",
    "decision",
    "reason",
    "notes",
    "corrected_start_s",
    "corrected_end_s",
    "reviewed_at",
    "event_id",
    "report",
)


def write_events_csv(
    library: Library, wanted: EventFilter, target: Path, *, folders: bool = True
) -> int:
    """Write all events that the filter lets through, in its order; how many.

    Its limit and offset do not count. Facts follow as columns `fact_...`. Text that a spreadsheet
    would run as a formula gets a leading apostrophe. folders: paths in full, not names alone.
    Raises LibraryError and OutputError.
    """
    events = all_events(library, wanted)
    facts = sorted({name for event in events for name in event.facts})
    columns = [*COLUMNS, *(f"fact_{name}" for name in facts)]
    shown = str if folders else attrgetter("name")
    rows = (_row(library, event, facts, shown) for event in events)
    return write_table(target, columns, rows)


def _row(
    library: Library, event: LibraryEvent, facts: Sequence[str], shown: Callable[[Path], str]
) -> list[Cell]:
    is_reviewed = event.decision != "unreviewed"
    saved = library.reviews.latest(event.id) if is_reviewed else None
    return [
        shown(event.video),
        event.number,
        event.start_s,
        event.end_s,
        event.peak_s,
        event.score,
        "" if event.probability is None else event.probability,
        event.label,
        event.description,
        saved.review.decision if saved else "unreviewed",
        *_review(saved),
        event.id,
        shown(event.report),
        *(event.facts.get(name, "") for name in facts),
    ]


def _review(saved: SavedReview | None) -> list[Cell]:
    if saved is None:
        return [""] * 5
    review = saved.review
    return [
        review.reason,
        review.notes,
        "" if review.start_s is None else review.start_s,
        "" if review.end_s is None else review.end_s,
        saved.saved_at.isoformat(timespec="seconds"),
    ]
