"""Reads just enough of H.264 and HEVC packets to know which pictures others depend on.

H.264: nal_ref_idc 0 marks a picture that no other uses (ITU-T H.264, 7.4.1); type 5 is an IDR.
HEVC: even types below 16 are sub-layer non-reference pictures (ITU-T H.265, table 7-1), safe to
leave out in the highest temporal sub-layer only; types 19 and 20 are IDR.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

Unit = Literal["h264", "hevc"]


class Role(NamedTuple):
    """What a packet is to the packets after it."""

    disposable: bool
    restarts: bool


UNKNOWN = Role(disposable=False, restarts=False)


class RoleReader:
    """Roles of one stream's packets; `extradata` tells avcC/hvcC from Annex-B."""

    def __init__(self, unit: Unit, extradata: bytes | None) -> None:
        extra = extradata or b""
        self._unit = unit
        boxed = len(extra) > 22 if unit == "hevc" else len(extra) > 6
        boxed = boxed and extra[0] == 1
        size_byte = 21 if unit == "hevc" else 4
        self._length_bytes = (extra[size_byte] & 3) + 1 if boxed else 0
        self._top_layer = _top_layer(extra, boxed=boxed) if unit == "hevc" else 0

    def role(self, packet: bytes | memoryview) -> Role:
        """The role of a packet; UNKNOWN where it holds no picture or cannot be parsed."""
        view = bytes(packet)
        units = self._boxed(view) if self._length_bytes else _annex_b(view)
        roles = [role for at in units if (role := self._unit_role(view, at)) is not None]
        if not roles:
            return UNKNOWN
        return Role(all(r.disposable for r in roles), roles[0].restarts)

    def _boxed(self, packet: bytes) -> Iterator[int]:
        at = 0
        while at + self._length_bytes < len(packet):
            length = int.from_bytes(packet[at : at + self._length_bytes], "big")
            at += self._length_bytes
            yield at
            at += length

    def _unit_role(self, packet: bytes, at: int) -> Role | None:
        if at + 1 >= len(packet):
            return None
        if self._unit == "h264":
            kind = packet[at] & 31
            if not 1 <= kind <= 5:
                return None
            return Role(packet[at] & 0x60 == 0, kind == 5)
        kind = (packet[at] >> 1) & 63
        if kind > 31:
            return None
        layer = (packet[at + 1] & 7) - 1
        return Role(kind < 16 and kind % 2 == 0 and layer >= self._top_layer, kind in (19, 20))


def _annex_b(packet: bytes) -> Iterator[int]:
    at = packet.find(b"\x00\x00\x01")
    while at >= 0:
        yield at + 3
        at = packet.find(b"\x00\x00\x01", at + 3)


def _top_layer(extra: bytes, *, boxed: bool) -> int:
    """The highest temporal sub-layer, from hvcC or the VPS; a high guess where unknown."""
    if boxed:
        return max(0, ((extra[21] >> 3) & 7) - 1)
    for at in _annex_b(extra):
        if (extra[at] >> 1) & 63 == 32 and at + 3 < len(extra):
            return (extra[at + 3] >> 1) & 7
    return 7
