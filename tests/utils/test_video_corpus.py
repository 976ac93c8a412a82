"""Every odd, damaged or hostile file of the shared folder does what its manifest says."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.utils.bad_videos import FOLDER, BadVideo, OpenWatch, bad_videos
from tests.waiting import HANG_S
from utils.clip import Sampling
from utils.errors import VideoError
from utils.video import VideoFile

VIDEOS = bad_videos()
READABLE = [v for v in VIDEOS if v.group not in ("bomb", "long")]
pytestmark = pytest.mark.skipif(not VIDEOS, reason="the shared folder of bad videos is absent")
MEMORY_BYTES = 2 << 30
PEAK_MIB = 500
BOUNDED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
from utils.errors import VideoError
from utils.memory import peak_memory_mib
from utils.video import VideoFile
for path in sys.argv[1:]:
    try:
        with VideoFile(path) as video:
            frames = sum(len(clip) for clip in video.read())
        print("frames", frames)
    except VideoError as error:
        print("refused", error)
print("peak", peak_memory_mib())
"""


def name_of(video: BadVideo) -> str:
    return str(video.path.relative_to(FOLDER))


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """The port that hostile playlists point to."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 18099))
        server.listen()
        server.setblocking(False)
        yield server


@pytest.mark.parametrize("video", READABLE, ids=name_of)
def test_the_manifest_holds(video: BadVideo, listener: socket.socket) -> None:
    watch = OpenWatch([FOLDER, FOLDER / "lfi", FOLDER / "lfi" / "secret"])
    message = ""
    try:
        check_readable(video)
    except VideoError as error:
        message = str(error)
    assert not message or video.expect == "error" or video.frames[0] == 0, message
    assert message or video.expect != "error"
    assert len(message) <= 200
    assert not message or message.isprintable()
    assert watch.opened() <= {video.path.name}
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.skipif(sys.platform != "linux", reason="inotify")
def test_the_watch_sees_an_opened_file() -> None:
    watch = OpenWatch([FOLDER / "lfi" / "secret"])
    (FOLDER / "lfi" / "secret" / "secret.txt").read_bytes()
    assert watch.opened() == {"secret.txt"}


def check_readable(video: BadVideo) -> None:
    with VideoFile(video.path) as file:
        clips = list(file.read())
        counts, info = file.counts, file.info
    times_s = np.concatenate([clip.times_s for clip in clips])
    count = len(times_s)
    assert video.frames[0] <= count <= video.frames[1]
    assert np.all(np.diff(times_s) > 0)
    assert all(clip.frames.shape[1:3] == (info.height_px, info.width_px) for clip in clips)
    if video.expect == "ok":
        check_whole(video, clips, times_s)
    else:
        assert counts.damaged
        assert any(len(re.findall(r"\d+(?:\.\d+)?", w)) >= 2 for w in counts.warnings)


def check_whole(video: BadVideo, clips: list, times_s: np.ndarray) -> None:
    assert times_s[0] == 0.0
    indices = np.concatenate([clip.frame_indices for clip in clips]).tolist()
    assert indices == list(range(len(indices)))
    if video.duration_s is not None and len(times_s) > 1:
        end_s = times_s[-1] + np.median(np.diff(times_s))
        assert video.duration_s[0] - 0.1 <= end_s <= video.duration_s[1] + 0.1
    if video.barcode and len(times_s) == video.frames[1]:
        numbers = np.array([read_number(frame) for clip in clips for frame in clip.frames])
        steps = np.diff(numbers)
        assert np.all((steps == 1) | (numbers[1:] == 0))


def read_number(frame: np.ndarray) -> int:
    """The 8-bit number in the black and white columns on top."""
    strip = frame[2 : max(3, frame.shape[0] // 10)].mean(axis=(0, 2))
    bits = [
        part[len(part) // 4 : -(len(part) // 4) or None].mean() for part in np.array_split(strip, 8)
    ]
    return sum(int(bit > 128) << (7 - place) for place, bit in enumerate(bits))


@pytest.mark.parametrize(("name", "side"), [("odd_rotated90.mp4", 90), ("odd_rotated180.mp4", 180)])
def test_rotated_files_come_out_as_their_matrix_says(name: str, side: int) -> None:
    with VideoFile(FOLDER / name) as video:
        frame = video.grab([0.2]).frames[0]
        assert video.info.rotation_deg in (side, 360 - side)
    lying = np.rot90(frame, 1 if side == 90 else 2)
    assert read_number(lying) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="memory limits are set through Linux calls")
def test_bombs_are_refused_within_bounded_memory() -> None:
    bombs = [str(v.path) for v in VIDEOS if v.group == "bomb"]
    command = [sys.executable, "-c", BOUNDED.format(memory=MEMORY_BYTES), *bombs]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=HANG_S)
    assert done.returncode == 0, done.stderr[-500:]
    *lines, peak = done.stdout.splitlines()
    assert len(lines) == len(bombs)
    assert all(line.startswith("refused") for line in lines)
    assert float(peak.split()[1]) < PEAK_MIB


def test_a_day_of_time_lapse_is_sampled_in_part() -> None:
    with VideoFile(FOLDER / "long_24h_1fps.mkv") as video:
        assert video.info.duration_s == pytest.approx(86_400, abs=2)
        clips = list(video.sample(Sampling(3.0, (32, 32)), max_frames=500))
        assert sum(len(clip) for clip in clips) == 500
        late = video.grab([50_000.0])
        assert late.times_s.tolist() == [50_000.0]
        assert late.frame_indices.tolist() == [50_000]
