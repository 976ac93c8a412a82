"""Decides which packets the decoder gets: only those that a wanted picture depends on.

Pictures that nobody depends on are left out unless wanted; a run of unwanted reference pictures
is held back and left out when a restart follows before the next wanted picture. What comes out of
the decoder is bit for bit what a full decode gives for the wanted frames.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable

from av.video.stream import VideoStream

from utils.video.bitstream import Role, RoleReader
from utils.video.grid import Grid
from utils.video.packet import VideoPacket, is_shown

REORDER = 20  # H.264 and HEVC reorder at most 16 pictures
MAX_HELD = 300
MAX_HELD_BYTES = 64 << 20


class OpenGate:
    """Lets every packet through."""

    def push(self, packet: VideoPacket) -> list[VideoPacket]:
        """The packets to decode now."""
        return [packet]

    def finish(self) -> list[VideoPacket]:
        """The packets still waiting at the end."""
        return []


class DropGate(OpenGate):
    """Lets through what wanted pictures need.

    time_s maps a pts to our time; role tells what a packet is to others.
    """

    def __init__(
        self, grid: Grid, time_s: Callable[[int], float], role: Callable[[VideoPacket], Role]
    ) -> None:
        self._grid = grid
        self._time_s = time_s
        self._role = role
        self._waiting: deque[VideoPacket] = deque()
        self._shown_pts: list[int] = []
        self._held: list[VideoPacket] = []
        self._held_bytes = 0

    def push(self, packet: VideoPacket) -> list[VideoPacket]:
        """The packets to decode now; a packet waits until those shown before it are known."""
        self._waiting.append(packet)
        if is_shown(packet) and packet.pts is not None:
            insort(self._shown_pts, packet.pts)
        if len(self._waiting) <= REORDER:
            return []
        if len(self._shown_pts) > 4 * REORDER:
            del self._shown_pts[0]
        return self._route(self._waiting.popleft())

    def finish(self) -> list[VideoPacket]:
        """The packets still needed when the file ends."""
        packets: list[VideoPacket] = []
        while self._waiting:
            packets += self._route(self._waiting.popleft())
        return packets

    def _wanted(self, packet: VideoPacket) -> bool:
        if not is_shown(packet) or packet.pts is None:
            return False
        place = bisect_left(self._shown_pts, packet.pts)
        before = self._slot(self._shown_pts[place - 1]) if place else -1
        return self._grid.wants(self._time_s(packet.pts), before)

    def _slot(self, pts: int) -> int:
        return self._grid.slot(self._time_s(pts))

    def _route(self, packet: VideoPacket) -> list[VideoPacket]:
        role = self._role(packet)
        if role.restarts:
            self._release()
        if self._wanted(packet):
            return [*self._release(), packet]
        if role.disposable:
            return []
        self._held.append(packet)
        self._held_bytes += packet.size
        if len(self._held) > MAX_HELD or self._held_bytes > MAX_HELD_BYTES:
            return self._release()
        return []

    def _release(self) -> list[VideoPacket]:
        held, self._held, self._held_bytes = self._held, [], 0
        return held


ALONE = Role(disposable=True, restarts=True)


def make_gate(stream: VideoStream, grid: Grid, time_s: Callable[[int], float]) -> OpenGate:
    """The gate for a stream whose packets all carry true time stamps."""
    context = stream.codec_context
    if context.codec.intra_only:
        return DropGate(grid, time_s, lambda packet: ALONE)
    if context.name not in ("h264", "hevc") or context.field_order > 1:
        return OpenGate()
    unit = "h264" if context.name == "h264" else "hevc"
    reader = RoleReader(unit, context.extradata)  # type: ignore[arg-type]
    return DropGate(grid, time_s, lambda packet: reader.role(bytes(packet)))
