"""Peak memory of sampling a 2 h video against a 1 min one, each in a process of its own.

    python -m benchmarks.long_video [--hours 2]

Both files are one drawn clip, its packets repeated without encoding again.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av

from tests.video_factory import VideoPlan, write_video
from utils.clip import Sampling
from utils.memory import peak_memory_mib
from utils.video import VideoFile

CLIP_S = 20


def main() -> None:
    """Print memory and speed of both videos and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=2.0, help="length of the long video")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = VideoPlan(frames=CLIP_S * 30, size_px=(320, 180), b_frames=2)
        clip = write_video(folder / "clip.mp4", plan)
        short = report(repeat(clip, folder / "short.mp4", 60))
        long = report(repeat(clip, folder / "long.mp4", round(options.hours * 3600)))
    print(f"peak memory, {options.hours:g} h over 1 min: {long / short:.2f}")


def report(path: Path) -> float:
    """Peak MiB of a process that samples the file."""
    command = [sys.executable, "-m", "benchmarks.long_video", "--measure", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    peak_mib, frames, seconds = (float(word) for word in done.stdout.split())
    print(f"{path.name}: {frames:.0f} frames sampled in {seconds:.1f} s, peak {peak_mib:.0f} MiB")
    return peak_mib


def measure(path: Path) -> None:
    """Sample the file at 3 frames a second; print peak MiB, frames and seconds."""
    started = time.perf_counter()
    with VideoFile(path) as video:
        frames = sum(len(clip) for clip in video.sample(Sampling(3.0, (224, 224))))
    print(peak_memory_mib() or 0, frames, time.perf_counter() - started)


def repeat(clip: Path, target: Path, length_s: int) -> Path:
    """The clip's packets again and again until the length is reached."""
    with av.open(str(clip)) as source, av.open(str(target), "w") as output:
        stream = source.streams.video[0]
        copy = output.add_stream_from_template(stream)
        packets = [(bytes(p), p.pts, p.dts, p.is_keyframe) for p in source.demux(stream) if p.size]
        span = round(CLIP_S / stream.time_base)
        for turn in range(-(-length_s // CLIP_S)):
            for content, pts, dts, is_keyframe in packets:
                packet = av.Packet(content)
                packet.stream, packet.time_base = copy, stream.time_base
                packet.pts, packet.dts = pts + turn * span, dts + turn * span
                packet.is_keyframe = is_keyframe
                output.mux(packet)
    return target


if __name__ == "__main__":
    main()
