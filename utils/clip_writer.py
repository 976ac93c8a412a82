"""Writes frames as an H.264 MP4 that browsers play: even sizes, tagged colours, index in front.

It encodes what it is given, one frame at a time, and knows nothing of events or boxes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream

from utils.atomic import atomic_path
from utils.clip import Frames
from utils.errors import OutputError

ENCODER = "libx264"
REPEATABLE = "cpu-independent=1"  # without it x264 gives other bytes from one run to the next
CLOCK = Fraction(1, 90_000)
BT709 = 1
DEFAULT_RATE = Fraction(25)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to encode. crf: 0 (lossless) to 51; lower is larger and better."""

    crf: int = 23
    preset: str = "veryfast"
    threads: int = 0


def write_clip(
    path: Path,
    frames: Iterable[tuple[Frames, float]],
    *,
    frame_rate: Fraction | float | None = None,
    encoding: Encoding | None = None,
) -> int:
    """Write frames uint8 RGB (H, W, 3) with rising times, seconds; returns how many.

    The first frame is shown at 0; each keeps its distance to it. All frames have one size; an odd
    last row or column is cut off. frame_rate is a hint for players and the length of the last
    frame. Raises OutputError where the file cannot be written or there is no frame.
    """
    rate = _plausible(frame_rate)
    with atomic_path(path) as temporary:
        try:
            count = _encode(temporary, iter(frames), rate, encoding or Encoding())
        except av.FFmpegError as error:
            if isinstance(error, OSError):
                raise
            raise OutputError(f"cannot write {path}: the encoder failed ({error})") from error
        if count == 0:
            raise OutputError(f"cannot write {path}: there is no frame to write")
    return count


def timed(frames: Iterable[Frames], frame_rate: Fraction | float) -> Iterator[tuple[Frames, float]]:
    """Frames with the times of a constant rate."""
    for number, frame in enumerate(frames):
        yield frame, number / float(frame_rate)


def _plausible(frame_rate: Fraction | float | None) -> Fraction:
    """A rate that MP4 can hold; odd values from damaged headers become the default."""
    if frame_rate is None or not 0.1 <= frame_rate <= 240:
        return DEFAULT_RATE
    return Fraction(frame_rate).limit_denominator(1001)


def _encode(
    path: Path, frames: Iterator[tuple[Frames, float]], rate: Fraction, encoding: Encoding
) -> int:
    first = next(frames, None)
    if first is None:
        return 0
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        writer = _Writer(container, first[0], rate, encoding)
        writer.write(first[0], 0.0)
        for frame, time_s in frames:
            writer.write(frame, time_s - first[1])
        return writer.finish()


class _Writer:
    """One stream in one container."""

    def __init__(
        self, container: OutputContainer, first: Frames, rate: Fraction, encoding: Encoding
    ) -> None:
        self._container = container
        self._size_px = (first.shape[1] // 2 * 2, first.shape[0] // 2 * 2)
        if min(self._size_px) < 2:
            raise OutputError(f"frames of {first.shape[1]}x{first.shape[0]} are too small for MP4")
        self._stream = _add_stream(container, self._size_px, rate, encoding)
        self._reformatter = VideoReformatter()
        self._last = -1
        self._count = 0

    def write(self, frame: Frames, time_s: float) -> None:
        """Encode one frame; a time that does not rise is moved by one tick."""
        width, height = self._size_px
        picture = av.VideoFrame.from_ndarray(_contiguous(frame[:height, :width]), format="rgb24")
        encoded = self._reformatter.reformat(
            picture,
            format="yuv420p",
            dst_colorspace=int(Colorspace.ITU709),
            dst_color_range=int(ColorRange.MPEG),
        )
        self._last = max(self._last + 1, round(time_s / CLOCK))
        encoded.pts, encoded.time_base = self._last, CLOCK
        self._container.mux(self._stream.encode(encoded))
        self._count += 1

    def finish(self) -> int:
        """Flush the encoder; the number of frames."""
        self._container.mux(self._stream.encode(None))
        return self._count


def _contiguous(frame: Frames) -> Frames:
    return frame if frame.flags.c_contiguous else frame.copy()


def _add_stream(
    container: OutputContainer, size_px: tuple[int, int], rate: Fraction, encoding: Encoding
) -> VideoStream:
    options = {"crf": str(encoding.crf), "preset": encoding.preset, "x264-params": REPEATABLE}
    try:
        stream = container.add_stream(ENCODER, rate=rate, options=options)
    except (av.FFmpegError, ValueError) as error:
        raise OutputError(
            "this PyAV has no H.264 encoder (libx264); install the wheel: pip install --force av"
        ) from error
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = size_px
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = CLOCK
    context.thread_count = encoding.threads
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = int(ColorRange.MPEG)
    return stream
