"""Video for browsers: which files they play as they are, and a copy of a stretch of any other.

A file counts as playing where Chromium, Firefox and Safari all play it; what only some of them play
(Matroska, 10-bit H.264) is copied too, since a black player costs more than a few seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from utils.clip import Clip, Frames
from utils.clip_writer import DEFAULT_RATE, Encoding, write_clip
from utils.errors import VideoError
from utils.video.file import VideoFile
from utils.video.limits import DecodeLimits, refusal
from utils.video.opener import Opened, open_video
from utils.video.source import FileBytes

MP4_SUFFIXES = (".mp4", ".m4v", ".mov")
WEBM_SUFFIX = ".webm"
MP4_CODECS = ("h264", "vp9", "av1", "libdav1d")
WEBM_CODECS = ("vp8", "vp9", "libvpx", "libvpx-vp9", "av1", "libdav1d")
QUICK = Encoding(preset="ultrafast")  # someone waits for it: a third of the default's seconds
PLAYED_FORMATS = ("yuv420p", "yuvj420p")


@dataclass(frozen=True, slots=True)
class SectionInfo:
    """What a section holds: its first frame is shown at start_s of the video, seconds."""

    start_s: float
    duration_s: float


def plays_in_browsers(path: Path) -> bool:
    """Whether browsers play the file as it is; False where it cannot be opened at all.

    By container, codec and pixel format; not one picture is decoded.
    """
    limits = DecodeLimits()
    try:
        content = FileBytes(path, limits)
        try:
            opened = open_video(content, path, limits)
            try:
                return _is_played(opened, path.suffix.lower())
            finally:
                opened.container.close()
        finally:
            content.close()
    except VideoError:
        return False


def write_section(
    video_path: Path, start_s: float, end_s: float, target: Path, *, max_side_px: int | None = None
) -> SectionInfo:
    """Write the frames of [start_s, end_s) as H.264 MP4, each at its own distance to the first.

    Raises VideoError where the video cannot be read or shows nothing then, OutputError where the
    section cannot be written.
    """
    with VideoFile(video_path) as video:
        times_s: list[float] = []
        clips = video.read(start_s, end_s, max_side_px=max_side_px, numbered=False)
        frames = _noted(clips, times_s)
        first = next(frames, None)
        if first is None:
            raise refusal(video_path, f"no picture from {start_s:.1f} s to {end_s:.1f} s")
        rate = video.info.frame_rate
        write_clip(target, chain([first], frames), frame_rate=rate, encoding=QUICK)
    span_s, steps = times_s[-1] - times_s[0], len(times_s) - 1
    step_s = span_s / steps if steps else 1 / float(rate or DEFAULT_RATE)
    return SectionInfo(times_s[0], span_s + step_s)


def _noted(clips: Iterator[Clip], times_s: list[float]) -> Iterator[tuple[Frames, float]]:
    """Frames with their times, which are also appended to a list."""
    for clip in clips:
        for frame, time_s in zip(clip.frames, clip.times_s.tolist(), strict=True):
            times_s.append(time_s)
            yield frame, time_s


def _is_played(opened: Opened, suffix: str) -> bool:
    container, context = opened.container.format.name, opened.stream.codec_context
    mp4 = suffix in MP4_SUFFIXES and "mp4" in container and context.name in MP4_CODECS
    webm = suffix == WEBM_SUFFIX and "webm" in container and context.name in WEBM_CODECS
    return (mp4 or webm) and context.pix_fmt in PLAYED_FORMATS
