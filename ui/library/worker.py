"""Works through the folder queue while the app runs: one video after the other, behind a person's.

Every change of an item is written to the library, so that another window shows it and a restarted
app goes on where this one was ended.
"""

import logging
import threading
import time

from ui.analysis_run import plan_run
from ui.context import Context
from ui.jobs import Job
from utils.config import merge, validate
from utils.errors import AppError
from utils.library import new_owner
from utils.library.records import QueueItem
from utils.progress import Progress
from utils.settings import Settings

log = logging.getLogger(__name__)

IDLE_S = 1.0
HEARTBEAT_S = 1.0
RELEASE_EVERY_S = 15.0
NOT_TAKEN_IN = "The report was written, but the library could not take it in."


class QueueWorker:
    """The thread that claims items of the queue and sees them through."""

    def __init__(self, context: Context, *, idle_s: float = IDLE_S) -> None:
        self._context = context
        self._queue = context.library.queue
        self._owner = new_owner()
        self._idle_s = idle_s
        self._stop = threading.Event()
        self._released_at = -RELEASE_EVERY_S
        self._thread = threading.Thread(target=self._work, name="folder queue", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; the video in work waits again, for this app or another window of it."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait until the thread has ended."""
        self._thread.join(timeout_s)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                worked = self._take_turn()
            except AppError as error:  # a full disk or a locked file: it may pass
                log.warning("the queue cannot go on: %s", error)
                worked = False
            if not worked:
                self._stop.wait(self._idle_s)

    def _take_turn(self) -> bool:
        """Analyse the next video; whether there was one."""
        if time.monotonic() - self._released_at >= RELEASE_EVERY_S:
            self._released_at = time.monotonic()
            self._queue.release_stale()
        item = None if self._queue.paused else self._queue.claim(self._owner)
        if item is not None:
            self._analyse(item)
        return item is not None

    def _analyse(self, item: QueueItem) -> None:
        try:
            run = plan_run(self._context, item.video, self._settings_of(item))
        except AppError as error:
            self._queue.fail(item.id, self._owner, error=str(error))
            return
        job = self._context.jobs.submit(run.start, background=True)
        self._follow(item, job)
        if run.analysis is not None:
            self._queue.finish(item.id, self._owner, analysis_id=run.analysis.id)
        elif job.stopping:  # cancelled, or the app ends
            self._queue.release(item.id, self._owner)
        else:
            reason = str(job.failure() or NOT_TAKEN_IN)
            self._queue.fail(item.id, self._owner, error=reason)

    def _settings_of(self, item: QueueItem) -> Settings:
        tree = merge(self._context.settings.model_dump(), item.settings)
        return validate(tree, source="the queue")

    def _follow(self, item: QueueItem, job: Job) -> None:
        """Tell the library about a job until it ends."""
        step = Progress("load", "Getting ready")
        told_at = -HEARTBEAT_S
        while not job.done:
            news = job.wait_news(HEARTBEAT_S)
            step = next((s for s in reversed(news) if isinstance(s, Progress)), step)
            if self._stop.is_set():
                job.cancel()
            elif time.monotonic() - told_at >= HEARTBEAT_S:
                told_at = time.monotonic()
                if not self._tell(item, step):
                    job.cancel()

    def _tell(self, item: QueueItem, step: Progress) -> bool:
        return self._queue.report(
            item.id, self._owner, stage=step.stage, fraction=step.fraction, message=step.message
        )
