"""The folder of odd and hostile videos beside the checkout, and a watch on what is opened."""

import ctypes
import json
import os
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import DATA

FOLDER = DATA / "bad_videos"
IN_OPEN = 0x20
IN_NONBLOCK = 0o4000


@dataclass(frozen=True)
class BadVideo:
    """One entry of the manifest."""

    path: Path
    expect: str
    frames: tuple[int, int]
    duration_s: tuple[float, float] | None
    barcode: bool
    group: str


def bad_videos() -> list[BadVideo]:
    """All entries; empty where the folder is absent."""
    manifest = FOLDER / "manifest.json"
    if not manifest.is_file():
        return []
    return [_entry(row) for row in json.loads(manifest.read_text())["files"]]


def _entry(row: dict[str, Any]) -> BadVideo:
    duration = row["duration"]
    if duration is not None and not isinstance(duration, list):
        duration = [duration, duration]
    return BadVideo(
        FOLDER / row["file"],
        row["expect"],
        (row["frames"][0], row["frames"][1]),
        None if duration is None else (duration[0], duration[1]),
        row["barcode"],
        row["group"],
    )


class OpenWatch:
    """Names of files in a folder that any process opened (inotify); nothing off Linux."""

    def __init__(self, folders: list[Path]) -> None:
        self._descriptor = -1
        if sys.platform == "linux":
            libc = ctypes.CDLL(None, use_errno=True)
            self._descriptor = libc.inotify_init1(IN_NONBLOCK)
            for folder in folders:
                assert libc.inotify_add_watch(self._descriptor, bytes(folder), IN_OPEN) >= 0

    def opened(self) -> set[str]:
        """The names seen since the last call; opening the folder itself does not count."""
        names = set()
        try:
            events = os.read(self._descriptor, 1 << 16)
        except OSError:
            return names
        at = 0
        while at < len(events):
            *_, length = struct.unpack_from("iIII", events, at)
            names.add(events[at + 16 : at + 16 + length].rstrip(b"\0").decode())
            at += 16 + length
        return names - {""}
