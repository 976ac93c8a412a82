"""Runs analyses in one thread, step by step, so that the page never waits.

A person's analysis goes before those of the folder queue, even in the middle of one of their
videos: between two steps the queue's analysis rests where it is.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
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

    def __init__(self, start: Callable[[], Steps], *, background: bool = False) -> None:
        self.background = background
        self._start = start
        self._running: Steps | None = None
        self._steps: deque[Step] = deque()
        self._fresh = threading.Event()
        self._stop = threading.Event()
        self._end: Future[None] = Future()

    @property
    def waiting(self) -> bool:
        """Whether it has not begun, because another analysis runs first."""
        return self._running is None and not self.done

    @property
    def done(self) -> bool:
        """Whether nothing runs any more."""
        return self._end.done()

    @property
    def stopping(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Stop at the next step; a job that has not begun never begins."""
        self._stop.set()

    def drop(self) -> None:
        """End a job that was never queued."""
        self.cancel()
        self._end.cancel()
        self._fresh.set()

    def failure(self) -> AppError | None:
        """Why a finished job has no report, as a sentence; None where it has one."""
        if self._end.cancelled():
            return AppError("The analysis was cancelled.")
        error = self._end.exception()
        if error is None or isinstance(error, AppError):
            return error
        return AppError(UNEXPECTED)

    def advance(self) -> bool:
        """One step further; whether there is another. Called by the queue's thread only."""
        if not self.stopping:
            self._running = self._running or self._start()
            step = next(self._running, None)
            if step is not None:
                self._steps.append(step)
                self._fresh.set()
                return True
        if self._running is not None:
            self._running.close()
        return False

    def take_turn(self, turn: "Future[bool]") -> None:
        """Note how a step ended: more to come, the end, or a failure."""
        error = turn.exception()
        if error is not None:
            if not isinstance(error, AppError):
                log.error("an analysis failed", exc_info=error)
            self._end.set_exception(error)
        elif self.stopping and not turn.result():
            self._end.cancel()
        elif not turn.result():
            self._end.set_result(None)
        if self.done:
            self._fresh.set()

    async def watch(self) -> AsyncGenerator[list[Step], None]:
        """What is new, every tenth of a second; closing this cancels the job.

        Raises AppError with a sentence for the user where the analysis fails.
        """
        try:
            while not self.done:
                await asyncio.sleep(POLL_S)
                yield self._news()
            yield self._news()
            error = self.failure()
            if error is not None:
                raise error from (CancelledError() if self._end.cancelled() else None)
        finally:
            self.cancel()

    def wait_news(self, timeout_s: float) -> list[Step]:
        """What is new, as soon as there is something; empty at the end or after timeout_s."""
        self._fresh.wait(timeout_s)
        if not self.done:
            self._fresh.clear()
        return self._news()

    def _news(self) -> list[Step]:
        return [self._steps.popleft() for _ in range(len(self._steps))]


class JobQueue:
    """One step of one analysis at a time; which session runs which job."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="analysis")
        self._lock = threading.RLock()
        self._jobs: list[Job] = []
        self._busy = False
        self._closing = False
        self._of_session: dict[str, Job] = {}

    def submit(self, start: Callable[[], Steps], *, background: bool = False) -> Job:
        """A new job. background: it rests while a person's analysis runs."""
        job = Job(start, background=background)
        with self._lock:
            if self._closing:
                job.drop()
                return job
            self._jobs.append(job)
            self._go_on()
        return job

    def start(self, session: str, start: Callable[[], Steps]) -> Job:
        """A person's job; an older one of the same session is cancelled."""
        with self._lock:
            self.cancel(session)
            live = {name: job for name, job in self._of_session.items() if not job.done}
            job = self.submit(start)
            self._of_session = {**live, session: job}
        return job

    def cancel(self, session: str) -> None:
        """Stop what this session runs, if anything."""
        with self._lock:
            job = self._of_session.pop(session, None)
            if job is not None:
                job.cancel()

    def close(self) -> None:
        """Stop everything, as the app ends; each analysis ends at its next step."""
        with self._lock:
            self._closing = True
            for job in self._jobs:
                job.cancel()
            self._go_on()

    def _go_on(self) -> None:
        """Take the next step, unless one is under way; the lock is held."""
        if self._busy:
            return
        job = min(self._jobs, key=_rank, default=None)
        if job is None:
            if self._closing:
                self._pool.shutdown(wait=False)
            return
        self._busy = True
        self._pool.submit(job.advance).add_done_callback(lambda turn: self._ended(job, turn))

    def _ended(self, job: Job, turn: "Future[bool]") -> None:
        job.take_turn(turn)
        with self._lock:
            self._busy = False
            if job.done:
                self._jobs.remove(job)
            self._go_on()


def _rank(job: Job) -> tuple[bool, bool]:
    """Those to be closed first, then a person's, in the order they came."""
    return not job.stopping, job.background
