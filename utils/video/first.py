"""The first look at a video: size, rotation and the time of its first displayed frame.

The headers are not believed: the first frame is decoded.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import VideoFrame

from utils.clip import VideoInfo
from utils.video.faults import cut_packet_warning, promised_duration_s
from utils.video.limits import DecodeLimits, refusal
from utils.video.opener import Opened, open_video
from utils.video.packet import VideoPacket
from utils.video.picture import quarter_turns, upright_size
from utils.video.reading import Stopwatch, check_size
from utils.video.source import FileBytes
from utils.video.timing import Timing, usual_step_s

LOOK_PACKETS = 12
MAX_PACKETS = 3000


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What the start of a file tells: facts, timing, and warnings in words."""

    info: VideoInfo
    timing: Timing
    warnings: tuple[str, ...]


def first_look(content: FileBytes, path: Path, limits: DecodeLimits) -> FirstLook:
    """Facts and timing of a video. Raises VideoError, also where no frame can be decoded."""
    opened = open_video(content, path, limits)
    try:
        frame, stamps = _first_frame(opened, path, limits)
        check_size((frame.width, frame.height), path, limits)
        timing = _timing(opened, frame, stamps)
        info = _info(opened, frame, timing, path, content)
        if info.duration_s and info.duration_s > limits.max_hours * 3600:
            hours = info.duration_s / 3600
            raise refusal(path, f"{hours:.1f} h long; the limit is {limits.max_hours:g} h")
        return FirstLook(info, timing, _warnings(opened, timing, content))
    finally:
        opened.container.close()


def _first_frame(
    opened: Opened, path: Path, limits: DecodeLimits
) -> tuple[VideoFrame, list[int | None]]:
    """The first frame the decoder shows and the stamps of the first packets."""
    frames: list[VideoFrame] = []
    stamps: list[int | None] = []
    watch, reason = Stopwatch(path, limits), ""
    try:
        for count, packet in enumerate(opened.container.demux(opened.stream)):
            watch.check(count)
            if packet.size and len(stamps) < LOOK_PACKETS:
                stamps.append(packet.pts)
            if not frames:
                frames, reason = _try(opened, packet, reason)
            if (frames and len(stamps) == LOOK_PACKETS) or count == MAX_PACKETS:
                break
    except av.FFmpegError as error:
        reason = error.strerror or "damaged data"
    if not frames:
        raise refusal(path, f"no picture could be decoded ({reason.lower() or 'no video data'})")
    return frames[0], stamps


def _try(opened: Opened, packet: VideoPacket, reason: str) -> tuple[list[VideoFrame], str]:
    try:
        return opened.stream.decode(packet if packet.size else None), reason
    except av.EOFError:
        return [], reason
    except (av.FFmpegError, MemoryError) as error:
        return [], getattr(error, "strerror", None) or "damaged data"


def _timing(opened: Opened, frame: VideoFrame, stamps: list[int | None]) -> Timing:
    time_base = opened.stream.time_base or Fraction(1, 90_000)
    step_s = usual_step_s(opened.stream)
    known = [s for s in stamps if s is not None]
    stamped = len(known) == len(stamps) and frame.pts is not None
    stamped = stamped and (len(set(known)) > 1 or len(known) == 1)
    if not stamped or opened.container.format.name == "avi":
        return Timing(time_base, step_s, stamped=False)
    return Timing(time_base, step_s, first_pts=frame.pts or 0)


def _info(
    opened: Opened, frame: VideoFrame, timing: Timing, path: Path, content: FileBytes
) -> VideoInfo:
    width, height = upright_size(frame)
    start_s = float(timing.first_pts * timing.time_base) if timing.stamped else 0.0
    return VideoInfo(
        path=path,
        width_px=width,
        height_px=height,
        frame_rate=opened.stream.average_rate or opened.stream.guessed_rate,
        duration_s=promised_duration_s(opened),
        start_s=start_s,
        rotation_deg=90 * quarter_turns(frame.rotation),
        codec=opened.stream.codec_context.name,
        size_bytes=content.size_bytes,
        notes=opened.notes,
    )


def _warnings(opened: Opened, timing: Timing, content: FileBytes) -> tuple[str, ...]:
    warnings = []
    if not timing.stamped and opened.container.format.name != "avi":
        rate = 1 / timing.step_s
        warnings.append(f"the file has no time stamps; {rate:g} frames per second are assumed")
    if (cut := cut_packet_warning(content, opened.stream)) is not None:
        warnings.append(cut)
    return tuple(warnings)
