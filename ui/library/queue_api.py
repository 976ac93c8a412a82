"""The folder queue for programs."""

from collections.abc import Callable
from typing import Any

from ui.context import Context
from ui.library.adding import AS_IN_SETTINGS, Adding, add_videos, retry_failed
from ui.library.filters import checked_limit
from ui.library.rows import as_row
from ui.raw_values import read_count
from utils.errors import ConfigError

ROWS = 200


class QueueApi:
    """Adding to the queue, listing it, changing it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._queue = context.library.queue

    def queue_add(
        self,
        paths: list[str],
        checkpoint: str = AS_IN_SETTINGS,
        sensitivity: str = AS_IN_SETTINGS,
        again: bool = False,
    ) -> dict[str, Any]:
        """Add videos to the queue; they are analysed one after the other while the app runs.

        Args:
            paths: folders or videos on this computer; folders are searched to any depth
            checkpoint: a name that the Analyze tab offers; `settings`: as in Settings
            sensitivity: settings, most, more, checkpoint or clearest: how low the threshold is
            again: also videos of folders that were queued or analysed before

        Returns:
            `queued`: the new items; `known`: how many videos of folders were left out
        """
        outcome = add_videos(self._context, adding(paths, checkpoint, sensitivity, again=again))
        queued = [as_row(self._context, item) for item in outcome.queued]
        return {"queued": queued, "known": outcome.known}

    def queue_list(self, state: str = "", limit: int = ROWS, offset: int = 0) -> dict[str, Any]:
        """The queue: what runs, then what waits in order, then what ended, newest first.

        Args:
            state: waiting, running, done, failed or cancelled; empty: all
            limit: how many items at most
            offset: how many items to skip

        Returns:
            `items`, `counts` by state, and whether the queue is `paused`
        """
        queue = self._queue
        if state and state not in tuple(queue.counts()):
            raise ConfigError(f"There is no state {str(state)[:20]}.")
        items = queue.find(
            state=state or None,
            limit=checked_limit(limit),
            offset=read_count(offset, "The offset"),
        )
        rows = [as_row(self._context, item) for item in items]
        return {"items": rows, "counts": queue.counts(), "paused": queue.paused}

    def queue_cancel(self, item_id: int) -> dict[str, Any]:
        """Take a waiting video out of the queue, or stop the one that runs.

        Args:
            item_id: `id` of an item of `queue_list`

        Returns:
            the counts by state
        """
        return self._counted(lambda: self._queue.cancel(item_id))

    def queue_retry(self, item_id: int) -> dict[str, Any]:
        """Let a failed or cancelled video wait again, at the end of the queue.

        Args:
            item_id: `id` of an item of `queue_list`; 0: all that failed

        Returns:
            the counts by state
        """
        return self._counted(
            lambda: self._queue.retry(item_id) if item_id else retry_failed(self._context)
        )

    def queue_first(self, item_id: int) -> dict[str, Any]:
        """Let a waiting video be the next.

        Args:
            item_id: `id` of an item of `queue_list`

        Returns:
            the counts by state
        """
        return self._counted(lambda: self._queue.move_first(item_id))

    def queue_clear(self) -> dict[str, Any]:
        """Forget the items that are done, failed or cancelled; their reports stay.

        Returns:
            the counts by state
        """
        return self._counted(self._queue.clear_ended)

    def queue_pause(self) -> dict[str, Any]:
        """Let no further video begin; one that runs is finished.

        Returns:
            the counts by state
        """
        return self._counted(lambda: setattr(self._queue, "paused", True))

    def queue_resume(self) -> dict[str, Any]:
        """Let the queue go on.

        Returns:
            the counts by state
        """
        return self._counted(lambda: setattr(self._queue, "paused", False))

    def _counted(self, change: Callable[[], Any]) -> dict[str, Any]:
        change()
        return {str(state): count for state, count in self._queue.counts().items()}


def adding(paths: Any, checkpoint: str, sensitivity: str, **flags: bool) -> Adding:
    """The form that a program filled. Raises ConfigError."""
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise ConfigError("Give the paths as a list of texts.")
    if any(len(path.splitlines()) > 1 for path in paths):
        raise ConfigError("A path must not hold a line break.")
    return Adding("\n".join(paths), (), checkpoint, sensitivity, **flags)
