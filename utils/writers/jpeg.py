"""Frames as JPEG files and as small data URIs. Frames are RGB uint8 (H,W,3)."""

import base64
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from utils.atomic import atomic_write_bytes
from utils.clip import Clip
from utils.errors import OutputError
from utils.evidence import keyframe_records
from utils.report import Keyframe
from utils.writers.layout import OutputLayout

Frame = NDArray[np.uint8]
MAX_JPEG_BYTES = 32 << 20


def encode_jpeg(frame: Frame, *, quality: int = 90) -> bytes:
    """The frame as JPEG bytes; quality is 1 to 100."""
    bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    done, buffer = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise OutputError(f"a frame of {frame.shape[1]}x{frame.shape[0]} cannot be a JPEG")
    return buffer.tobytes()


def write_jpeg(frame: Frame, path: Path) -> None:
    """Write one frame. Raises OutputError."""
    atomic_write_bytes(path, encode_jpeg(frame))


def write_keyframes(keyframes: Clip, event_number: int, layout: OutputLayout) -> list[Keyframe]:
    """Write an event's keyframes and say where they are. Raises OutputError."""
    written = []
    pairs = zip(keyframes.frames, keyframe_records(keyframes), strict=True)
    for number, (frame, keyframe) in enumerate(pairs, start=1):
        path = layout.keyframe(event_number, number)
        write_jpeg(frame, path)
        written.append(keyframe.model_copy(update={"image": layout.relative(path)}))
    return written


def jpeg_data_uri(path: Path, max_width_px: int) -> str | None:
    """The JPEG as a data URI at most `max_width_px` wide, or None where it is no readable JPEG."""
    small = small_jpeg(path, max_width_px)
    return f"data:image/jpeg;base64,{base64.b64encode(small).decode('ascii')}" if small else None


def small_jpeg(path: Path, max_width_px: int) -> bytes | None:
    """The JPEG at most `max_width_px` wide, or None where it is no readable JPEG."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_JPEG_BYTES:
            return None
        content = path.read_bytes()
    except OSError:
        return None
    return _shrink(content, max_width_px) if content.startswith(b"\xff\xd8\xff") else None


def _shrink(content: bytes, max_width_px: int) -> bytes | None:
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        return None
    height_px, width_px = picture.shape[:2]
    if width_px <= max_width_px:
        return content
    size = (max_width_px, max(1, round(height_px * max_width_px / width_px)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return encode_jpeg(np.asarray(small, dtype=np.uint8), quality=82)
