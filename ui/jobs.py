"""Runs analyses one after the other in a thread of their own, so that the page never waits.

A job is watched from the event loop; when the watcher goes away (Cancel, closed tab), the analysis
is closed at its next step.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from utils.errors import AppError
from utils.progress import Finished, Progress
from utils.settings import Settings
from utils.writers.layout import OutputLayout

log = logging.getLogger(__name__)

Step = Progress | Finished
Steps = Generator[Step, None, None]
Analyze = Callable[[Path, Settings, OutputLayout], Steps]
POLL_S = 0.1
UNEXPECTED = "Something unexpected went wrong. The terminal that runs Nearmiss shows the details."


class Job:
    """One analysis: its steps so far, and the way to stop it."""

    def __init__(self, start: Callable[[], Steps]) -> None:
        self._start = start
        self._steps: deque[Step] = deque()
        self._stop = threading.Event()
        self._future: Future[None] = Future()

    def submit(self, pool: ThreadPoolExecutor) -> None:
        """Queue the analysis."""
        self._future = pool.submit(self._work)

    @property
    def waiting(self) -> bool:
        """Whether another analysis runs first."""
        return not (self._future.running() or self._future.done())

    @property
    def done(self) -> bool:
        """Whether nothing runs any more."""
        return self._future.done()

    def cancel(self) -> None:
        """Stop at the next step; a job that has not begun never begins."""
        self._stop.set()
        self._future.cancel()

    def _work(self) -> None:
        with closing(self._start()) as steps:
            for step in steps:
                self._steps.append(step)
                if self._stop.is_set():
                    return

    async def watch(self) -> AsyncGenerator[list[Step], None]:
        """What is new, every tenth of a second; closing this cancels the job.

        Raises AppError with a sentence for the user where the analysis fails.
        """
        try:
            while not self._future.done():
                await asyncio.sleep(POLL_S)
                yield self._news()
            yield self._news()
            self._raise_failure()
        finally:
            self.cancel()

    def _news(self) -> list[Step]:
        return [self._steps.popleft() for _ in range(len(self._steps))]

    def _raise_failure(self) -> None:
        if self._future.cancelled():
            raise AppError("The analysis was cancelled.") from CancelledError()
        error = self._future.exception()
        if isinstance(error, AppError):
            raise error
        if error is not None:
            log.error("an analysis failed", exc_info=error)
            raise AppError(UNEXPECTED) from error


class JobQueue:
    """One analysis at a time; which session runs which job."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="analysis")
        self._jobs: dict[str, Job] = {}

    def start(self, session: str, start: Callable[[], Steps]) -> Job:
        """A new job; an older one of the same session is cancelled."""
        self.cancel(session)
        self._jobs = {name: job for name, job in self._jobs.items() if not job.done}
        job = Job(start)
        job.submit(self._pool)
        self._jobs[session] = job
        return job

    def cancel(self, session: str) -> None:
        """Stop what this session runs, if anything."""
        job = self._jobs.pop(session, None)
        if job is not None:
            job.cancel()

    def close(self) -> None:
        """Stop everything, as the app ends."""
        for session in list(self._jobs):
            self.cancel(session)
        self._pool.shutdown(wait=False, cancel_futures=True)
