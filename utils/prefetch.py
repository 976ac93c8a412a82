"""Runs a generator in a thread: to make items ahead, or to stay able to answer meanwhile.

Decoding releases the interpreter's lock, so it overlaps with the network on the other cores.
"""

import queue
import threading
from collections.abc import Generator
from contextlib import suppress
from typing import Generic, TypeVar

from utils.cancellation import Cancellation

Item = TypeVar("Item")
_POLL_S = 0.1


def prefetch(items: Generator[Item, None, None], *, depth: int = 2) -> Generator[Item, None, None]:
    """The same items in the same order, at most `depth` of them made ahead.

    An exception of `items` is raised here, after the items before it. Closing this closes
    `items`; when this ends, its thread has ended too.
    """
    feeder = _Feeder(items, depth, name="prefetch")
    try:
        while not feeder.is_spent:
            with suppress(queue.Empty):
                yield feeder.next(_POLL_S)
        feeder.raise_error()
    finally:
        feeder.stop()


class Attended(Generic[Item]):
    """A generator that runs in a thread, so that whoever waits for it can answer and can leave.

    cancellation: what the generator looks at between its small steps.
    """

    def __init__(self, items: Generator[Item, None, None], cancellation: Cancellation) -> None:
        self._feeder = _Feeder(items, 1, name="attended")
        self._cancellation = cancellation

    def items(self, every_s: float) -> Generator[Item | None, None, None]:
        """The items in order, and None whenever nothing came for `every_s`.

        An exception of the generator is raised here, after the items before it.
        """
        while not self._feeder.is_spent:
            try:
                item: Item | None = self._feeder.next(every_s)
            except queue.Empty:
                item = None
            yield item
        self._feeder.raise_error()

    def leave(self, patience_s: float) -> bool:
        """Cancel the generator; True where it ended within `patience_s`.

        Otherwise it ends by itself, in its thread, at its next step.
        """
        self._cancellation.cancel()
        return self._feeder.stop(patience_s)


class _Feeder(threading.Thread, Generic[Item]):
    def __init__(self, items: Generator[Item, None, None], depth: int, *, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._items = items
        self._ready: queue.Queue[Item] = queue.Queue(depth)
        self._stopped = threading.Event()
        self._error: BaseException | None = None
        self.start()

    @property
    def is_spent(self) -> bool:
        """Whether no item is left and none will come."""
        return not self.is_alive() and self._ready.empty()

    def next(self, timeout_s: float) -> Item:
        """The next item. Raises queue.Empty where none comes in time."""
        return self._ready.get(timeout=timeout_s)

    def raise_error(self) -> None:
        """Raise what ended the generator, if anything."""
        if self._error is not None:
            raise self._error

    def run(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that reads
            self._error = error
        finally:
            self._items.close()

    def _put(self, item: Item) -> bool:
        while not self._stopped.is_set():
            try:
                self._ready.put(item, timeout=_POLL_S)
            except queue.Full:
                continue
            return True
        return False

    def stop(self, timeout_s: float | None = None) -> bool:
        """Make nothing more and wait for the thread's end; whether it has ended."""
        self._stopped.set()
        self.join(timeout_s)
        return not self.is_alive()
