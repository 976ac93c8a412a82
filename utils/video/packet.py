"""The type of a video packet, and whether a packet is shown."""

from typing import TYPE_CHECKING, TypeAlias

from av.packet import Packet
from av.video.stream import VideoStream

if TYPE_CHECKING:  # the compiled class cannot be subscripted
    VideoPacket: TypeAlias = Packet[VideoStream]
else:
    VideoPacket = Packet


def is_shown(packet: VideoPacket) -> bool:
    """Whether the packet carries a picture that the player would show (edit lists hide some)."""
    return packet.size > 0 and not packet.is_discard
