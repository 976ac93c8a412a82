"""Everything that a filter of the library lets through, in one look at one state of it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from utils.errors import ConfigError
from utils.library import Library
from utils.library.choice import MOST_ROWS
from utils.library.records import Analysis, AnalysisFilter, EventFilter, LibraryEvent

FIRST_YEAR, LAST_YEAR = 1980, 2999


def all_analyses(library: Library, wanted: AnalysisFilter | None = None) -> tuple[Analysis, ...]:
    """The analyses in the filter's order; its limit and offset do not count."""
    whole = replace(wanted or AnalysisFilter(), limit=MOST_ROWS, offset=0)
    return library.analyses.find(whole).rows


def all_events(library: Library, wanted: EventFilter) -> tuple[LibraryEvent, ...]:
    """The events in the filter's order; its limit and offset do not count."""
    return library.events.find(replace(wanted, limit=MOST_ROWS, offset=0)).rows


def day_start(day: date) -> datetime:
    """Midnight at the start of a day, on this computer's clock: `since` of a filter.

    Raises ConfigError for a day on which nothing can have been analysed.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ConfigError(f"{day} is no day of an analysis; choose one since {FIRST_YEAR}")
    return _midnight(day)


def day_end(day: date) -> datetime:
    """Midnight at the end of a day: `until` of a filter that includes it. Raises ConfigError."""
    day_start(day)
    return _midnight(day + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min).astimezone()
