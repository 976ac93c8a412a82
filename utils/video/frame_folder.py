"""A folder of pictures read as a video: the same use as `VideoFile`, for corpora of frames.

Pictures are decoded by Pillow, which notices cut files; only the formats below are tried. Nothing
here knows what the frames mean.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from utils.clip import Clip, DecodeCounts, Frames, Sampling, VideoInfo
from utils.errors import VideoError
from utils.video.batch import Batch
from utils.video.grid import Grid
from utils.video.limits import DecodeLimits, refusal
from utils.video.picture import resize_pixels
from utils.video.reading import check_size
from utils.video.source import FileBytes

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
PICTURE_LIMITS = DecodeLimits(max_file_bytes=64 << 20)
MAX_FRAMES = 1_000_000


class FrameFolder:
    """A context manager over the pictures of one folder.

    info: known after opening. counts: what was read, with warnings in words, filled while frames
    are read. The frame at place n is shown at n / frame_rate seconds.
    """

    def __init__(self, path: Path, frame_rate: float, names: Sequence[str] = ()) -> None:
        """names: the pictures to use, in order; empty = all of the folder, numbers by value.

        Raises VideoError where the folder has no picture that can be read.
        """
        if not 0 < frame_rate <= 1000:
            raise refusal(
                path, f"{frame_rate} frames per second; above 0 and at most 1000 is right"
            )
        self.path = path
        self.counts = DecodeCounts()
        self._rate_fps = frame_rate
        self._names = frame_names(path, names)
        self.info: VideoInfo = self._look()

    def __enter__(self) -> "FrameFolder":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays open between frames."""

    def sample(
        self, sampling: Sampling, *, batch_frames: int = 32, max_frames: int | None = None
    ) -> Iterator[Clip]:
        """Clips of at most batch_frames frames, as `VideoFile.sample` gives them.

        Pictures that are damaged or missing are left out, counted and warned about. Raises
        VideoError where none can be shown.
        """
        self.counts = DecodeCounts()
        batch = Batch(self.info)
        for index, pixels in self._wanted(sampling.rate_fps, max_frames):
            time_s = index / self._rate_fps
            batch.add(resize_pixels(pixels, sampling.size_px), time_s, index)
            if len(batch) >= batch_frames:
                yield batch.clip()
                batch = Batch(self.info)
        if len(batch):
            yield batch.clip()

    def _wanted(self, rate_fps: float, max_frames: int | None) -> Iterator[tuple[int, Frames]]:
        grid, lost = Grid(rate_fps), 0
        slot = grid.floor_slot
        for index, name in enumerate(self._names):
            if self.counts.frames_sampled == max_frames:
                break
            self.counts.frames_read += 1
            if not grid.wants(index / self._rate_fps, slot):
                continue
            try:
                pixels = read_picture(self.path / name)
            except VideoError:
                lost += 1
                self._note_loss(lost)
                continue
            slot = grid.slot(index / self._rate_fps)
            self.counts.frames_decoded += 1
            self.counts.frames_sampled += 1
            yield index, pixels
        if lost and not self.counts.frames_sampled:
            raise refusal(self.path, f"none of {lost} pictures can be read")

    def _note_loss(self, lost: int) -> None:
        self.counts.damaged = True
        total = len(self._names)
        text = f"{lost} of {total} pictures are damaged or missing and were left out"
        self.counts.warnings[:] = [text]

    def _look(self) -> VideoInfo:
        """Facts of the folder; the size is that of the first picture that can be read."""
        for name in self._names:
            try:
                height, width = read_picture(self.path / name).shape[:2]
            except VideoError:
                continue
            return VideoInfo(
                path=self.path,
                width_px=width,
                height_px=height,
                frame_rate=Fraction(self._rate_fps).limit_denominator(1001),
                duration_s=len(self._names) / self._rate_fps,
                codec="pictures",
            )
        raise refusal(self.path, f"none of {len(self._names)} pictures can be read")


def frame_names(path: Path, names: Sequence[str] = ()) -> tuple[str, ...]:
    """The chosen pictures of a folder, or all of them with numbers in order of their value.

    Raises VideoError where there is none, or a name leads out of the folder.
    """
    outside = next((n for n in names if re.search(r"[/\\]|^\.*$", n)), None)
    if outside is not None:
        raise refusal(path, f"{outside!r} is not the name of a picture in this folder")
    if names:
        return tuple(names)
    try:
        with os.scandir(path) as entries:
            found = [e.name for e in entries if _is_picture(e.name)]
    except OSError as error:
        raise refusal(path, f"cannot be listed ({error.strerror}); check the path") from error
    if not found or len(found) > MAX_FRAMES:
        raise refusal(path, f"holds {len(found)} pictures; 1 to {MAX_FRAMES} are right")
    return tuple(sorted(found, key=_by_number))


def folder_sha256(path: Path, names: Sequence[str] = ()) -> str:
    """Hex SHA-256 over the contents of the pictures, in order. Raises VideoError."""
    digest = hashlib.sha256()
    for name in frame_names(path, names):
        content = FileBytes(path / name, PICTURE_LIMITS)
        try:
            digest.update(bytes.fromhex(content.sha256()))
        finally:
            content.close()
    return digest.hexdigest()


def _is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES and not name.startswith(".")


def _by_number(name: str) -> tuple[tuple[int, str], ...]:
    """A sorting key in which 2.jpg comes before 10.jpg."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def read_picture(path: Path) -> Frames:
    """One picture as RGB (H,W,3), upright. Raises VideoError."""
    content = FileBytes(path, PICTURE_LIMITS)
    try:
        encoded = content.read_at(0, content.size_bytes)
    finally:
        content.close()
    try:
        with Image.open(BytesIO(encoded), formats=FORMATS) as picture:
            check_size(picture.size, path, PICTURE_LIMITS)
            upright = ImageOps.exif_transpose(picture)
            return np.array(upright.convert("RGB"), dtype=np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise refusal(path, f"is not a picture we can read ({error})") from error
