"""Makes the next items in a thread while the present one is used.

Decoding releases the interpreter's lock, so it overlaps with the network on the other cores.
"""

import queue
import threading
from collections.abc import Generator
from typing import TypeVar

Item = TypeVar("Item")
_POLL_S = 0.1


def prefetch(items: Generator[Item, None, None], *, depth: int = 2) -> Generator[Item, None, None]:
    """The same items in the same order, at most `depth` of them made ahead.

    An exception of `items` is raised here, after the items before it. Closing this closes
    `items`; when this ends, its thread has ended too.
    """
    ready: queue.Queue[Item] = queue.Queue(depth)
    feeder = _Feeder(items, ready)
    feeder.start()
    try:
        while True:
            try:
                yield ready.get(timeout=_POLL_S)
            except queue.Empty:
                if not feeder.is_alive() and ready.empty():
                    break
        if feeder.error is not None:
            raise feeder.error
    finally:
        feeder.stop()


class _Feeder(threading.Thread):
    def __init__(self, items: Generator[Item, None, None], ready: "queue.Queue[Item]") -> None:
        super().__init__(name="prefetch", daemon=True)
        self._items = items
        self._ready = ready
        self._stopped = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that reads
            self.error = error
        finally:
            self._items.close()

    def _put(self, item: object) -> bool:
        while not self._stopped.is_set():
            try:
                self._ready.put(item, timeout=_POLL_S)  # type: ignore[arg-type]
            except queue.Full:
                continue
            return True
        return False

    def stop(self) -> None:
        """Make nothing more and wait for the thread's end."""
        self._stopped.set()
        self.join()
