"""What the filter bar says, checked: raw values -> the filters of the library.

Raises ConfigError with a sentence where a value is of no use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, get_args

from ui.decisions import DECISION_NAMES
from ui.raw_values import read_count, read_number
from utils.errors import ConfigError
from utils.exports.listing import day_end, day_start
from utils.library.records import (
    AnalysisFilter,
    AnalysisSort,
    EventFilter,
    EventSort,
    ReviewState,
)

MAX_TEXT = 200
MAX_LIMIT = 500
WITH_EVENTS = {"any": None, "with": True, "without": False}
EVENT_SORTS: dict[EventSort, str] = {
    "score": "Highest score",
    "newest": "Newest analysis",
    "video": "By video",
    "longest": "Longest",
    "reviewed": "Last reviewed",
}
ANALYSIS_SORTS: dict[AnalysisSort, str] = {
    "newest": "Newest analysis",
    "name": "Name",
    "events": "Most events",
    "score": "Highest score",
    "to_review": "Most to review",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The raw values of the filter bar. facts: `name: value` texts, or a mapping."""

    text: Any = ""
    decisions: Any = ()
    labels: Any = ()
    facts: Any = ()
    min_score: Any = 0
    since: Any = ""
    until: Any = ""
    with_events: Any = "any"
    event_sort: Any = "score"
    analysis_sort: Any = "newest"
    analysis_id: Any = None


def event_filter(asked: Asked, *, limit: int, offset: int = 0) -> EventFilter:
    """The moments that are asked for."""
    return EventFilter(
        text=_text(asked.text),
        decisions=tuple(_members(asked.decisions, get_args(ReviewState), "a decision")),
        labels=tuple(_texts(asked.labels)),
        facts=_facts(asked.facts),
        analysis_id=_analysis(asked.analysis_id),
        min_score=_share(asked.min_score) or None,
        since=_start(asked.since),
        until=_end(asked.until),
        sort=_member(asked.event_sort, get_args(EventSort), "a sort order"),
        limit=checked_limit(limit),
        offset=read_count(offset, "The offset"),
    )


def analysis_filter(asked: Asked, *, limit: int, offset: int = 0) -> AnalysisFilter:
    """The videos that are asked for."""
    known = _member(asked.with_events, tuple(WITH_EVENTS), "any, with or without")
    return AnalysisFilter(
        text=_text(asked.text),
        with_events=WITH_EVENTS[known],
        since=_start(asked.since),
        until=_end(asked.until),
        sort=_member(asked.analysis_sort, get_args(AnalysisSort), "a sort order"),
        limit=checked_limit(limit),
        offset=read_count(offset, "The offset"),
    )


def read_day(value: Any) -> date | None:
    """A day written as 2026-11-20; None where nothing is written."""
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(value.strip())
    except (AttributeError, TypeError, ValueError) as error:
        raise ConfigError(f"“{str(value)[:20]}” is no date. Write it as YYYY-MM-DD.") from error


def asked_words(asked: Asked, *, of_videos: bool) -> list[str]:
    """What a list is narrowed by, in words; empty where nothing is asked."""
    words = [f"“{_text(asked.text)}”"] if _text(asked.text) else []
    if of_videos:
        chosen = {"with": "with events", "without": "without events"}.get(asked.with_events)
        words += [chosen] if chosen else []
    else:
        decisions = _members(asked.decisions, list(DECISION_NAMES), "a decision")
        words += [DECISION_NAMES[decision].lower() for decision in decisions]
        words += [*_texts(asked.labels)]
        words += [fact_text(*pair) for pair in _facts(asked.facts).items()]
        words += [f"score at least {_share(asked.min_score):.2f}"] if asked.min_score else []
    words += [f"since {asked.since}"] if asked.since else []
    return words + ([f"until {asked.until}"] if asked.until else [])


def fact_text(name: str, value: str) -> str:
    """A fact as one choice of a list."""
    return f"{name}: {value}"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ConfigError("Search for words.")
    return value.strip()[:MAX_TEXT]


def _texts(values: Any) -> list[str]:
    if not values:
        return []
    if not isinstance(values, list | tuple) or not all(isinstance(v, str) for v in values):
        raise ConfigError("Choose from the list.")
    return list(values)


def _member(value: Any, known: Sequence[str], name: str) -> Any:
    if not isinstance(value, str) or value not in known:
        raise ConfigError(f"Choose {name} from the list.")
    return value


def _members(values: Any, known: Sequence[str], name: str) -> list[Any]:
    return [_member(value, known, name) for value in _texts(values)]


def _facts(values: Any) -> dict[str, str]:
    if isinstance(values, dict):
        if not all(isinstance(part, str) for pair in values.items() for part in pair):
            raise ConfigError("A fact is a name with a value, both text.")
        return dict(values)
    facts: dict[str, str] = {}
    for text in _texts(values):
        name, _, value = text.partition(": ")
        if name in facts:
            raise ConfigError(f"Choose one value of {name} at a time.")
        facts[name] = value
    return facts


def _share(value: Any) -> float:
    share = read_number(value, "The least score") or 0.0
    if not 0 <= share <= 1:
        raise ConfigError("The least score must be a number from 0 to 1.")
    return share


def _analysis(value: Any) -> int | None:
    return None if value is None else read_count(value, "The number of the video")


def checked_limit(value: Any) -> int:
    """How many rows at most."""
    limit = read_count(value, "The limit")
    if not 1 <= limit <= MAX_LIMIT:
        raise ConfigError(f"The limit must be from 1 to {MAX_LIMIT}.")
    return limit


def _start(value: Any) -> datetime | None:
    day = read_day(value)
    return None if day is None else day_start(day)


def _end(value: Any) -> datetime | None:
    day = read_day(value)
    return None if day is None else day_end(day)
