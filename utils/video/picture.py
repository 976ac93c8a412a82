"""Turns a decoded frame into upright RGB pixels of the wanted size, with the right colours."""

from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from utils.clip import Frames
from utils.video.limits import refusal

UNSPECIFIED = 2


class Painter:
    """RGB pictures of one upright size; the scaler does size and colour in one step."""

    def __init__(self, size_px: tuple[int, int], path: Path) -> None:
        """size_px is (width, height) of the upright picture; path names the file in errors."""
        self._path = path
        self._size_px = size_px
        self._reformatter = VideoReformatter()

    def paint(self, frame: VideoFrame) -> Frames:
        """The frame as uint8 (H, W, 3) RGB, upright. Raises VideoError for unknown formats."""
        turns = quarter_turns(frame.rotation)
        try:
            rgb = self._scaled(frame, turns)
        except (av.FFmpegError, ValueError):
            rgb = self._without_tags(frame, turns)
        pixels = rgb.to_ndarray().astype(np.uint8, copy=False)
        return np.rot90(pixels, turns) if turns else pixels

    def _scaled(self, frame: VideoFrame, turns: int) -> VideoFrame:
        width, height = self._size_px if turns % 2 == 0 else self._size_px[::-1]
        return self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format="rgb24",
            src_colorspace=_source_colours(frame),
            interpolation=Interpolation.AREA,
        )

    def _without_tags(self, frame: VideoFrame, turns: int) -> VideoFrame:
        """The frame with colour tags that the scaler does not know taken as unspecified."""
        frame.colorspace = frame.color_primaries = frame.color_trc = UNSPECIFIED
        frame.color_range = 0
        self._reformatter = VideoReformatter()
        try:
            return self._scaled(frame, turns)
        except (av.FFmpegError, ValueError) as error:
            reason = f"its pictures ({frame.format.name}) cannot be converted to RGB"
            raise refusal(self._path, reason) from error


def quarter_turns(rotation_deg: int) -> int:
    """Counter-clockwise quarter turns that make a frame with this rotation upright (0 to 3)."""
    return round(rotation_deg / 90) % 4


def upright_size(frame: VideoFrame) -> tuple[int, int]:
    """(width, height) after rotation, pixels."""
    if quarter_turns(frame.rotation) % 2:
        return frame.height, frame.width
    return frame.width, frame.height


def fit_size(size_px: tuple[int, int], max_side_px: int | None) -> tuple[int, int]:
    """The size with its longer side at most max_side_px, never enlarged."""
    longer = max(size_px)
    if max_side_px is None or longer <= max_side_px:
        return size_px
    scale = max_side_px / longer
    return max(1, round(size_px[0] * scale)), max(1, round(size_px[1] * scale))


def resize_pixels(pixels: Frames, size_px: tuple[int, int]) -> Frames:
    """RGB pixels (H,W,3) in size_px (width, height): area means where they shrink."""
    width, height = size_px
    if pixels.shape[:2] == (height, width):
        return pixels
    shrinks = pixels.shape[0] >= height and pixels.shape[1] >= width
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = cv2.resize(np.ascontiguousarray(pixels), size_px, interpolation=how)
    return resized.astype(np.uint8, copy=False)


def _source_colours(frame: VideoFrame) -> int | None:
    """BT.709 for HD without a tag, which FFmpeg would take for BT.601 (errors up to 23 of 255)."""
    hd = max(frame.width, frame.height) >= 1280 or min(frame.width, frame.height) > 576
    untagged = frame.colorspace == UNSPECIFIED
    return int(Colorspace.ITU709) if hd and untagged else None
