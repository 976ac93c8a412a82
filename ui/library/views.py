"""Parts of the Library tab as HTML, made from rows of the library and nothing else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ui.decisions import DECISION_NAMES
from ui.library.adding import Added
from ui.markup import render
from ui.sentences import number_of, sentence
from ui.views import STAGES
from utils.library.records import (
    Analysis,
    AnalysisPage,
    EventPage,
    LibraryEvent,
    QueueItem,
    QueueState,
    WatchedFolder,
)
from utils.narrative import what_is_seen
from utils.plain_text import clock

Picture = Callable[[LibraryEvent | Analysis], str | None]

QUEUE_WORDS: dict[QueueState, str] = {
    "running": "running",
    "waiting": "waiting",
    "failed": "failed",
    "done": "done",
    "cancelled": "cancelled",
}
MIN_FRACTION = 0.03  # below it, an estimate of the time left says nothing


@dataclass(frozen=True, slots=True)
class QueueShown:
    """The queue as the screen tells it. folders: with whether each is there."""

    items: Sequence[QueueItem]
    counts: Mapping[QueueState, int]
    paused: bool
    folders: Sequence[tuple[WatchedFolder, bool]]
    now: datetime


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list was narrowed by, in words; how much there is without it.

    analysed_count: videos in the library.
    """

    words: Sequence[str] = ()
    all_count: int = 0
    analysed_count: int = 0
    of_video: str = ""
    like: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of a list is shown."""

    offset: int
    limit: int
    total: int

    @property
    def last(self) -> int:
        """Number of the last row shown, from 1."""
        return min(self.offset + self.limit, self.total)


def queue(shown: QueueShown) -> str:
    """The queue, its buttons and the watched folders."""
    listed = [(item, left_s(item, shown.now)) for item in shown.items]
    more = sum(shown.counts.values()) - len(shown.items)
    return render(
        "library/queue",
        shown=shown,
        listed=listed,
        more=more,
        words=QUEUE_WORDS,
        stages=STAGES,
        left_words=left_words,
        sentence=sentence,
    )


def moments(page: EventPage, place: Place, narrowing: Narrowing, picture: Picture) -> str:
    """Moments as cards, or why there are none."""
    cards = [(event, picture(event)) for event in page.rows]
    return render(
        "library/moments",
        cards=cards,
        place=place,
        narrowing=narrowing,
        decisions=DECISION_NAMES,
        seen=what_is_seen,
    )


def videos(page: AnalysisPage, place: Place, narrowing: Narrowing, picture: Picture) -> str:
    """Analysed videos as a table, or why there are none."""
    rows = [(row, picture(row)) for row in page.rows]
    return render("library/videos", rows=rows, place=place, narrowing=narrowing)


def moment_words(event: LibraryEvent) -> str:
    """Which moment is meant: its time and video."""
    return f"{clock(event.peak_s)} of {event.video.name}"


def added(outcome: Added) -> str:
    """What came of adding."""
    count, known = len(outcome.queued), outcome.known
    parts = [f"{number_of(count, 'video')} joined the queue" if count else ""]
    if known:
        parts.append(f"{number_of(known, 'video')} left out, known from before")
    if outcome.watched:
        names = ", ".join(folder.folder.name for folder in outcome.watched)
        parts.append(f"watching {names}")
    words = "; ".join(part for part in parts if part)
    return note(words or "Nothing new: these videos wait or run already")


def note(words: str, *, kind: str = "hint", files: Sequence[tuple[str, str]] = ()) -> str:
    """One line that answers an action. kind: hint or warn. files: names with addresses."""
    return render("library/note", words=sentence(words), kind=kind, files=files)


def left_s(item: QueueItem, now: datetime) -> float | None:
    """Seconds that the scoring of a running video still takes, by its pace so far."""
    if item.state != "running" or item.stage != "score" or item.started_at is None:
        return None
    if item.fraction is None or item.fraction < MIN_FRACTION:
        return None
    spent_s = (now - item.started_at).total_seconds()
    return max(0.0, spent_s * (1 - item.fraction) / item.fraction)


def left_words(seconds: float) -> str:
    """About how long, in words."""
    if seconds < 60:
        return "less than a minute left"
    minutes = round(seconds / 60)
    return f"about {minutes} min left" if minutes < 90 else f"about {seconds / 3600:.1f} h left"
