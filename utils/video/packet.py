"""Video packets: their type, how they are read, and whether the player shows them."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

if TYPE_CHECKING:  # the compiled class cannot be subscripted
    VideoPacket: TypeAlias = Packet[VideoStream]
else:
    VideoPacket = Packet


def is_shown(packet: VideoPacket) -> bool:
    """Whether the packet carries a picture that the player would show (edit lists hide some)."""
    return packet.size > 0 and not packet.is_discard


def read_packets(container: InputContainer, stream: VideoStream) -> Iterator[VideoPacket]:
    """The stream's packets; empty ones are left out, since a decoder takes them for the end."""
    with suppress(IndexError):  # PyAV's flush at the end, where streams appeared while reading
        for packet in container.demux(stream):
            if packet.size > 0:
                yield packet
