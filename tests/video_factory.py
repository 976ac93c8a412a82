"""Small videos drawn for tests: every frame carries its number, so a picture proves which it is.

The number is burnt in as 12 columns of black or white across the upper half of the picture.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from utils.clip import Frames

BITS = 12
DRAWERS = Callable[[int, tuple[int, int]], Frames]


def barcode_frame(number: int, size_px: tuple[int, int]) -> Frames:
    """RGB (H, W, 3) with the number on top and a moving gray texture below."""
    width, height = size_px
    columns = np.linspace(0, BITS, width, endpoint=False).astype(int)
    bits = (number >> (BITS - 1 - columns)) & 1
    frame = np.zeros((height, width, 3), np.uint8)
    frame[: height // 2] = (40 + 175 * bits)[None, :, None]
    rows, cols = np.mgrid[height // 2 : height, 0:width]
    frame[height // 2 :] = (((rows * 3 + cols * 2 + number * 5) % 160) + 40)[..., None]
    return frame


def read_barcode(frame: Frames) -> int:
    """The number in an upright picture of any size."""
    strip = frame[: max(1, int(frame.shape[0] * 0.4))].astype(float).mean(axis=(0, 2))
    edges = np.linspace(0, len(strip), BITS + 1)
    inner = [
        strip[int(a + (b - a) * 0.3) : max(1, int(a + (b - a) * 0.7))]
        for a, b in itertools.pairwise(edges)
    ]
    number = 0
    for column in inner:
        number = number * 2 + int(column.mean() > 128)
    return number


@dataclass
class VideoPlan:
    """What to draw: numbered frames at times k / rate, or at `times_ms`."""

    frames: int = 60
    rate: Fraction = Fraction(30)
    size_px: tuple[int, int] = (192, 128)
    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    b_frames: int = 0
    gop: int = 30
    rotation_deg: int = 0
    start_s: float = 0.0
    times_ms: Sequence[int] = ()
    options: dict[str, str] = field(default_factory=dict)
    muxer_options: dict[str, str] = field(default_factory=dict)
    draw: DRAWERS = barcode_frame


def write_video(path: Path, plan: VideoPlan | None = None) -> Path:
    """Write the planned video; the suffix chooses the container."""
    plan = plan or VideoPlan()
    with av.open(str(path), "w", options=plan.muxer_options) as container:
        stream = container.add_stream(plan.codec, rate=plan.rate, options=_options(plan))
        stream.width, stream.height = plan.size_px
        stream.pix_fmt = plan.pix_fmt
        stream.gop_size = plan.gop
        stream.max_b_frames = plan.b_frames
        if plan.times_ms:
            stream.codec_context.time_base = Fraction(1, 1000)
        if plan.rotation_deg:
            stream.set_display_rotation(plan.rotation_deg)
        for number in range(plan.frames):
            frame = av.VideoFrame.from_ndarray(plan.draw(number, plan.size_px), format="rgb24")
            frame.pts, frame.time_base = _stamp(plan, number)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_sound_only(path: Path) -> Path:
    """A file with sound and no picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16_000, layout="mono")
        silence = np.zeros((1, 1024), np.float32)
        for block in range(16):
            frame = av.AudioFrame.from_ndarray(silence, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16_000, block * 1024
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def cut_file(source: Path, target: Path, keep: float) -> Path:
    """The first part of a file, as an upload that broke off leaves it."""
    content = source.read_bytes()
    target.write_bytes(content[: int(len(content) * keep)])
    return target


def _options(plan: VideoPlan) -> dict[str, str]:
    if plan.codec == "libx264":
        return {"preset": "veryfast", "crf": "18", **plan.options}
    if plan.codec == "libx265":
        return {"preset": "veryfast", "x265-params": "log-level=none", **plan.options}
    return plan.options


def _stamp(plan: VideoPlan, number: int) -> tuple[int, Fraction]:
    if plan.times_ms:
        return plan.times_ms[number] + round(plan.start_s * 1000), Fraction(1, 1000)
    return number + round(plan.start_s * plan.rate), 1 / plan.rate
