"""Adding videos, the queue and the watched folders, as the screen works them. Values -> updates."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from ui.context import Context
from ui.library import exporting, views
from ui.library.adding import Added, Adding, add_videos, retry_failed
from ui.library.exporting import Exported
from ui.library.filters import event_filter
from ui.library.list_handlers import ListHandlers, Updates, refresh_button
from ui.parts import SKIP, clicked_action
from ui.sentences import number_of
from ui.shell import Wanted, open_review
from utils.errors import AppError
from utils.library.records import AnalysisFilter, QueueItem, QueueState

SHOWN: dict[QueueState, int] = {
    "running": 20,
    "waiting": 50,
    "failed": 50,
    "done": 20,
    "cancelled": 20,
}
ADDING = ("places", "uploads", "checkpoint", "sensitivity", "watch", "again")


class QueueHandlers:
    """The events of the left column. parts: the components by name; with those of `Adding`."""

    def __init__(
        self, context: Context, parts: Mapping[str, Any], lists: ListHandlers, opening: list[Any]
    ) -> None:
        self.context = context
        self.parts = parts
        self.lists = lists
        self.opening = opening

    def open(self, values: Mapping[Any, Any]) -> Updates:
        """The tab was opened: everything as it is now."""
        return self.lists.refresh(values) | self._queue_now()

    def tick(self, values: Mapping[Any, Any]) -> Any:
        """What changed since the last tick: the queue, and whether there is more to list.

        A list that is looked at stays as it is; an empty one fills by itself.
        """
        html = self.queue()
        updates: Updates = {}
        if html != values.get(self.parts["told"]):
            updates = {self.parts["queue"]: html, self.parts["told"]: html}
        known = self.lists.listing(values).analysed
        analysed = self.context.library.analyses.find(AnalysisFilter(limit=1)).total
        if known < 0 or (known == 0 and analysed):
            updates |= self.lists.refresh(values)
        elif analysed > known:
            updates[self.parts["refresh"]] = refresh_button(analysed - known)
        return updates or SKIP

    def queue(self) -> str:
        """The queue as HTML."""
        library = self.context.library
        items: list[QueueItem] = []
        for state, limit in SHOWN.items():
            items += library.queue.find(state=state, limit=limit)
        folders = [(folder, folder.folder.is_dir()) for folder in library.folders.all()]
        shown = views.QueueShown(
            items, library.queue.counts(), library.queue.paused, folders, datetime.now(UTC)
        )
        return views.queue(shown)

    def add(self, values: Mapping[Any, Any]) -> Updates:
        """The button that adds to the queue."""
        form = Adding(**{name: values.get(self.parts[name]) for name in ADDING})
        try:
            outcome = add_videos(self.context, form)
        except AppError as error:
            return {self.parts["added"]: views.note(str(error), kind="warn")}
        return self._queued(outcome)

    def _queued(self, outcome: Added) -> Updates:
        empty = {"places": "", "uploads": None, "watch": False, "again": False}
        updates = {self.parts[name]: value for name, value in empty.items()}
        return updates | {self.parts["added"]: views.added(outcome)} | self._queue_now()

    def act(self, event: gr.EventData) -> Any:
        """A click in the queue."""
        wanted = clicked_action(event, "queue")
        if wanted is None:
            return SKIP
        try:
            return self._act(*wanted) | self._queue_now()
        except AppError as error:
            return {self.parts["added"]: views.note(str(error), kind="warn")} | self._queue_now()

    def _act(self, name: str, number: int) -> Updates:
        library = self.context.library
        actions: dict[str, Callable[[], Any]] = {
            "cancel": lambda: library.queue.cancel(number),
            "retry": lambda: library.queue.retry(number),
            "again": lambda: retry_failed(self.context),
            "first": lambda: library.queue.move_first(number),
            "clear": library.queue.clear_ended,
            "pause": lambda: setattr(library.queue, "paused", True),
            "resume": lambda: setattr(library.queue, "paused", False),
            "unwatch": lambda: library.folders.remove(number),
        }
        if name == "open":
            library.analyses.get(number)
            opened = open_review(Wanted(time.time(), analysis_id=number))
            return dict(zip(self.opening, opened, strict=True))
        if name in actions:
            actions[name]()
        return {}

    def _queue_now(self) -> Updates:
        html = self.queue()
        return {self.parts["queue"]: html, self.parts["told"]: html}

    def export_csv(self, values: Mapping[Any, Any]) -> Updates:
        """The table of all moments that fit the filter."""
        asked = self.lists.asked(values, self.lists.listing(values))
        return self._export(
            lambda: exporting.export_csv(self.context, event_filter(asked, limit=1))
        )

    def export_period(self, since: Any, until: Any) -> Updates:
        """The report on the days of the filter."""
        return self._export(lambda: exporting.export_period(self.context, since, until))

    def export_reviews(self) -> Updates:
        """The reviews as labels."""
        return self._export(lambda: exporting.export_reviews(self.context))

    def back_up(self) -> Updates:
        """A copy of the library."""
        return self._export(lambda: exporting.back_up(self.context))

    def take_in(self, folder: Any) -> Updates:
        """Reports that the command line made."""
        try:
            count = exporting.take_in(self.context, folder)
        except AppError as error:
            return {self.parts["exported"]: views.note(str(error), kind="warn")}
        words = f"{number_of(count, 'report')} taken in; press Refresh to see what is there now"
        return {self.parts["exported"]: views.note(words)}

    def _export(self, make: Callable[[], Exported]) -> Updates:
        try:
            made = make()
        except AppError as error:
            return {self.parts["exported"]: views.note(str(error), kind="warn")}
        return {self.parts["exported"]: views.note(made.words, files=self._links(made.files))}

    def _links(self, files: Sequence[Any]) -> list[tuple[str, str]]:
        return [(path.name, self.context.media.lend(path, download=True)) for path in files]
