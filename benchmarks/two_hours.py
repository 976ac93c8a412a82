"""The whole analysis of a two-hour 720p video against one minute of it: speed, memory, stages.

    python -m benchmarks.two_hours [--hours 2]

Both videos are the quiet first seconds of assets/sample.mp4 at 1280x720, 30 frames a second with
B-frames, repeated. Each runs in a process of its own; the limit beside them is a full decode.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av

from benchmarks.long_video import CLIP_S, repeat
from utils.config import REPO_ROOT
from utils.video import VideoFile

QUIET_S = 6.0
SIZE_PX = (1280, 720)
RATE_FPS = 30


def main() -> None:
    """Print a line per video, the ratio of their memory, and the stages of the long one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=2.0, help="length of the long video")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = quiet_clip(folder / "clip.mp4")
        print(
            f"full decode of {CLIP_S} s, the limit: {CLIP_S / decode_seconds(clip):.0f}x real time"
        )
        short = analyse(repeat(clip, folder / "short.mp4", 60))
        long = analyse(repeat(clip, folder / "long.mp4", round(options.hours * 3600)))
    ratio = long["counts"]["peak_memory_mib"] / short["counts"]["peak_memory_mib"]
    print(f"peak memory, {options.hours:g} h over 1 min: {ratio:.2f}")
    total_s = long["timings_s"]["total"]
    for stage, seconds in sorted(long["timings_s"].items(), key=lambda pair: -pair[1]):
        print(f"  {stage:10s} {seconds:8.1f} s  {seconds / total_s:6.1%}")


def quiet_clip(path: Path) -> Path:
    """CLIP_S seconds of 720p H.264 with B-frames: the quiet part of the sample, there and back."""
    with VideoFile(REPO_ROOT / "assets" / "sample.mp4") as video:
        frames = [f for clip in video.read(0.0, QUIET_S) for f in clip.frames]
    there_and_back = [*frames, *frames[::-1]]
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=RATE_FPS)
        stream.width, stream.height = SIZE_PX
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "23", "bf": "3", "g": "250", "preset": "medium"}
        for number in range(CLIP_S * RATE_FPS):
            frame = av.VideoFrame.from_ndarray(there_and_back[number % len(there_and_back)])
            frame = frame.reformat(*SIZE_PX, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, RATE_FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def decode_seconds(path: Path) -> float:
    """Seconds that decoding every frame takes."""
    started = time.perf_counter()
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for _ in container.decode(video=0):
            pass
    return time.perf_counter() - started


def analyse(video: Path) -> dict[str, dict[str, float]]:
    """The report of `inference.py` on a video, run as a user would."""
    output = video.with_suffix(".json")
    command = [sys.executable, "inference.py", "--video", str(video), "--output", str(output)]
    subprocess.run([*command, "--outputs", "json"], cwd=REPO_ROOT, check=True, capture_output=True)
    report = json.loads(output.read_text(encoding="utf-8"))
    counts, total_s = report["counts"], report["timings_s"]["total"]
    print(
        f"{report['video']['duration_s']:.0f} s of video in {total_s:.1f} s: "
        f"{report['video']['duration_s'] / total_s:.1f}x real time, "
        f"{counts['frames_scored']} frames scored, {counts['events_found']} events, "
        f"peak {counts['peak_memory_mib']:.0f} MiB"
    )
    return report


if __name__ == "__main__":
    main()
