"""A 6 GB, two-hour video by its path: how soon it starts, what is written, how soon it stops.

    python -m benchmarks.large_file [--hours 2] [--folder DIR]

The video is assets/sample.mp4 at 1080p with grain, 6.7 Mbit/s, its packets repeated; it is removed
afterwards. Cancelling is closing the analysis at a step, as the app does.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from benchmarks.long_video import CLIP_S, repeat
from models.session import AnalysisSession
from utils.config import REPO_ROOT
from utils.process import prepare_process
from utils.progress import Finished, Progress
from utils.settings import Settings
from utils.video import VideoFile
from utils.writers import OutputLayout

SIZE_PX, RATE_FPS, BITS_PER_S = (1920, 1080), 30, 6_700_000
STAGES = ("open", "score", "describe", "write")
FEW_FRAMES = 45  # 15 s, so that the later stages are reached soon


def main() -> None:
    """Print the start, what was written, and the seconds of every cancel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=2.0, help="length of the video")
    parser.add_argument("--folder", type=Path, help="where there is room for the video")
    parser.add_argument("--cold", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    prepare_process()
    if options.cold:
        cancel_at("load", options.cold, Path(tempfile.mkdtemp(dir=options.folder)))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        video = repeat(grainy_clip(folder / "clip.mp4"), folder / "long.mp4", _seconds(options))
        print(f"{video.stat().st_size / 1e9:.2f} GB, {options.hours:g} h, 1080p H.264")
        start(video, folder / "start")
        cold = [sys.executable, "-m", "benchmarks.large_file", "--cold", str(video)]
        subprocess.run([*cold, "--folder", name], cwd=REPO_ROOT, check=True)
        for stage in STAGES:
            cancel_at(stage, video, folder / stage)
        spoken = cancel_after(0.0, video, folder / "speech", words="Speaking")
        print(f"cancelled while speaking: {spoken:.2f} s")


def _seconds(options: argparse.Namespace) -> int:
    return round(options.hours * 3600)


def grainy_clip(path: Path) -> Path:
    """CLIP_S seconds of the sample in 1080p, with grain that keeps the bit rate up."""
    grain = np.random.default_rng(0).integers(-24, 25, (4, *SIZE_PX[::-1], 1), dtype=np.int16)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=RATE_FPS)
        stream.width, stream.height = SIZE_PX
        stream.pix_fmt, stream.bit_rate = "yuv420p", BITS_PER_S
        stream.options = {"preset": "veryfast", "bf": "2", "g": "250"}
        for number, pixels in enumerate(_sample_frames()):
            large = av.VideoFrame.from_ndarray(pixels).reformat(*SIZE_PX, format="rgb24")
            noisy = large.to_ndarray().astype(np.int16) + grain[number % 4]
            frame = av.VideoFrame.from_ndarray(np.clip(noisy, 0, 255).astype(np.uint8))
            frame.pts, frame.time_base = number, Fraction(1, RATE_FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def _sample_frames() -> Iterator[np.ndarray]:
    """CLIP_S seconds of frames: the sample again and again."""
    left = CLIP_S * RATE_FPS
    while left:
        with VideoFile(REPO_ROOT / "assets" / "sample.mp4") as video:
            for clip in video.read():
                yield from clip.frames[:left]
                left -= min(left, len(clip))


def start(video: Path, folder: Path) -> None:
    """How soon a fresh program says something and shows the first scores, and what it wrote."""
    before, began = _written_bytes(), time.perf_counter()
    steps = AnalysisSession().analyze(video, Settings(), OutputLayout(folder / "a.json"))
    next(steps)
    print(f"first word after {time.perf_counter() - began:.3f} s")
    longest_s, last = 0.0, time.perf_counter()
    for step in steps:
        now = time.perf_counter()
        longest_s, last = max(longest_s, now - last), now
        if isinstance(step, Progress) and step.fraction:
            break
    print(f"first scores after {time.perf_counter() - began:.2f} s (models loaded meanwhile)")
    print(f"longest silence before them {longest_s:.2f} s")
    _let_run(steps, 10.0)
    steps.close()
    print(f"written in all that time: {_written_bytes() - before} bytes")


def _let_run(steps: Iterator[object], seconds: float) -> None:
    until = time.perf_counter() + seconds
    for _ in steps:
        if time.perf_counter() > until:
            return


def cancel_at(stage: str, video: Path, folder: Path) -> None:
    """Cancel right at a stage's first step and some time into it."""
    waits = [cancel_after(delay_s, video, folder, stage=stage) for delay_s in (0.0, 0.15, 0.7)]
    print(f"cancelled at {stage}: " + ", ".join(f"{wait:.2f} s" for wait in waits))


def cancel_after(
    delay_s: float, video: Path, folder: Path, *, stage: str = "", words: str = ""
) -> float:
    """Seconds from the cancel, delay_s after the named step came, to the end of the run."""
    tree = {
        "limits": {"max_sampled_frames": FEW_FRAMES},
        "outputs": {"formats": ["json", "html", "mp4", "wav"]},
    }
    settings = Settings.model_validate(tree)
    steps = AnalysisSession().analyze(video, settings, OutputLayout(folder / "a.json"))
    for step in steps:
        if isinstance(step, Finished):
            raise AssertionError(f"no step {stage}{words}")
        if step.stage == stage or (words and words in step.message):
            break
    time.sleep(delay_s)
    began = time.perf_counter()
    steps.close()
    return time.perf_counter() - began


def _written_bytes() -> int:
    """Bytes this process asked to write, to any file; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar"))


if __name__ == "__main__":
    main()
