"""Work that is told to stop: reading, hashing and speaking end soon and leave nothing behind."""

import os
import sys
import threading
import time
from fractions import Fraction

import pytest

from tests.video_factory import VideoPlan, write_video
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


def cancel_in(cancellation, seconds):
    threading.Timer(seconds, cancellation.cancel).start()


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
        assert digest.is_ready(10)
        assert digest.fraction == 1.0
        assert digest.hex() == file_sha256(video)


def test_leaving_ends_the_checksum_of_a_huge_file(tmp_path, video):
    """An MP4 with a gigabyte behind it is still that MP4."""
    huge = tmp_path / "huge.mp4"
    huge.write_bytes(video.read_bytes())
    os.truncate(huge, 6 << 30)
    with VideoFile(huge) as opened:
        with opened.digest() as digest:
            assert not digest.is_ready(0.05)
            started = time.monotonic()
        assert time.monotonic() - started < 0.5
        assert 0 < digest.fraction < 1


def test_speech_that_is_cancelled_ends_with_its_process_and_leaves_no_file(tmp_path):
    cancellation = Cancellation()
    pid_file = tmp_path / "pid"
    code = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    worker = SpeechWorker((sys.executable, "-c", code), 30.0, cancellation)
    cancel_in(cancellation, 0.6)
    started = time.monotonic()
    with pytest.raises(Cancelled):
        speak("hello there", tmp_path / "out" / "s.wav", SpeechSettings(), worker=worker)
    assert time.monotonic() - started < 2
    assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def numbered(cancellation, seen, pause_s=0.0):
    try:
        for number in range(100):
            cancellation.check()
            time.sleep(pause_s)
            yield number
    finally:
        seen.append("closed")


def test_attended_work_gives_its_items_in_order():
    cancellation, seen = Cancellation(), []
    attended = Attended(numbered(cancellation, seen), cancellation)
    items = [item for item in attended.items(5.0) if item is not None]
    assert items == list(range(100))
    assert seen == ["closed"]


def test_attended_work_that_is_slow_lets_the_waiting_one_breathe():
    cancellation = Cancellation()
    attended = Attended(numbered(cancellation, [], pause_s=0.3), cancellation)
    items = attended.items(0.05)
    started = time.monotonic()
    assert next(items) is None
    assert time.monotonic() - started < 0.25
    assert attended.leave(5)


def test_an_error_of_attended_work_is_raised_where_it_is_awaited():
    def broken():
        yield 1
        raise ValueError("no more")

    items = Attended(broken(), Cancellation()).items(5.0)
    assert next(items) == 1
    with pytest.raises(ValueError, match="no more"):
        list(items)


def test_work_in_the_middle_of_something_long_is_left_and_ends_by_itself():
    seen, cancellation = [], Cancellation()
    attended = Attended(numbered(cancellation, seen, pause_s=0.8), cancellation)
    next(attended.items(0.01))
    started = time.monotonic()
    assert not attended.leave(0.1)
    assert time.monotonic() - started < 0.5
    assert seen == []
    assert attended.leave(5)
    assert seen == ["closed"]
