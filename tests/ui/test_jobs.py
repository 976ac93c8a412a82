"""One analysis thread: order, a person's before the queue's, cancelling, failures, closing."""

import threading

import pytest

from ui.jobs import UNEXPECTED, JobQueue
from utils.errors import VideoError
from utils.progress import Progress

WAIT_S = 60.0


class Script:
    """An analysis of `count` steps that notes each in `diary` and can be held at the first."""

    def __init__(self, name, diary, count=3, failure=None):
        self.name, self.diary, self.count, self.failure = name, diary, count, failure
        self.go = threading.Event()
        self.go.set()
        self.begun = threading.Event()
        self.closed = False

    def __call__(self):
        try:
            for number in range(self.count):
                self.begun.set()
                self.go.wait(WAIT_S)
                self.diary.append(f"{self.name}{number}")
                yield Progress("score", f"{self.name}{number}")
            if self.failure:
                raise self.failure
        finally:
            self.closed = True


@pytest.fixture
def queue():
    queue = JobQueue()
    yield queue
    queue.close()


@pytest.fixture
def diary():
    return []


def drain(job):
    news = []
    while not job.done:
        news += job.wait_news(WAIT_S)
    return news + job.wait_news(0)


def test_jobs_run_one_after_the_other_in_the_order_they_came(queue, diary):
    jobs = [queue.submit(Script(name, diary)) for name in "ab"]
    told = [step.message for job in jobs for step in drain(job)]
    assert told == diary == ["a0", "a1", "a2", "b0", "b1", "b2"]
    assert [job.failure() for job in jobs] == [None, None]


def test_a_persons_analysis_goes_first_in_the_middle_of_a_queued_video(queue, diary):
    slow = Script("q", diary)
    slow.go.clear()
    queued = queue.submit(slow, background=True)
    slow.begun.wait(WAIT_S)
    own = queue.start("session", Script("p", diary))
    slow.go.set()
    drain(own)
    drain(queued)
    assert diary == ["q0", "p0", "p1", "p2", "q1", "q2"]


def test_a_resting_job_is_closed_when_cancelled_without_waiting_for_the_others(queue, diary):
    background, own = Script("q", diary), Script("p", diary)
    background.go.clear()
    queued = queue.submit(background, background=True)
    background.begun.wait(WAIT_S)
    running = queue.submit(own)
    own.go.clear()
    background.go.set()
    own.begun.wait(WAIT_S)
    queued.cancel()
    assert not queued.done
    own.go.set()
    drain(queued)
    drain(running)
    assert background.closed
    assert diary == ["q0", "p0", "p1", "p2"]
    assert str(queued.failure()) == "The analysis was cancelled."


def test_a_job_that_has_not_begun_never_begins_once_cancelled(queue, diary):
    first = Script("a", diary)
    first.go.clear()
    running = queue.submit(first)
    first.begun.wait(WAIT_S)
    second = Script("b", diary)
    waiting = queue.submit(second)
    assert waiting.waiting
    waiting.cancel()
    first.go.set()
    drain(waiting)
    drain(running)
    assert not second.begun.is_set()


def test_a_failure_is_told_in_words_and_the_next_job_runs(queue, diary):
    bad = queue.submit(Script("a", diary, failure=VideoError("the file is empty")))
    good = queue.submit(Script("b", diary))
    drain(bad)
    drain(good)
    assert str(bad.failure()) == "the file is empty"
    assert good.failure() is None


def test_a_bug_is_logged_and_not_told(queue, diary, caplog):
    job = queue.submit(Script("a", diary, failure=ZeroDivisionError("secret")))
    drain(job)
    assert str(job.failure()) == UNEXPECTED
    assert "an analysis failed" in caplog.text
    caplog.clear()


def test_a_session_has_one_job(queue, diary):
    first = Script("a", diary)
    first.go.clear()
    old = queue.start("s", first)
    first.begun.wait(WAIT_S)
    new = queue.start("s", Script("b", diary))
    first.go.set()
    drain(old)
    drain(new)
    assert str(old.failure()) == "The analysis was cancelled."
    assert diary == ["a0", "b0", "b1", "b2"]


def test_closing_ends_every_job_and_refuses_new_ones(diary):
    queue = JobQueue()
    script = Script("a", diary)
    script.go.clear()
    running = queue.submit(script)
    resting = queue.submit(Script("b", diary), background=True)
    script.begun.wait(WAIT_S)
    queue.close()
    script.go.set()
    drain(running)
    drain(resting)
    assert script.closed
    assert diary == ["a0"]
    late = queue.submit(Script("c", diary))
    assert late.done
    assert str(late.failure()) == "The analysis was cancelled."
