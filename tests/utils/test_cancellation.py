"""Work that is told to stop: reading, hashing and speaking end soon and leave nothing behind."""

import os
import sys
import threading
from fractions import Fraction

import pytest

from tests.video_factory import VideoPlan, write_video
from tests.waiting import HANG_S, wait_until
from utils.cancellation import Cancellation, Cancelled
from utils.clip import Sampling
from utils.prefetch import Attended
from utils.settings import SpeechSettings
from utils.speech import SpeechWorker, speak
from utils.video import DecodeLimits, VideoFile, file_sha256


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    path = tmp_path_factory.mktemp("video") / "drive.mp4"
    return write_video(path, VideoPlan(frames=150, rate=Fraction(30)))


def runs(name):
    """Whether a thread of that name is there."""
    return name in {thread.name for thread in threading.enumerate()}


def test_nothing_happens_before_it_is_asked_for():
    cancellation = Cancellation()
    cancellation.check()
    assert not cancellation.asked
    cancellation.cancel()
    with pytest.raises(Cancelled):
        cancellation.check()


def test_a_guard_against_errors_does_not_swallow_it():
    assert not issubclass(Cancelled, Exception)


@pytest.mark.parametrize(
    "read",
    [
        lambda video: list(video.sample(Sampling(30, (64, 64)), batch_frames=4)),
        lambda video: list(video.read(0.0, 4.0)),
        lambda video: video.grab([4.5]),
    ],
    ids=["sample", "read", "grab"],
)
def test_reading_a_video_ends_at_the_next_packet(video, read):
    cancellation = Cancellation()
    with VideoFile(video, DecodeLimits(cancellation=cancellation)) as opened:
        cancellation.cancel()
        with pytest.raises(Cancelled):
            read(opened)


def test_a_video_is_not_even_opened(video):
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Cancelled):
        VideoFile(video, DecodeLimits(cancellation=cancellation))


def test_the_checksum_beside_reading_is_that_of_the_file(video):
    with VideoFile(video) as opened, opened.digest() as digest:
        assert digest.is_ready(HANG_S)
        assert digest.fraction == 1.0
        assert digest.hex() == file_sha256(video)


def test_leaving_ends_the_checksum_of_a_huge_file(tmp_path, video):
    """An MP4 with a gigabyte behind it is still that MP4."""
    huge = tmp_path / "huge.mp4"
    huge.write_bytes(video.read_bytes())
    os.truncate(huge, 6 << 30)
    with VideoFile(huge) as opened:
        with opened.digest() as digest:
            wait_until(lambda: digest.fraction > 0)
        assert digest.fraction < 1
        assert not runs("digest")


def test_speech_that_is_cancelled_ends_with_its_process_and_leaves_no_file(tmp_path):
    cancellation = Cancellation()
    pid_file = tmp_path / "pid"
    code = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    worker = SpeechWorker((sys.executable, "-c", code), 2 * HANG_S, cancellation)

    def cancel_once_it_runs():
        wait_until(lambda: pid_file.exists() and pid_file.read_text())
        cancellation.cancel()

    threading.Thread(target=cancel_once_it_runs).start()
    with pytest.raises(Cancelled):  # else: an error, that speech took too long
        speak("hello there", tmp_path / "out" / "s.wav", SpeechSettings(), worker=worker)
    assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def numbered(cancellation, seen, go=None):
    """Numbers, each made once `go` is set."""
    try:
        for number in range(100):
            cancellation.check()
            if go is not None:
                go.wait(HANG_S)
            yield number
    finally:
        seen.append("closed")


def test_attended_work_gives_its_items_in_order():
    cancellation, seen = Cancellation(), []
    attended = Attended(numbered(cancellation, seen), cancellation)
    items = [item for item in attended.items(HANG_S) if item is not None]
    assert items == list(range(100))
    assert seen == ["closed"]


def test_attended_work_that_is_slow_lets_the_waiting_one_breathe():
    cancellation, go = Cancellation(), threading.Event()
    attended = Attended(numbered(cancellation, [], go), cancellation)
    items = attended.items(0.05)
    assert next(items) is None
    go.set()
    assert next(item for item in items if item is not None) == 0
    assert attended.leave(HANG_S)


def test_an_error_of_attended_work_is_raised_where_it_is_awaited():
    def broken():
        yield 1
        raise ValueError("no more")

    items = Attended(broken(), Cancellation()).items(HANG_S)
    assert next(items) == 1
    with pytest.raises(ValueError, match="no more"):
        list(items)


def test_work_in_the_middle_of_something_long_is_left_and_ends_by_itself():
    seen, cancellation, go = [], Cancellation(), threading.Event()
    attended = Attended(numbered(cancellation, seen, go), cancellation)
    next(attended.items(0.01))
    assert not attended.leave(0.1)
    assert seen == []
    go.set()
    assert attended.leave(HANG_S)
    assert seen == ["closed"]
