"""How much a video may ask of us, and how its faults are worded."""

from dataclasses import dataclass
from pathlib import Path

from utils.cancellation import NEVER, Cancellation
from utils.errors import VideoError

MESSAGE_LENGTH = 200
NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """Bounds on one file.

    Decoding may take base_s + per_frame_s for each frame read: the bound grows with the work
    done, not with what the headers claim. Time spent outside the decoder is not counted.
    cancellation: looked at with every packet; once asked for, reading raises Cancelled.
    """

    max_file_bytes: int = 256 << 30
    max_side_px: int = 8192
    max_pixels: int = 40_000_000
    max_streams: int = 64
    max_duration_s: float = 48 * 3600.0
    base_s: float = 60.0
    per_frame_s: float = 0.5
    cancellation: Cancellation = NEVER


def printable(text: str) -> str:
    """The text on one line, with control and direction characters escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def short_name(path: Path) -> str:
    """The file's name, escaped and short enough for a message."""
    name = printable(path.name)
    if len(name) <= NAME_LENGTH:
        return name
    half = NAME_LENGTH // 2 - 2
    return f"{name[:half]}...{name[-half:]}"


def refusal(path: Path, reason: str) -> VideoError:
    """A VideoError of one line and at most 200 characters that begins with the file's name."""
    return VideoError(f"{short_name(path)}: {printable(reason)}"[:MESSAGE_LENGTH])
