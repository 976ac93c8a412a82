"""The first look at a video: size, rotation and the time of its first displayed frame.

The headers are not believed: the first frame is decoded.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import VideoFrame

from utils.clip import VideoInfo
from utils.video.faults import cut_packet, promised_duration_s
from utils.video.limits import DecodeLimits, refusal
from utils.video.opener import Opened, open_video
from utils.video.packet import VideoPacket, read_packets
from utils.video.picture import quarter_turns, upright_size
from utils.video.reading import Stopwatch, check_size
from utils.video.source import FileBytes
from utils.video.timing import Timing, usual_step_s

LOOK_PACKETS = 12
MAX_PACKETS = 3000


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What the start of a file tells: facts, timing, and whether its end is cut, in words."""

    info: VideoInfo
    timing: Timing
    cut: str | None


def first_look(content: FileBytes, path: Path, limits: DecodeLimits) -> FirstLook:
    """Facts and timing of a video. Raises VideoError, also where no frame can be decoded."""
    opened = open_video(content, path, limits)
    try:
        frame, stamps = _first_frame(opened, path, limits)
        check_size((frame.width, frame.height), path, limits)
        timing = _timing(opened, frame, stamps)
        info = _info(opened, frame, timing, path, content)
        _check_duration(info, limits)
        return FirstLook(info, timing, cut_packet(content, opened.container))
    finally:
        opened.container.close()


def _first_frame(
    opened: Opened, path: Path, limits: DecodeLimits
) -> tuple[VideoFrame, list[int | None]]:
    """The first frame the decoder shows and the stamps of the first packets."""
    look = Look(opened)
    watch = Stopwatch(path, limits)
    try:
        for count, packet in enumerate(read_packets(opened.container, opened.stream)):
            watch.check(count)
            look.see(packet)
            if look.is_enough or count == MAX_PACKETS:
                break
    except av.FFmpegError as error:
        look.reason = error.strerror or look.reason
    if look.frame is None:
        look.decode(None)
    if look.frame is None:
        raise refusal(path, f"no picture could be decoded ({look.reason.lower()})")
    return look.frame, look.stamps


class Look:
    """The first frame and the first stamps, as packets come."""

    def __init__(self, opened: Opened) -> None:
        self._stream = opened.stream
        self.frame: VideoFrame | None = None
        self.stamps: list[int | None] = []
        self.reason = "no video data"

    @property
    def is_enough(self) -> bool:
        """Whether nothing more is needed."""
        return self.frame is not None and len(self.stamps) >= LOOK_PACKETS

    def see(self, packet: VideoPacket) -> None:
        """Note the packet's stamp; decode it while there is no frame."""
        if len(self.stamps) < LOOK_PACKETS:
            self.stamps.append(packet.pts)
        if self.frame is None:
            self.decode(packet)

    def decode(self, packet: VideoPacket | None) -> None:
        """Decode a packet, or flush the decoder with None."""
        try:
            frames = self._stream.decode(packet)
        except av.EOFError:
            return
        except (av.FFmpegError, MemoryError) as error:
            self.reason = getattr(error, "strerror", None) or "damaged data"
            return
        self.frame = frames[0] if frames else None


def _timing(opened: Opened, frame: VideoFrame, stamps: list[int | None]) -> Timing:
    time_base = opened.stream.time_base or Fraction(1, 90_000)
    step_s = usual_step_s(opened.stream)
    known = [s for s in stamps if s is not None]
    stamped = len(known) == len(stamps) and frame.pts is not None
    stamped = stamped and (len(set(known)) > 1 or len(known) == 1)
    if not stamped or (opened.container.format.name == "avi" and _reorders(opened, known)):
        return Timing(time_base, step_s, stamped=False)
    return Timing(time_base, step_s, first_pts=frame.pts or 0)


def _reorders(opened: Opened, stamps: list[int]) -> bool:
    """Whether frames are shown in another order than they are stored; AVI stamps are wrong then."""
    return opened.stream.codec_context.has_b_frames or stamps != sorted(set(stamps))


def _info(
    opened: Opened, frame: VideoFrame, timing: Timing, path: Path, content: FileBytes
) -> VideoInfo:
    width, height = upright_size(frame)
    return VideoInfo(
        path=path,
        width_px=width,
        height_px=height,
        frame_rate=opened.stream.average_rate or opened.stream.guessed_rate,
        duration_s=promised_duration_s(opened, timing.start_s),
        start_s=timing.start_s,
        rotation_deg=90 * quarter_turns(frame.rotation),
        codec=opened.stream.codec_context.name,
        size_bytes=content.size_bytes,
        notes=opened.notes + _timing_notes(opened, timing),
    )


def _timing_notes(opened: Opened, timing: Timing) -> tuple[str, ...]:
    if timing.stamped or opened.container.format.name == "avi":
        return ()
    rate_fps = 1 / timing.step_s
    return (f"the file has no time stamps; {rate_fps:g} frames per second are assumed",)


def _check_duration(info: VideoInfo, limits: DecodeLimits) -> None:
    if info.duration_s is not None and info.duration_s > limits.max_duration_s:
        hours, most = info.duration_s / 3600, limits.max_duration_s / 3600
        raise refusal(info.path, f"{hours:.1f} h long; the limit is {most:g} h")
