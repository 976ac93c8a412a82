import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from utils.errors import LibraryError
from utils.library import Library, new_owner
from utils.library.queue import MAX_ATTEMPTS
from utils.library.stored_values import stored_time

ELSEWHERE = "another computer:1:then:abcd"  # of whom only the silence is known


@pytest.fixture
def queue(library):
    return library.queue


@pytest.fixture
def me():
    return new_owner()


def paths(*names):
    return [Path("/footage").absolute() / f"{name}.mp4" for name in names]


def states(queue):
    return {item.video.stem: item.state for item in queue.find()}


def silence(library, seconds):
    """Let all workers have said nothing for this long."""
    then = stored_time(datetime.now(UTC) - timedelta(seconds=seconds))
    with library._database.write() as connection:
        connection.execute("UPDATE queue SET heartbeat_at = ?", (then,))


def test_videos_are_taken_in_the_order_in_which_they_came(queue, me):
    queue.add(paths("a", "b"), {"events": {"merge_gap_s": 4}})
    queue.add(paths("c"), {})
    taken = [queue.claim(me) for _ in range(4)]
    assert [item and item.video.stem for item in taken] == ["a", "b", "c", None]
    assert taken[0].settings == {"events": {"merge_gap_s": 4}}
    assert taken[0].state == "running"
    assert taken[0].started_at is not None


def test_a_video_that_waits_or_runs_is_not_added_twice(queue, me):
    assert len(queue.add(paths("a", "b", "a"), {})) == 2
    queue.claim(me)
    assert [item.video.stem for item in queue.add(paths("a", "b", "c"), {})] == ["c"]
    assert len(queue.find()) == 3


def test_a_video_that_ended_can_be_added_again(queue, me):
    item = queue.add(paths("a"), {})[0]
    queue.claim(me)
    queue.finish(item.id, me, analysis_id=1)
    assert len(queue.add(paths("a"), {})) == 1


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
def test_a_video_whose_name_is_no_text_is_found_again(queue, tmp_path):
    video = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    queue.add([video], {})
    queue.add([video], {})
    assert [item.video for item in queue.find()] == [video]


def test_settings_that_cannot_be_stored_are_refused(queue):
    with pytest.raises(LibraryError, match="cannot be stored"):
        queue.add(paths("a"), {"threshold": float("nan")})
    assert queue.find() == []


def test_progress_is_kept_and_says_that_the_work_goes_on(queue, me):
    item = queue.add(paths("a"), {})[0]
    queue.claim(me)
    assert queue.report(item.id, me, stage="score", fraction=0.25, message="Frame 7\ud800")
    (found,) = queue.find()
    assert (found.stage, found.fraction, found.message) == ("score", 0.25, "Frame 7?")
    assert queue.report(item.id, me, stage="score", fraction=float("nan"), message="")
    assert queue.find()[0].fraction is None


def test_a_video_ends_as_done_or_failed(queue, me):
    a, b = queue.add(paths("a", "b"), {})
    queue.claim(me)
    queue.claim(me)
    assert queue.finish(a.id, me, analysis_id=7)
    assert queue.fail(b.id, me, error="no picture in it")
    assert not queue.fail(a.id, me, error="too late")
    done, failed = sorted(queue.find(), key=lambda item: item.id)
    assert (done.state, done.analysis_id) == ("done", 7)
    assert (failed.state, failed.error) == ("failed", "no picture in it")
    assert done.ended_at is not None
    assert failed.ended_at is not None


def test_only_the_worker_that_has_a_video_changes_it(queue, me):
    item = queue.add(paths("a"), {})[0]
    queue.claim(me)
    other = new_owner()
    assert not queue.report(item.id, other, stage="", fraction=None, message="")
    assert not queue.finish(item.id, other, analysis_id=1)
    assert not queue.fail(item.id, other, error="")
    assert not queue.release(item.id, other)
    assert queue.find()[0].state == "running"


def test_the_worker_of_a_cancelled_video_is_told(queue, me):
    item = queue.add(paths("a"), {})[0]
    queue.claim(me)
    queue.cancel(item.id)
    assert not queue.report(item.id, me, stage="", fraction=None, message="")
    assert not queue.finish(item.id, me, analysis_id=1)
    assert queue.find()[0].state == "cancelled"


def test_the_worker_of_a_video_that_was_cancelled_and_waits_again_is_told(queue, me):
    item = queue.add(paths("a"), {})[0]
    queue.claim(me)
    queue.cancel(item.id)
    queue.retry(item.id)
    assert not queue.report(item.id, me, stage="", fraction=None, message="")
    assert queue.claim(new_owner()).id == item.id


