"""Walks decoded frames forward from a key frame, to stand on the frame shown at a time."""

import itertools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import av
from av.video.frame import VideoFrame

from utils.video.limits import DecodeLimits
from utils.video.opener import Opened, open_video
from utils.video.packet import VideoPacket, read_packets
from utils.video.reading import Stopwatch, check_size
from utils.video.source import FileBytes
from utils.video.timing import Timing

REACH_S = 1.0  # nearer targets are reached by decoding on, farther ones by seeking
TRY_PACKETS = 600
EARLIER_S = (0.0, 10.0)  # where to seek, before the target; then the file's start


class Walker:
    """Stands on one frame and knows the next."""

    def __init__(
        self, content: FileBytes, path: Path, timing: Timing, limits: DecodeLimits
    ) -> None:
        self._content = content
        self._path = path
        self._timing = timing
        self._limits = limits
        self._watch = Stopwatch(path, limits)
        self._opened: Opened | None = None
        self._frames: Iterator[VideoFrame] = iter(())
        self._here: VideoFrame | None = None
        self._next: VideoFrame | None = None
        self._seen = 0

    def close(self) -> None:
        """Close the container."""
        self._frames = iter(())
        if self._opened is not None:
            self._opened.container.close()
        self._opened = None

    def frame_at(self, target_s: float) -> VideoFrame | None:
        """The last frame at or before the target, the first one for earlier targets."""
        self._watch.resume()
        if not self._within_reach(target_s):
            self._jump(target_s)
        while self._next is not None and self._is_at_or_before(self._next, target_s):
            self._step()
        return self._here

    def _is_at_or_before(self, frame: VideoFrame, target_s: float) -> bool:
        return self._time_s(frame) <= target_s + self._timing.slack_s

    def _time_s(self, frame: VideoFrame) -> float:
        return self._timing.seconds(frame.pts or 0)

    def _within_reach(self, target_s: float) -> bool:
        if self._here is None:
            return False
        ahead_s = target_s - self._time_s(self._here)
        return -self._timing.slack_s <= ahead_s <= REACH_S

    def _jump(self, target_s: float) -> None:
        starts_s = [target_s - earlier_s for earlier_s in EARLIER_S if target_s > earlier_s]
        if any(self._start_at(start_s) and self._stands_before(target_s) for start_s in starts_s):
            return
        self._restart()
        self._frames = self._decoded(after_seek=False)
        self._fill()

    def _stands_before(self, target_s: float) -> bool:
        return self._here is not None and self._is_at_or_before(self._here, target_s)

    def _start_at(self, time_s: float) -> bool:
        """Seek to the key frame at or before the time; False where the container cannot."""
        self._frames = iter(())
        opened = self._opened or self._restart()
        try:
            opened.container.seek(self._timing.pts(time_s), stream=opened.stream)
        except (av.FFmpegError, OverflowError):
            return False
        self._frames = self._decoded(after_seek=True)
        self._fill()
        return True

    def _restart(self) -> Opened:
        self.close()
        self._opened = open_video(self._content, self._path, self._limits)
        return self._opened

    def _fill(self) -> None:
        self._here = next(self._frames, None)
        self._next = next(self._frames, None)

    def _step(self) -> None:
        self._here, self._next = self._next, next(self._frames, None)

    def _decoded(self, *, after_seek: bool) -> Iterator[VideoFrame]:
        """Sound frames in display order, none that leans on pictures before the seek."""
        assert self._opened is not None
        floor = None if after_seek else self._timing.first_pts
        for packet in self._demux(self._opened):
            if floor is None and packet is not None:
                floor = max(self._timing.first_pts, packet.pts or 0)
            for frame in self._decode(self._opened, packet):
                check_size((frame.width, frame.height), self._path, self._limits)
                if frame.pts is not None and frame.pts >= (floor or 0) and not frame.is_corrupt:
                    yield frame

    def _demux(self, opened: Opened) -> Iterator[VideoPacket | None]:
        """The packets, then None, which flushes the decoder."""
        with suppress(av.FFmpegError):
            yield from read_packets(opened.container, opened.stream)
        yield None

    def _decode(self, opened: Opened, packet: VideoPacket | None) -> list[VideoFrame]:
        self._seen += 1
        self._watch.check(self._seen)
        try:
            return opened.stream.decode(packet)
        except (av.FFmpegError, MemoryError):
            return []


def open_before(
    time_s: float, content: FileBytes, path: Path, timing: Timing, limits: DecodeLimits
) -> Opened | None:
    """The video at a key frame from which the frame at time_s can be decoded; None if not found.

    Containers may land late or between key frames, so the place is tried out before it is used.
    """
    opened = open_video(content, path, limits)
    for earlier_s in EARLIER_S:
        target = timing.pts(max(0.0, time_s - earlier_s))
        limits.cancellation.check()
        if _shows_from(opened, target, timing.pts(time_s)):
            opened.container.seek(target, stream=opened.stream)
            return opened
    opened.container.close()
    return None


def _shows_from(opened: Opened, target: int, wanted: int) -> bool:
    """Whether decoding after a seek to `target` shows a frame at or before `wanted`."""
    try:
        opened.container.seek(target, stream=opened.stream)
        packets = read_packets(opened.container, opened.stream)
        for packet in itertools.islice(packets, TRY_PACKETS):
            for frame in opened.stream.decode(packet):
                return frame.pts is not None and frame.pts <= wanted
    except (av.FFmpegError, OverflowError):
        return False
    return False
