"""What a reviewer works with: events with all that is known of them, and decisions to save.

Knows no Gradio; the page and the API are two ways to the same methods.
"""

from dataclasses import asdict, dataclass
from typing import Any

from ui.context import Context
from ui.event_card import report_links
from ui.review import views
from ui.review.finder import VideoFinder
from ui.review.reports import ReportShelf
from ui.review.watching import Sections, Source, curve, find_source, marks
from ui.thumbnails import Thumbnails
from utils.errors import AppError, OutputError
from utils.library.records import LibraryEvent, Review, ReviewState, SavedReview
from utils.report import AnalysisReport
from utils.writers.layout import OutputLayout

MAX_SIMILAR = 8


@dataclass(frozen=True, slots=True)
class Opened:
    """An event with its report; problem: why there is no report."""

    event: LibraryEvent
    report: AnalysisReport | None
    layout: OutputLayout
    history: list[SavedReview]
    review: SavedReview | None
    problem: str = ""


class Desk:
    """Opens events, plays their videos, saves decisions. Raises AppError only."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.library = context.library
        self._reports = ReportShelf()
        self.thumbnails = Thumbnails(context.outputs, context.media)
        self.finder = VideoFinder(context)
        self._sections = Sections(context.media)

    def open(self, event_id: int) -> Opened:
        """An event with everything that was stored about it."""
        event = self.library.events.get(event_id)
        reviews = self.library.reviews
        known = (reviews.history(event_id), reviews.latest(event_id))
        try:
            report, layout = self._reports.read(event.report)
        except OutputError as error:
            return Opened(event, None, OutputLayout(event.report), *known, str(error))
        if event.number > len(report.triggers):
            problem = "the report on disk does not hold this event any more"
            return Opened(event, None, layout, *known, problem)
        return Opened(event, report, layout, *known)

    def card(self, event_id: int) -> dict[str, Any]:
        """The card of an event for the page."""
        opened = self.open(event_id)
        event, saved = opened.event, opened.review
        link = report_links(self.context.media, opened.layout)
        return {
            **event_values(event),
            "review": review_values(saved) if saved else None,
            "poster": self._poster(event),
            "card": views.card(opened, link),
            "history": views.history(opened.history),
        }

    def video(self, event_id: int) -> dict[str, Any]:
        """What player and curve show of the video that an event is from."""
        opened = self.open(event_id)
        event, report = opened.event, opened.report
        events = self.library.events.of(event.analysis_id)
        values: dict[str, Any] = {
            "analysis_id": event.analysis_id,
            "name": event.video.name,
            "events": marks(report, events),
            "fps": 25.0,
            "curve": None,
            "source": asdict(Source("gone", None, 0.0, opened.problem)),
            "missing": False,
        }
        if report is None:
            return values
        source = find_source(event.video, report, self.context.media)
        return values | {
            "fps": report.video.frame_rate_fps or 25.0,
            "curve": curve(report),
            "source": asdict(source),
            "missing": source.kind == "gone",
        }

    def section(self, event_id: int) -> dict[str, Any]:
        """A playable copy of the seconds around an event."""
        opened = self.open(event_id)
        settings = self.context.settings.outputs
        return asdict(self._sections.source(opened.event, opened.layout, settings))

    def similar(self, event_id: int) -> tuple[list[LibraryEvent], str]:
        """The events that look alike, and why there are none."""
        try:
            return self.library.events.similar(event_id, limit=MAX_SIMILAR), ""
        except AppError as error:
            self.library.events.get(event_id)  # an event that is not there is no answer
            return [], str(error)

    def _poster(self, event: LibraryEvent) -> str | None:
        path = event.thumbnail
        return self.context.media.lend(path) if path and path.is_file() else None

    def save(self, event_id: int, review: Review, *, based_on: int | None) -> SavedReview:
        """Store a decision. Raises ReviewConflict, LibraryError."""
        return self.library.reviews.save(event_id, review, based_on=based_on)

    def undo(self, event_id: int, *, seen: int | None = None) -> SavedReview | None:
        """Go back to the decision before the latest; None: the event is not reviewed any more.

        seen: id of the decision to undo. Raises ReviewConflict where it is not the latest.
        """
        return self.library.reviews.undo(event_id, based_on=seen)

    def counts(self) -> dict[ReviewState, int]:
        """How many events there are of each decision."""
        return self.library.reviews.counts()


def event_values(event: LibraryEvent) -> dict[str, Any]:
    """An event as JSON; of its files the names only."""
    return {
        "id": event.id,
        "analysis_id": event.analysis_id,
        "number": event.number,
        "video": event.video.name,
        "start_s": event.start_s,
        "end_s": event.end_s,
        "peak_s": event.peak_s,
        "score": event.score,
        "probability": event.probability,
        "label": event.label,
        "description": event.description,
        "facts": dict(event.facts),
        "decision": event.decision,
    }


def review_values(saved: SavedReview) -> dict[str, Any]:
    """A stored review as JSON."""
    return {
        "id": saved.id,
        "event_id": saved.event_id,
        **asdict(saved.review),
        "saved_at": saved.saved_at.isoformat(),
        "carried": saved.carried,
    }
