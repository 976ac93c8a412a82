"""The queue's worker: analyses, fails honestly, obeys, leaves its work to others as it ends."""

import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.conftest import ROOT
from tests.fake_analyze import FakeAnalyze, HeldAnalyze
from tests.ui.conftest import three_events
from tests.waiting import HANG_S, wait_until
from ui.jobs import UNEXPECTED
from ui.library.worker import QueueWorker
from utils.errors import VideoError


@contextmanager
def working(context):
    worker = QueueWorker(context, idle_s=0.02)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()
        worker.join(HANG_S)


def queue_videos(context, make_video, *names, settings=None):
    return context.library.queue.add([make_video(name) for name in names], settings or {})


def states(context):
    return {item.video.name: item.state for item in context.library.queue.find()}


def folders_of_reports(context):
    return [path for path in context.outputs.iterdir() if path.is_dir()]


def test_queued_videos_are_analysed_and_join_the_library(context, make_video):
    queue_videos(context, make_video, "a.mp4", "b.mp4")
    with working(context):
        wait_until(lambda: states(context) == {"a.mp4": "done", "b.mp4": "done"})
    (item, _) = context.library.queue.find(state="done")
    analysis = context.library.analyses.get(item.analysis_id)
    assert analysis.video == item.video
    assert analysis.event_count == 3
    assert analysis.report.parent.parent == context.outputs


@pytest.mark.parametrize(
    ("failure", "words"),
    [(VideoError("no picture in it"), "no picture in it"), (ValueError("a bug"), UNEXPECTED)],
)
def test_a_bad_video_fails_with_the_reason_and_the_next_goes_on(
    context, make_video, failure, words
):
    broken, sound = FakeAnalyze(three_events(), failure=failure), context.analyze

    def analyze(path, settings, layout):
        chosen = broken if path.name == "a.mp4" else sound
        return chosen(path, settings, layout)

    queue_videos(context, make_video, "a.mp4", "b.mp4")
    with working(replace(context, analyze=analyze)):
        wait_until(lambda: states(context) == {"a.mp4": "failed", "b.mp4": "done"})
    (failed,) = context.library.queue.find(state="failed")
    assert failed.error == words
    assert len(folders_of_reports(context)) == 1


def test_a_video_that_vanished_fails_and_says_so(context, make_video):
    def analyze(path, settings, layout):
        if not path.exists():
            raise VideoError(f"there is no file {path.name}")
        yield from context.analyze(path, settings, layout)

    queue_videos(context, make_video, "a.mp4")
    make_video("a.mp4").unlink()
    with working(replace(context, analyze=analyze)):
        wait_until(lambda: states(context) == {"a.mp4": "failed"})


def test_cancelling_stops_the_running_video_and_leaves_no_folder(context, make_video):
    slow = HeldAnalyze(three_events())
    (item,) = queue_videos(context, make_video, "a.mp4")
    with working(replace(context, analyze=slow)):
        wait_until(lambda: slow.seen)
        context.library.queue.cancel(item.id)
        wait_until(lambda: slow.closed)
    assert states(context) == {"a.mp4": "cancelled"}
    assert folders_of_reports(context) == []
    assert context.library.queue.find()[0].analysis_id is None


def test_a_paused_queue_begins_nothing_until_it_goes_on(context, make_video):
    queue_videos(context, make_video, "a.mp4")
    context.library.queue.paused = True
    with working(context):
        time.sleep(0.2)
        assert states(context) == {"a.mp4": "waiting"}
        context.library.queue.paused = False
        wait_until(lambda: states(context) == {"a.mp4": "done"})


def test_when_the_app_ends_the_running_video_waits_again(context, make_video):
    slow = HeldAnalyze(three_events())
    queue_videos(context, make_video, "a.mp4", "b.mp4")
    with working(replace(context, analyze=slow)) as worker:
        wait_until(lambda: slow.seen)
        worker.stop()
        context.jobs.close()
    assert states(context) == {"a.mp4": "waiting", "b.mp4": "waiting"}
    assert folders_of_reports(context) == []


def test_a_video_of_a_program_that_died_is_taken_up(context, make_video):
    queue_videos(context, make_video, "a.mp4")
    claim = (
        "import sys; from pathlib import Path; from utils.library import Library, new_owner; "
        "Library(Path(sys.argv[1])).queue.claim(new_owner())"
    )
    command = [sys.executable, "-c", claim, str(context.library.path)]
    subprocess.run(command, check=True, cwd=ROOT)
    assert states(context) == {"a.mp4": "running"}
    with working(context):
        wait_until(lambda: states(context) == {"a.mp4": "done"})


def scored(item):
    return (item.fraction or 0) > 0


def test_progress_stands_in_the_library_while_it_runs(context, make_video):
    slow = HeldAnalyze(three_events())
    queue_videos(context, make_video, "a.mp4")
    with working(replace(context, analyze=slow)):
        item = wait_until(lambda: next(filter(scored, context.library.queue.find()), None))
        slow.go.set()
    assert (item.stage, item.state) == ("score", "running")
    assert item.message.startswith("Scored up to")


def test_settings_of_the_item_win_over_those_of_the_app(context, make_video):
    queue_videos(context, make_video, "a.mp4", settings={"trigger": {"threshold": 0.17}})
    with working(context):
        wait_until(lambda: states(context) == {"a.mp4": "done"})
    assert context.analyze.seen[0][1].trigger.threshold == 0.17
    assert context.analyze.seen[0][1].events == context.settings.events


def test_settings_that_no_longer_fit_fail_the_item_and_name_the_key(context, make_video):
    queue_videos(context, make_video, "a.mp4", settings={"trigger": {"sharpness": 1}})
    with working(context):
        wait_until(lambda: states(context) == {"a.mp4": "failed"})
    assert "trigger.sharpness" in context.library.queue.find()[0].error


def test_a_persons_analysis_goes_before_the_queue(context, make_video):
    slow = HeldAnalyze(three_events())
    queue_videos(context, make_video, "a.mp4")
    with working(replace(context, analyze=slow)):
        wait_until(lambda: slow.seen)
        job = context.jobs.start("me", no_steps)
        wait_until(lambda: job.done)
        assert states(context) == {"a.mp4": "running"}
        slow.go.set()
        wait_until(lambda: states(context) == {"a.mp4": "done"})


def no_steps():
    yield from ()
