"""Speed of our sampler (3 frames a second, 224x224) against a full decode of the same file.

    python -m benchmarks.decode [video ...]

Without arguments it draws two 720p clips, one with B-frames and one without. Both sides run in
turns in this process; the ratio of medians is printed, below 1 being faster than the limit.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np

from tests.video_factory import VideoPlan, barcode_frame, write_video
from utils.clip import Frames, Sampling
from utils.video import VideoFile

ROUNDS = 5
FRAMES = 900
SAMPLING = Sampling(3.0, (224, 224))


def main() -> None:
    """Print one line per file."""
    given = [Path(argument) for argument in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        for path in given or draw_clips(Path(folder)):
            print(compare(path))


def compare(path: Path) -> str:
    """Median seconds of both sides and their ratio, as a line."""
    ours, full = [], []
    for _ in range(ROUNDS):
        ours.append(timed(sample, path))
        full.append(timed(decode_all, path))
    wall, cpu = (statistics.median(t[i] for t in ours) for i in (0, 1))
    wall_full, cpu_full = (statistics.median(t[i] for t in full) for i in (0, 1))
    with VideoFile(path) as video:
        length_s = video.info.duration_s or 0.0
    return (
        f"{path.name}: sample {wall:.2f} s ({length_s / wall:.0f}x realtime), full decode "
        f"{wall_full:.2f} s, ratio wall {wall / wall_full:.2f}, CPU {cpu / cpu_full:.2f}"
    )


def timed(work: Callable[[Path], int], path: Path) -> tuple[float, float]:
    """Wall and CPU seconds of the work."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    work(path)
    return time.perf_counter() - wall_s, time.process_time() - cpu_s


def sample(path: Path) -> int:
    """Frames that our sampler gives."""
    with VideoFile(path) as video:
        return sum(len(clip) for clip in video.sample(SAMPLING))


def decode_all(path: Path) -> int:
    """Frames of a plain, threaded PyAV decode without any conversion."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


def draw_clips(folder: Path) -> list[Path]:
    """A clip with B-frames and long groups, and one as dash cams write them."""
    size = {"frames": FRAMES, "size_px": (1280, 720), "draw": Scene()}
    web = VideoPlan(**size, b_frames=3, gop=250, options={"preset": "fast", "crf": "28"})
    dashcam = VideoPlan(**size, gop=30, options={"crf": "23"})
    return [
        write_video(folder / "720p_b_frames.mp4", web),
        write_video(folder / "720p_no_b_frames.mp4", dashcam),
    ]


class Scene:
    """A panning texture with sensor noise: about as hard to decode as a road."""

    def __init__(self) -> None:
        random = np.random.default_rng(0)
        coarse = random.integers(0, 255, (900, 5200, 3), dtype=np.uint8)
        smooth = cv2.GaussianBlur(coarse, (0, 0), 3)
        self._texture = cv2.normalize(smooth, smooth, 0, 255, cv2.NORM_MINMAX)
        self._noise = random.integers(0, 8, (64, 720, 1280, 3), dtype=np.uint8)

    def __call__(self, number: int, size_px: tuple[int, int]) -> Frames:
        """The picture of a frame number, RGB (H, W, 3)."""
        width, height = size_px
        left = (number * 4) % 3600
        frame = cv2.add(
            self._texture[:height, left : left + width], self._noise[number * 7 % 64]
        ).astype(np.uint8, copy=False)
        frame[:32] = barcode_frame(number, (width, 64))[:32]
        return frame


if __name__ == "__main__":
    main()
