"""The runs of the Analyze tab, each under a key that only the browser that began it holds.

A run belongs to no page: pages come, follow it and leave, and it goes on until its end or until
somebody with its key cancels it. Everything here happens in the app's event loop, so nothing locks.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from ui.analysis_run import AnalysisRun
from ui.jobs import POLL_S, UNEXPECTED, Job, JobQueue, Step
from ui.views import Live
from utils.errors import AppError
from utils.progress import Finished

MAX_ENDED = 16  # the report of a two-hour video takes some MB
ENDED_FOR_S = 24 * 3600.0
UNBEGUN_FOR_S = 60.0


class KeptRun:
    """One run as far as it is; of its steps only what a page shows is kept.

    steps: how many it has made. failure: why it has no end, once it is over.
    """

    def __init__(self, plan: AnalysisRun) -> None:
        self.plan = plan
        self.live = Live()
        self.steps = 0
        self.end: Finished | None = None
        self.failure = AppError(UNEXPECTED)
        self.cancelled = False
        self._planned_at = time.monotonic()
        self._ended_at: float | None = None
        self._end_seen = False
        self._followers = 0
        self._job: Job | None = None
        self._listener: asyncio.Task[None] | None = None

    @property
    def elapsed_s(self) -> float:
        """Since it was asked for."""
        return time.monotonic() - self._planned_at

    @property
    def over(self) -> bool:
        """Whether nothing more comes: it has an end or a failure, or somebody stopped it."""
        return self.cancelled or self._ended_at is not None

    @property
    def unattended(self) -> bool:
        """Whether no page follows it, nor has shown its end."""
        return not self._followers and not self._end_seen

    def begin(self, jobs: JobQueue) -> None:
        """Run it, unless it runs already."""
        if self._job is None:
            self._job = jobs.submit(self.plan.start)
            self._listener = asyncio.create_task(self._listen(self._job))

    def cancel(self) -> None:
        """Stop at the next step."""
        self.cancelled = True
        if self._job is not None:
            self._job.cancel()

    def forgettable(self) -> bool:
        """Whether nobody will want it any more."""
        if self._ended_at is not None:
            return time.monotonic() - self._ended_at > ENDED_FOR_S
        return self._job is None and self.elapsed_s > UNBEGUN_FOR_S

    async def follow(self) -> AsyncGenerator[None, None]:
        """Comes again every tenth of a second, a last time when it is over."""
        self._followers += 1
        try:
            while not self.over:
                yield
                await asyncio.sleep(POLL_S)
            self._end_seen = True
            yield
        finally:
            self._followers -= 1

    async def _listen(self, job: Job) -> None:
        try:
            async with aclosing(job.watch()) as watch:
                async for steps in watch:
                    for step in steps:
                        self._take(step)
                    self.live.waiting = job.waiting
        except AppError as error:
            self.failure = error
        finally:
            self._ended_at = time.monotonic()

    def _take(self, step: Step) -> None:
        self.steps += 1
        if isinstance(step, Finished):
            self.end = step
        else:
            self.live.take(step)


class KeptRuns:
    """The runs that a page may ask for, by their keys; those long over are forgotten."""

    def __init__(self, jobs: JobQueue) -> None:
        self._jobs = jobs
        self._runs: dict[str, KeptRun] = {}

    def keep(self, plan: AnalysisRun) -> str:
        """The key of a new run, which begins when its key comes back: then the browser has it."""
        self._forget()
        key = secrets.token_urlsafe(24)
        self._runs[key] = KeptRun(plan)
        return key

    def find(self, key: Any) -> KeptRun | None:
        """The run of a key as a page sent it; None for any other value."""
        return self._runs.get(key) if isinstance(key, str) else None

    def recognise(self, own: Any, last: Any) -> str:
        """The key that a page which was just loaded goes on with; empty where there is none.

        own: the one that its window kept. last: that of the browser's last run, for a window that
        was closed by mistake and opened anew; one that another page follows stays there.
        """
        if self.find(own) is not None:
            return str(own)
        run = self.find(last)
        return str(last) if run is not None and run.unattended else ""

    def begin(self, key: Any) -> KeptRun | None:
        """The run of a key, which runs from now on at the latest."""
        run = self.find(key)
        if run is not None:
            run.begin(self._jobs)
        return run

    def cancel(self, key: Any) -> None:
        """Stop the run of a key and forget it."""
        run = self.find(key)
        if run is not None:
            run.cancel()
            del self._runs[key]

    def _forget(self) -> None:
        kept = {key: run for key, run in self._runs.items() if not run.forgettable()}
        over = [key for key, run in kept.items() if run.over]
        for key in over[:-MAX_ENDED]:
            del kept[key]
        self._runs = kept
