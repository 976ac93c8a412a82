"""What works while the app runs: the queue, the watch over folders, comparisons after training.

What a killed app left half done is removed first.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ui.context import Context
from ui.library.watch import FolderWatcher
from ui.library.worker import QueueWorker
from ui.train.waiting import WaitingComparisons
from ui.unfinished_runs import remove_leftovers

RELEASE_WAIT_S = 2.0


class Background:
    """The threads; they begin with the server and end with it."""

    def __init__(self, context: Context) -> None:
        self._outputs = context.outputs
        self._worker = QueueWorker(context)
        self._watcher = FolderWatcher(context.library)
        self._comparisons = WaitingComparisons(context.commands)

    @asynccontextmanager
    async def lifespan(self, _: object) -> AsyncIterator[None]:
        """While the server runs."""
        await asyncio.to_thread(remove_leftovers, self._outputs)
        self._worker.start()
        self._watcher.start()
        self._comparisons.start()
        try:
            yield
        finally:
            self.stop()
            await asyncio.to_thread(self._worker.join, RELEASE_WAIT_S)

    def stop(self) -> None:
        """End soon."""
        self._worker.stop()
        self._watcher.stop()
        self._comparisons.stop()
