"""Times of packets and frames: true time stamps where the file has them, counted ones elsewhere."""

from collections import deque
from dataclasses import dataclass
from fractions import Fraction

from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from utils.video.packet import VideoPacket, is_shown

JUMP_BACK_S = 1.0
DEFAULT_STEP_S = 1 / 25


@dataclass(frozen=True, slots=True)
class Timing:
    """How a file tells the time.

    first_pts: of the first displayed frame. step_s: usual time between frames. stamped: packets
    carry presentation times (not so in AVI, whose pts are chunk numbers, and in raw streams).
    """

    time_base: Fraction
    step_s: float
    first_pts: int = 0
    stamped: bool = True

    def seconds(self, pts: int) -> float:
        """Seconds from the first displayed frame."""
        return float((pts - self.first_pts) * self.time_base)

    def pts(self, time_s: float) -> int:
        """The stamp at this time, rounded down."""
        return self.first_pts + int(Fraction(time_s) // self.time_base)

    @property
    def start_s(self) -> float:
        """Presentation time of the first displayed frame, in the file's own time."""
        return float(self.first_pts * self.time_base) if self.stamped else 0.0

    @property
    def slack_s(self) -> float:
        """How far a stamp may have been rounded down by the container's clock."""
        return max(min(float(self.time_base), 1e-3), 1e-6)


class StampClock:
    """Frame times from their own stamps."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing

    def see(self, packet: VideoPacket) -> None:
        """A packet goes to the decoder."""

    def lose(self) -> None:
        """A packet gave no picture."""

    def time_s(self, frame: VideoFrame) -> float | None:
        """Seconds from the first displayed frame."""
        return None if frame.pts is None else self._timing.seconds(frame.pts)


class OrderClock(StampClock):
    """Frame times from their order: the n-th frame shown has the n-th decoding time.

    Without distinct decoding times frames are counted, `step_s` apart.
    """

    def __init__(self, timing: Timing) -> None:
        super().__init__(timing)
        self._waiting: deque[float] = deque()
        self._first_dts: int | None = None
        self._last_s = -1.0

    def see(self, packet: VideoPacket) -> None:
        """Remember the packet's place in time."""
        if not is_shown(packet):
            return
        time_s = self._last_s + self._timing.step_s if self._last_s >= 0 else 0.0
        if packet.dts is not None:
            self._first_dts = packet.dts if self._first_dts is None else self._first_dts
            stamp_s = float((packet.dts - self._first_dts) * self._timing.time_base)
            time_s = stamp_s if stamp_s > self._last_s else time_s
        self._last_s = time_s
        self._waiting.append(time_s)

    def lose(self) -> None:
        """Forget the newest packet."""
        if self._waiting:
            self._waiting.pop()

    def time_s(self, frame: VideoFrame) -> float | None:
        """The oldest time not yet shown."""
        return self._waiting.popleft() if self._waiting else None


def make_clock(timing: Timing) -> StampClock:
    """The clock that fits the file."""
    return StampClock(timing) if timing.stamped else OrderClock(timing)


class Joiner:
    """Moves stamps so that time never jumps back where recordings were joined."""

    def __init__(self, timing: Timing) -> None:
        self._limit = int(Fraction(JUMP_BACK_S) / timing.time_base)
        self._step = max(1, int(Fraction(timing.step_s) / timing.time_base))
        self._last: int | None = None
        self.shift = 0

    def join(self, packet: VideoPacket) -> None:
        """Move the packet's stamps behind those of the packet before it, if they jumped back."""
        if packet.dts is not None:
            if self._last is not None and packet.dts + self.shift < self._last - self._limit:
                self.shift = self._last + self._step - packet.dts
            self._last = packet.dts + self.shift
        if self.shift:
            packet.pts = None if packet.pts is None else packet.pts + self.shift
            packet.dts = None if packet.dts is None else packet.dts + self.shift


def usual_step_s(stream: VideoStream) -> float:
    """The usual time between two frames, from the headers; 1/25 where they make no sense."""
    rate = stream.guessed_rate or stream.average_rate
    if rate is None or not 1 / 3600 <= rate <= 2000:
        return DEFAULT_STEP_S
    return float(1 / rate)
