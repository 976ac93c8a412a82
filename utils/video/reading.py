"""One pass over a video: packets in, shown frames with their times and numbers out.

Faults are counted and told in words; a damaged picture is never handed on.
"""

import heapq
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
from av.video.frame import VideoFrame

from utils.clip import DecodeCounts
from utils.video.gate import OpenGate, make_gate
from utils.video.grid import Grid
from utils.video.limits import DecodeLimits, refusal
from utils.video.opener import Opened
from utils.video.packet import VideoPacket, is_shown, read_packets
from utils.video.timing import Joiner, Timing, make_clock


@dataclass(frozen=True, slots=True)
class Shown:
    """A displayed frame: decoded picture, seconds from the first displayed frame, its number."""

    frame: VideoFrame
    time_s: float
    index: int


@dataclass(slots=True)
class PassState:
    """What one pass met: packets, faults, and where it ended."""

    packets: int = 0
    lost: int = 0
    corrupt: int = 0
    early: int = 0
    last_s: float = 0.0
    complete: bool = False
    broken_off: str = ""
    sizes: list[tuple[int, int]] = field(default_factory=list)
    stamps: "array[int]" = field(default_factory=lambda: array("q"))


class Stopwatch:
    """Seconds spent in the decoder, against a bound that grows with the frames read."""

    def __init__(self, path: Path, limits: DecodeLimits) -> None:
        self._path = path
        self._limits = limits
        self._spent_s = 0.0
        self._since_s = time.perf_counter()

    def resume(self) -> None:
        """Count from now."""
        self._since_s = time.perf_counter()

    def check(self, frames: int) -> None:
        """Raise VideoError where the time is used up, and Cancelled where nobody waits."""
        self._limits.cancellation.check()
        now_s = time.perf_counter()
        self._spent_s += now_s - self._since_s
        self._since_s = now_s
        bound_s = self._limits.base_s + frames * self._limits.per_frame_s
        if self._spent_s > bound_s:
            text = f"decoding took {self._spent_s:.0f} s for {frames} frames, over the bound"
            raise refusal(self._path, f"{text} of {bound_s:.0f} s")


class Ranks:
    """Numbers of displayed frames: how many stamps lie before a frame's own."""

    def __init__(self) -> None:
        self._ahead: list[int] = []
        self._passed = 0

    def see(self, pts: int) -> None:
        """A packet with this stamp was read."""
        heapq.heappush(self._ahead, pts)

    def rank(self, pts: int) -> int:
        """The number of the frame with this stamp; ask in rising order."""
        while self._ahead and self._ahead[0] < pts:
            heapq.heappop(self._ahead)
            self._passed += 1
        return self._passed


class Reading:
    """A pass over an opened video that yields the frames a grid wants.

    A pass that begins later than the file's start needs `number_by`.
    """

    def __init__(
        self, opened: Opened, timing: Timing, grid: Grid, *, path: Path, limits: DecodeLimits
    ) -> None:
        self.state = PassState()
        self.counts = DecodeCounts()
        self.opened = opened
        self._timing = timing
        self._grid = grid
        self._path = path
        self._limits = limits
        self.joiner = Joiner(timing)
        self._clock = make_clock(timing)
        self._ranks = Ranks()
        self._number: Callable[[int], int] = self._ranks.rank
        self.from_start = True
        self._watch = Stopwatch(path, limits)
        self._slot = grid.floor_slot
        self._order = 0

    def number_by(self, number: Callable[[int], int]) -> None:
        """Take displayed frame numbers from this map of stamps: the pass begins in the middle."""
        self._number = number
        self.from_start = False

    def __iter__(self) -> Iterator[Shown]:
        for packet in self._packets():
            for frame in self._decode(packet):
                shown = self._place(frame)
                if shown is not None and self._take(shown):
                    yield shown
                    self._watch.resume()
        self.state.complete = not self.state.broken_off

    def _packets(self) -> Iterator[VideoPacket | None]:
        """The packets for the decoder, then None, which flushes it."""
        gate = self._gate()
        try:
            for packet in read_packets(self.opened.container, self.opened.stream):
                if self._timing.stamped:
                    self.joiner.join(packet)
                self._see(packet)
                yield from gate.push(packet)
                if self._past_end(packet):
                    break
        except av.FFmpegError as error:
            self.state.broken_off = error.strerror or "damaged data"
        yield from gate.finish()
        yield None

    def _gate(self) -> OpenGate:
        if not self._timing.stamped:
            return OpenGate()
        return make_gate(self.opened.stream, self._grid, self._timing.seconds)

    def _see(self, packet: VideoPacket) -> None:
        self.state.packets += 1
        self._watch.check(self.state.packets)
        if not is_shown(packet):
            return
        if packet.pts is None or not self._timing.stamped:
            self.counts.frames_read += 1
        elif packet.pts < self._timing.first_pts:
            self.state.early += 1
        else:
            self.counts.frames_read += 1
            self._ranks.see(packet.pts)
            self.state.stamps.append(packet.pts)

    def _past_end(self, packet: VideoPacket) -> bool:
        if not self._timing.stamped or packet.dts is None:
            return False
        return self._timing.seconds(packet.dts) > self._grid.end_s

    def _decode(self, packet: VideoPacket | None) -> list[VideoFrame]:
        if packet is not None:
            self._clock.see(packet)
        try:
            frames = self.opened.stream.decode(packet)
        except av.EOFError:
            return []
        except (av.FFmpegError, MemoryError):
            self.state.lost += 1
            self._clock.lose()
            return []
        self.counts.frames_decoded += len(frames)
        return frames

    def _place(self, frame: VideoFrame) -> Shown | None:
        """The frame with its time and number; None where it is damaged or has no place."""
        self._check_size(frame)
        time_s = self._clock.time_s(frame)
        if time_s is None or time_s < 0:
            return None
        if self._timing.stamped and frame.pts is not None:
            index = self._number(frame.pts)
        else:
            index, self._order = self._order, self._order + 1
        self.state.last_s = max(self.state.last_s, time_s)
        if time_s > self._limits.max_duration_s:
            most = self._limits.max_duration_s / 3600
            raise refusal(self._path, f"longer than the limit of {most:g} h")
        if frame.is_corrupt:
            self.state.corrupt += 1
            return None
        return Shown(frame, time_s, index)

    def _take(self, shown: Shown) -> bool:
        if not self._grid.wants(shown.time_s, self._slot):
            return False
        self._slot = self._grid.slot(shown.time_s)
        return True

    def _check_size(self, frame: VideoFrame) -> None:
        size_px = (frame.width, frame.height)
        if self.state.sizes and self.state.sizes[-1] == size_px:
            return
        check_size(size_px, self._path, self._limits)
        if len(self.state.sizes) < 16:
            self.state.sizes.append(size_px)


def check_size(size_px: tuple[int, int], path: Path, limits: DecodeLimits) -> None:
    """Raise VideoError where a picture is larger than the limits."""
    width, height = size_px
    if max(size_px) > limits.max_side_px or width * height > limits.max_pixels:
        bounds = f"{limits.max_side_px} px a side and {limits.max_pixels / 1e6:g} million pixels"
        raise refusal(path, f"a picture of {width}x{height}; the limit is {bounds}")
