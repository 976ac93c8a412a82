"""What was found, as the screen lists it: search, filters, pages, clicks. Values -> updates."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import gradio as gr

from ui.context import Context
from ui.library import views
from ui.library.adding import checkpoint_choices
from ui.library.filters import (
    MAX_LIMIT,
    Asked,
    analysis_filter,
    asked_words,
    event_filter,
    fact_text,
)
from ui.parts import SKIP, clicked_action
from ui.sentences import number_of
from ui.shell import Wanted, open_review
from ui.thumbnails import Thumbnails
from utils.errors import AppError
from utils.library.records import AnalysisFilter, EventFilter, EventPage

PAGE_ROWS = 48
MOMENTS, VIDEOS = "Moments", "Videos"
ONLY_MOMENTS = ("decisions", "labels", "facts", "min_score", "event_sort")
ONLY_VIDEOS = ("with_events", "analysis_sort")
FILTERS = tuple(field.name for field in fields(Asked) if field.name != "analysis_id")
EMPTY = Asked()

Updates = dict[Any, Any]


def refresh_button(fresh: int) -> gr.Button:
    """The button that makes the list anew; it says how many videos were analysed meanwhile."""
    return gr.Button(f"Show {number_of(fresh, 'new video')}" if fresh > 0 else "Refresh")


@dataclass(frozen=True, slots=True)
class Listing:
    """Which part of the list a page shows.

    analysis_id: of this video only. like: the moment that others are compared with. analysed:
    videos in the library when the list was made; -1: it was not made yet.
    """

    offset: int = 0
    analysis_id: int | None = None
    like: int | None = None
    analysed: int = -1


class ListHandlers:
    """The events of the list. parts: the components by name; those of `Asked` among them."""

    def __init__(self, context: Context, parts: Mapping[str, Any], opening: list[Any]) -> None:
        self.context = context
        self.parts = parts
        self.opening = opening
        self.thumbnails = Thumbnails(context.outputs, context.media)

    def narrow(self, values: Mapping[Any, Any]) -> Updates:
        """Another filter, sort order or view: from the first row on."""
        return self._show(values, replace(self.listing(values), offset=0, like=None))

    def change_view(self, values: Mapping[Any, Any]) -> Updates:
        """Moments or videos, with the filters of each."""
        return self._fields_of(self._view_of(values)) | self.narrow(values)

    def refresh(self, values: Mapping[Any, Any]) -> Updates:
        """The same list as the library has it now, with what may be chosen."""
        return self._choices() | self._show(values, self.listing(values))

    def act(self, values: Mapping[Any, Any], event: gr.EventData) -> Any:
        """A click in the list."""
        name, number = clicked_action(event, "library") or ("", 0)
        action = self._actions().get(name)
        try:
            return action(values, number) if action else SKIP
        except AppError as error:
            return self._note(str(error))

    def _actions(self) -> dict[str, Any]:
        return {
            "event": self._open_event,
            "analysis": self._open_analysis,
            "moments": self._moments_of,
            "similar": self._similar,
            "page": lambda v, at: self._show(v, replace(self.listing(v), offset=at)),
            "all": lambda v, _: self._show(v, Listing()),
            "clear": self._clear,
            "remove": self._remove,
        }

    def _open_event(self, values: Mapping[Any, Any], event_id: int) -> Updates:
        """Review gets the list too, so that its keys walk on in it."""
        self.context.library.events.get(event_id)
        walk = self._walk(values, event_id)
        return self._open(Wanted(time.time(), event_id=event_id, walk=walk))

    def _walk(self, values: Mapping[Any, Any], event_id: int) -> tuple[int, ...]:
        listing = self.listing(values)
        if listing.like is not None:
            alike = self.context.library.events.similar(listing.like, limit=PAGE_ROWS)
            return tuple(event.id for event in alike)
        wanted = event_filter(self.asked(values, listing), limit=MAX_LIMIT)
        first = max(0, listing.offset - MAX_LIMIT // 2)
        ids, _ = self.context.library.events.find_ids(replace(wanted, offset=first))
        return tuple(ids) if event_id in ids else ()

    def _open_analysis(self, _: Mapping[Any, Any], analysis_id: int) -> Updates:
        self.context.library.analyses.get(analysis_id)
        return self._open(Wanted(time.time(), analysis_id=analysis_id))

    def _open(self, wanted: Wanted) -> Updates:
        return dict(zip(self.opening, open_review(wanted), strict=True))

    def _moments_of(self, values: Mapping[Any, Any], analysis_id: int) -> Updates:
        self.context.library.analyses.get(analysis_id)
        shown = {**values, self.parts["view"]: MOMENTS}
        updates = self._show(shown, Listing(analysis_id=analysis_id))
        return updates | self._fields_of(MOMENTS) | {self.parts["view"]: MOMENTS}

    def _similar(self, values: Mapping[Any, Any], event_id: int) -> Updates:
        return self._show(values, Listing(like=event_id))

    def _clear(self, values: Mapping[Any, Any], _: int) -> Updates:
        cleared = {self.parts[name]: getattr(EMPTY, name) for name in FILTERS}
        cleared = {part: list(v) if isinstance(v, tuple) else v for part, v in cleared.items()}
        return cleared | self._show({**values, **cleared}, Listing())

    def _remove(self, values: Mapping[Any, Any], analysis_id: int) -> Updates:
        name = self.context.library.analyses.get(analysis_id).video.name
        self.context.library.analyses.remove(analysis_id)
        listing = self.listing(values)
        if listing.analysis_id == analysis_id:
            listing = replace(listing, analysis_id=None)
        words = f"{name} was removed from the library; its report files are still there"
        return self._show(values, listing) | {self.parts["note"]: views.note(words)}

    def _show(self, values: Mapping[Any, Any], listing: Listing) -> Updates:
        try:
            html, analysed = self._list(values, listing)
        except AppError as error:
            return self._note(str(error))
        return {
            self.parts["results"]: html,
            self.parts["listing"]: replace(listing, analysed=analysed),
            self.parts["refresh"]: refresh_button(0),
            self.parts["note"]: "",
        }

    def _list(self, values: Mapping[Any, Any], listing: Listing) -> tuple[str, int]:
        asked = self.asked(values, listing)
        analysed = self.context.library.analyses.find(AnalysisFilter(limit=1)).total
        of_videos = self._view_of(values) == VIDEOS
        narrowing = views.Narrowing(asked_words(asked, of_videos=of_videos), 0, analysed)
        if of_videos:
            return self._videos(asked, listing, narrowing), analysed
        return self._moments(asked, listing, narrowing), analysed

    def _videos(self, asked: Asked, listing: Listing, narrowing: views.Narrowing) -> str:
        wanted = analysis_filter(asked, limit=PAGE_ROWS, offset=listing.offset)
        page = self.context.library.analyses.find(wanted)
        narrowing = replace(narrowing, all_count=narrowing.analysed_count)
        place = views.Place(listing.offset, PAGE_ROWS, page.total)
        return views.videos(page, place, narrowing, self.thumbnails.link)

    def _moments(self, asked: Asked, listing: Listing, narrowing: views.Narrowing) -> str:
        library = self.context.library
        if listing.like is not None:
            one = library.events.get(listing.like)
            alike = tuple(library.events.similar(one.id, limit=PAGE_ROWS))
            page = EventPage(alike, len(alike))
            narrowing = replace(narrowing, like=views.moment_words(one))
        else:
            wanted = event_filter(asked, limit=PAGE_ROWS, offset=listing.offset)
            page = library.events.find(wanted)
        if listing.analysis_id is not None:
            name = library.analyses.get(listing.analysis_id).video.name
            narrowing = replace(narrowing, of_video=name)
        if not page.total:
            every = library.events.find(EventFilter(limit=1)).total
            narrowing = replace(narrowing, all_count=every)
        place = views.Place(listing.offset, PAGE_ROWS, page.total)
        return views.moments(page, place, narrowing, self.thumbnails.link)

    def asked(self, values: Mapping[Any, Any], listing: Listing) -> Asked:
        """The raw filter of the page."""
        chosen = {name: values.get(self.parts[name]) for name in FILTERS}
        return Asked(**chosen, analysis_id=listing.analysis_id)

    def listing(self, values: Mapping[Any, Any]) -> Listing:
        """What part of the list a page shows."""
        listing = values.get(self.parts["listing"])
        return listing if isinstance(listing, Listing) else Listing()

    def _view_of(self, values: Mapping[Any, Any]) -> str:
        return VIDEOS if values.get(self.parts["view"]) == VIDEOS else MOMENTS

    def _fields_of(self, view: str) -> Updates:
        shown = {name: gr.update(visible=view == MOMENTS) for name in ONLY_MOMENTS}
        shown |= {name: gr.update(visible=view == VIDEOS) for name in ONLY_VIDEOS}
        return {self.parts[name]: update for name, update in shown.items()}

    def _choices(self) -> Updates:
        events = self.context.library.events
        facts = [fact_text(n, v) for n, values in events.facts().items() for v in values]
        choices = {
            "labels": events.labels(),
            "facts": facts,
            "checkpoint": checkpoint_choices(self.context),
        }
        return {self.parts[name]: gr.update(choices=known) for name, known in choices.items()}

    def _note(self, words: str) -> Updates:
        return {self.parts["note"]: views.note(words, kind="warn")}
