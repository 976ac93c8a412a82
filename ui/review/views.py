"""Parts of the Review tab as HTML: pure functions, templates in templates/review."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ui.decisions import DECISION_NAMES
from ui.event_card import Link, card_values
from ui.markup import render
from ui.review.decisions import CHOICES, MAX_NOTES, REASONS
from ui.review.walk import ORDER_NAMES
from ui.sentences import sentence
from utils.library.records import LibraryEvent, SavedReview

if TYPE_CHECKING:
    from ui.review.desk import Opened

Lend = Callable[[LibraryEvent], str | None]


def screen(*, local_allowed: bool = True) -> str:
    """The whole tab, still empty; scripts/review.js fills it."""
    return render(
        "review/screen",
        orders=ORDER_NAMES,
        choices=CHOICES,
        reasons=REASONS,
        max_notes=MAX_NOTES,
        local_allowed=local_allowed,
    )


def card(opened: "Opened", link: Link) -> str:
    """All that is known of an event; what the library remembers where the report is gone."""
    event, report = opened.event, opened.report
    if report is None:
        return render("review/lost_card", event=event, problem=sentence(opened.problem))
    values = card_values(report, event.number, link)
    return render("review/card", event=event, group="nm-review-frame", **values)


def history(saved: Sequence[SavedReview]) -> str:
    """The reviews of an event, the newest first."""
    return render("review/history", saved=saved, name=DECISION_NAMES.__getitem__)


def similar(events: Sequence[LibraryEvent], problem: str, picture: Lend) -> str:
    """Events that look alike, to be opened by a click."""
    rows = [(event, picture(event)) for event in events]
    problem = sentence(problem) if problem else ""
    return render("review/similar", rows=rows, problem=problem, name=DECISION_NAMES.__getitem__)
