"""What the page of the Review tab asks for: one dict in, one dict out, errors as sentences.

The functions are called by scripts/review.js; each value that arrives is checked.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any

from ui.context import Context
from ui.markup import file_size
from ui.raw_values import read_count
from ui.review import views
from ui.review.decisions import read_review
from ui.review.desk import Desk, review_values
from ui.review.extras import Extras
from ui.review.walk import plan_walk
from ui.sentences import sentence
from utils.errors import AppError
from utils.library import ReviewConflict
from utils.speech import list_voices

Values = dict[str, Any]
Answer = Callable[[Any], Values]


class Screen:
    """The page's questions, named as the script asks them."""

    def __init__(self, context: Context, desk: Desk, extras: Extras) -> None:
        self.context = context
        self.desk = desk
        self.extras = extras

    def functions(self) -> list[Answer]:
        """All of them, for the page."""
        asked: list[Callable[[Values], Values]] = [
            *(self.review_walk, self.review_card, self.review_video, self.review_section),
            *(self.review_similar, self.review_counts, self.review_save, self.review_undo),
            *(self.review_package, self.review_speak, self.review_voices),
            *(self.review_find, self.review_finding, self.review_find_stop),
        ]
        return [self._answering(function) for function in asked]

    def review_walk(self, values: Values) -> Values:
        """The events to go through. event_id: where to begin; analysis_id: a video's first."""
        event_id = _number(values.get("event_id"), "event")
        if values.get("analysis_id") is not None:
            analysis_id = read_count(values["analysis_id"], "The number of the analysis")
            self.desk.library.analyses.get(analysis_id)
            events = self.desk.library.events.of(analysis_id)
            event_id = events[0].id if events else None
        walk = plan_walk(self.desk.library, values.get("order"), event_id)
        return {**asdict(walk), "event_id": event_id, "counts": self.desk.counts()}

    def review_card(self, values: Values) -> Values:
        """All that is known of an event."""
        return self.desk.card(_event_id(values))

    def review_video(self, values: Values) -> Values:
        """What player and curve show."""
        return self.desk.video(_event_id(values))

    def review_section(self, values: Values) -> Values:
        """A playable copy of the seconds around an event."""
        return self.desk.section(_event_id(values))

    def review_similar(self, values: Values) -> Values:
        """The row of events that look alike."""
        events, problem = self.desk.similar(_event_id(values))
        return {"html": views.similar(events, problem, self.desk.thumbnails.link)}

    def review_counts(self, _: Values) -> Values:
        """How far the reviewing is."""
        return {"counts": self.desk.counts()}

    def review_save(self, values: Values) -> Values:
        """Save a decision. based_on: id of the review that was seen, 0: none, null: whatever."""
        event_id, given = _event_id(values), values.get("review")
        review = read_review(given if isinstance(given, dict) else {})
        seen = _number(values.get("based_on"), "review")
        saved = self.desk.save(event_id, review, based_on=seen)
        return {"saved": review_values(saved), **self._after(event_id)}

    def review_undo(self, values: Values) -> Values:
        """Undo a decision. saved_id: id of the review that was seen."""
        event_id = _event_id(values)
        saved = self.desk.undo(event_id, seen=_number(values.get("saved_id"), "review"))
        return {"saved": review_values(saved) if saved else None, **self._after(event_id)}

    def review_package(self, values: Values) -> Values:
        """Make the evidence package."""
        made = self.extras.package(self.desk.open(_event_id(values)))
        return {"name": made.name, "address": made.address, "size": file_size(made.size_bytes)}

    def review_speak(self, values: Values) -> Values:
        """Speak the event or its video's summary."""
        opened = self.desk.open(_event_id(values))
        voice, rate_wpm = values.get("voice"), values.get("rate_wpm")
        made = self.extras.speak(opened, values.get("what"), voice=voice, rate_wpm=rate_wpm)
        return {"address": made.address}

    def review_voices(self, _: Values) -> Values:
        """The voices to choose from, and what the settings say."""
        speech = self.context.settings.speech
        voices = [{"id": voice.id, "name": voice.name} for voice in list_voices()]
        return {"voices": voices, "voice": speech.voice, "rate_wpm": speech.rate_wpm}

    def review_find(self, values: Values) -> Values:
        """Begin to look for the video of an event, or for all that are missing, at a place."""
        event = self.desk.library.events.get(_event_id(values))
        return asdict(self.desk.finder.begin(values.get("place"), event).finding)

    def review_finding(self, _: Values) -> Values:
        """How that search stands."""
        return asdict(self.desk.finder.finding())

    def review_find_stop(self, _: Values) -> Values:
        """Stop that search."""
        self.desk.finder.stop()
        return asdict(self.desk.finder.finding())

    def _after(self, event_id: int) -> Values:
        history = views.history(self.desk.library.reviews.history(event_id))
        return {"history": history, "counts": self.desk.counts()}

    def _answering(self, function: Callable[[Values], Values]) -> Answer:
        """The function as the page calls it: what the user can mend is answered in a sentence."""

        @wraps(function)
        def answer(values: Any) -> Values:
            given = values if isinstance(values, dict) else {}
            try:
                return function(given)
            except ReviewConflict as conflict:
                return self._conflict(conflict, _event_id(given))
            except AppError as error:
                return {"error": sentence(str(error))}

        return answer

    def _conflict(self, conflict: ReviewConflict, event_id: int) -> Values:
        history = views.history(self.desk.library.reviews.history(event_id))
        latest = review_values(conflict.latest) if conflict.latest else None
        return {"conflict": True, "latest": latest, "history": history}


def _event_id(values: Values) -> int:
    return read_count(values.get("event_id"), "The number of the event")


def _number(value: Any, name: str) -> int | None:
    return None if value is None else read_count(value, f"The number of the {name}")
