"""Compares what a file promised with what was read, and says the difference in words."""

from av.container import InputContainer

from utils.video.opener import Opened
from utils.video.reading import PassState
from utils.video.source import FileBytes
from utils.video.timing import Timing

TS_PACKET_SIZES = (188, 192, 204)
TS_SYNC = 0x47
SHORT_S = 0.5
SHORT_SHARE = 0.02


def promised_duration_s(opened: Opened, start_s: float) -> float | None:
    """The duration the headers state, None where they state none.

    Matroska states the time of the end, so the start of a video that begins late is taken off.
    """
    stream, container = opened.stream, opened.container
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if not container.duration:
        return None
    duration_s = container.duration / 1_000_000
    late = container.format.name.startswith("matroska") and 0 < start_s < duration_s
    return duration_s - start_s if late else duration_s


def losses(state: PassState, read_frames: int) -> list[str]:
    """What a pass could not show, whether or not it reached the end; each names both numbers."""
    total = read_frames + state.early
    found = []
    if state.early:
        found.append(
            f"{state.early} of {total} frames come before the first key frame and cannot be shown"
        )
    if state.lost or state.corrupt:
        found.append(
            f"{state.lost + state.corrupt} of {state.packets} frames are damaged and were left out"
        )
    if state.broken_off:
        found.append(
            f"reading stopped after {state.packets} frames at {state.last_s:.1f} s: "
            f"{state.broken_off.lower()}"
        )
    return found


def missing(opened: Opened, state: PassState, timing: Timing) -> list[str]:
    """What a pass over the whole file found missing at its end."""
    promised = opened.stream.frames
    if promised > state.packets:
        readable = max(0, state.packets - state.lost - state.corrupt)
        return [f"the headers promise {promised} frames, {readable} could be read"]
    if state.early:
        return []  # told already, in frames
    step_s = timing.step_s
    promised_s = promised_duration_s(opened, timing.start_s)
    end_s = _reached_s(state, timing) + step_s
    if promised_s and promised_s - end_s > max(SHORT_S, SHORT_SHARE * promised_s, 2 * step_s):
        return [f"the headers promise {promised_s:.1f} s, pictures end at {end_s:.1f} s"]
    return []


def _reached_s(state: PassState, timing: Timing) -> float:
    """Time of the last frame; sparse sampling leaves frames undecoded, so their stamps count."""
    stamped_s = timing.seconds(max(state.stamps)) if state.stamps else 0.0
    return max(state.last_s, stamped_s)


def size_changes(state: PassState) -> list[str]:
    """A note where pictures of several sizes were met."""
    if len(state.sizes) < 2:
        return []
    return ["the picture size changes from " + " to ".join(f"{w}x{h}" for w, h in state.sizes[:3])]


def cut_packet(content: FileBytes, container: InputContainer) -> str | None:
    """Words where a transport stream ends inside a packet, the one trace a cut leaves in it."""
    if container.format.name != "mpegts":
        return None
    head = content.read_at(0, 4096)
    for size in TS_PACKET_SIZES:
        marks = head[size - 188 if size == 192 else 0 :: size]
        rest = content.size_bytes % size
        if len(marks) > 1 and set(marks[:8]) == {TS_SYNC} and rest:
            return f"the file was cut: its last packet has {rest} of {size} bytes"
    return None