def test_cancelling_what_has_ended_changes_nothing(queue, me):
    item = queue.add(paths("a"), {})[0]
    queue.claim(me)
    queue.finish(item.id, me, analysis_id=1)
    queue.cancel(item.id)
    assert queue.find()[0].state == "done"


def test_a_failed_video_can_be_tried_again_after_the_others(queue, me):
    a, _ = queue.add(paths("a", "b"), {})
    queue.claim(me)
    queue.fail(a.id, me, error="the disk was away")
    again = queue.retry(a.id)
    assert (again.state, again.error, again.ended_at) == ("waiting", "", None)
    assert [queue.claim(me).video.stem for _ in range(2)] == ["b", "a"]


def test_a_second_try_is_refused_where_it_makes_no_sense(queue, me):
    a = queue.add(paths("a"), {})[0]
    with pytest.raises(LibraryError, match=r"a\.mp4 is waiting"):
        queue.retry(a.id)
    queue.cancel(a.id)
    queue.add(paths("a"), {})
    with pytest.raises(LibraryError, match="waits in the queue already"):
        queue.retry(a.id)


def test_a_video_can_go_first(queue, me):
    _, b, c = queue.add(paths("a", "b", "c"), {})
    queue.move_first(b.id)
    queue.move_first(c.id)
    assert [item.video.stem for item in queue.find()] == ["c", "b", "a"]
    assert queue.claim(me).video.stem == "c"


def test_what_has_ended_can_be_cleared(queue, me):
    a, b, _, _ = queue.add(paths("a", "b", "c", "d"), {})
    queue.claim(me)
    queue.finish(a.id, me, analysis_id=1)
    queue.cancel(b.id)
    queue.claim(me)
    assert queue.clear_ended() == 2
    assert states(queue) == {"c": "running", "d": "waiting"}


def test_while_paused_nothing_is_taken_and_what_runs_goes_on(library, queue, me):
    item = queue.add(paths("a", "b"), {})[0]
    queue.claim(me)
    queue.paused = True
    assert queue.claim(me) is None
    assert queue.report(item.id, me, stage="", fraction=None, message="")
    assert Library(library.path).queue.paused
    queue.paused = False
    assert queue.claim(me).video.stem == "b"


def test_running_videos_come_first_then_waiting_then_ended_ones(queue, me):
    a, b, _, d = queue.add(paths("a", "b", "c", "d"), {})
    queue.claim(me)
    queue.finish(a.id, me, analysis_id=1)
    queue.claim(me)
    queue.fail(b.id, me, error="")
    queue.move_first(d.id)
    queue.claim(me)
    assert [item.video.stem for item in queue.find()] == ["d", "c", "b", "a"]
    assert [item.video.stem for item in queue.find(limit=2, offset=1)] == ["c", "b"]
    assert [item.video.stem for item in queue.find(state="waiting")] == ["c"]
    assert queue.counts() == {"waiting": 1, "running": 1, "done": 1, "failed": 1, "cancelled": 0}


def test_a_worker_that_ends_in_order_gives_its_video_back_without_a_try(queue, me):
    item = queue.add(paths("a"), {})[0]
    for _ in range(MAX_ATTEMPTS + 1):
        queue.claim(me)
        assert queue.release(item.id, me)
    assert states(queue) == {"a": "waiting"}


def test_a_video_whose_worker_lives_is_left_to_it(library, queue, me):
    queue.add(paths("a"), {})
    queue.claim(me)
    silence(library, 30)
    assert queue.release_stale() == 0
    assert states(queue) == {"a": "running"}


def test_a_video_whose_worker_fell_silent_waits_again(library, queue):
    item = queue.add(paths("a"), {})[0]
    queue.claim(ELSEWHERE)
    assert queue.release_stale() == 0
    silence(library, 61)
    assert queue.release_stale() == 1
    assert not queue.report(item.id, ELSEWHERE, stage="", fraction=None, message="")
    assert queue.claim(new_owner()).id == item.id


def test_a_video_that_ends_its_program_each_time_fails(library, queue):
    queue.add(paths("a"), {})
    for _ in range(MAX_ATTEMPTS):
        assert queue.claim(ELSEWHERE) is not None
        silence(library, 61)
        queue.release_stale()
    (item,) = queue.find()
    assert (item.state, item.error) == (
        "failed",
        "the program ended 3 times while it worked on it",
    )


@pytest.mark.parametrize("item_id", [0, 99, "1", None, 10**30])
def test_a_video_that_is_not_in_the_queue_is_a_message(queue, item_id):
    queue.add(paths("a"), {})
    for change in (queue.cancel, queue.retry, queue.move_first):
        with pytest.raises(LibraryError, match=r"of the library|in the queue"):
            change(item_id)
