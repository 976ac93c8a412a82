"""What a period brought, as one self-contained page to print: no request, no script.

The period is that of the analyses, not of the recordings: when a video was filmed is rarely known.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path

from jinja2 import Template

from utils.atomic import atomic_write_text
from utils.calibration import hours_words
from utils.errors import ConfigError
from utils.exports.bare_report import file_name
from utils.exports.decision_words import DECISION_WORDS
from utils.exports.listing import all_analyses, day_end, day_start
from utils.exports.period_figures import PeriodFigures, VideoLine
from utils.library import Library
from utils.library.records import AnalysisFilter, LibraryEvent, ReviewState
from utils.plain_text import clock, one_line
from utils.version import APP_VERSION
from utils.writers.jpeg import jpeg_data_uri
from utils.writers.templates import load_template

MAX_EVENTS = 300  # rows with pictures; a page of thousands neither opens nor prints
MAX_VIDEOS = 500
THUMBNAIL_WIDTH_PX = 240


def write_period_report(
    library: Library,
    since: date,
    until: date,
    target: Path,
    *,
    decisions: Sequence[ReviewState] = (),
) -> Path:
    """Write the report on videos analysed from `since` to `until`, both days included.

    Days are those of this computer's clock; a video that was analysed again counts once, by its
    newest analysis. decisions: which events to list, all where empty; they change no figure.
    Raises ConfigError for a period or decision that is none, LibraryError and OutputError.
    """
    if until < since:
        raise ConfigError(f"the period ends on {until}, before it starts on {since}; swap them")
    unknown = [decision for decision in decisions if decision not in DECISION_WORDS]
    if unknown:
        raise ConfigError(f"{unknown[0]!r} is no decision; give {', '.join(DECISION_WORDS)}")
    figures = period_figures(library, since, until)
    events = [e for e in figures.events if not decisions or e.decision in decisions]
    page = _template().render(
        since=since,
        until=until,
        figures=figures,
        counts=figures.counts,
        words=DECISION_WORDS,
        decisions=decisions,
        events=events,
        shown=events[:MAX_EVENTS],
        lines=figures.lines[:MAX_VIDEOS],
        app_version=APP_VERSION,
    )
    atomic_write_text(target, page)
    return target


def period_figures(library: Library, since: date, until: date) -> PeriodFigures:
    """What was analysed on these days, newest first. Raises LibraryError."""
    wanted = AnalysisFilter(since=day_start(since), until=day_end(until))
    return PeriodFigures(
        tuple(
            VideoLine(analysis, tuple(library.events.of(analysis.id)))
            for analysis in all_analyses(library, wanted)
        )
    )


@cache
def _template() -> Template:
    return load_template(
        "period.html.j2",
        folder=Path(__file__).parent,
        clock=clock,
        line=one_line,
        hours=hours_words,
        file=file_name,
        day=_day,
        picture=_picture,
    )


def _picture(event: LibraryEvent) -> str | None:
    return jpeg_data_uri(event.thumbnail, THUMBNAIL_WIDTH_PX) if event.thumbnail else None


def _day(moment: date | datetime) -> str:
    """A day, or a time of this computer's clock."""
    if isinstance(moment, datetime):
        return moment.astimezone().strftime("%Y-%m-%d %H:%M")
    return moment.isoformat()
