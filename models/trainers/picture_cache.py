"""Decoded pictures of labelled clips on disk, for training that changes or encodes them anew.

A clip is two files named by its content and the sampling: raw uint8 frames, mapped into memory
when they are read, and their times. What is damaged is made again. Dims: T frames, S side.
"""

import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from models.trainers.feature_cache import content_hash
from utils.atomic import atomic_path, atomic_write_bytes
from utils.clip import Floats, Sampling
from utils.errors import ConfigError, VideoError
from utils.labeled_clip import LabeledClip
from utils.video import open_frames

log = logging.getLogger(__name__)

BATCH_FRAMES = 64
GIB = 2**30


@dataclass(frozen=True, slots=True)
class Pictures:
    """Frames (T,3,S,S) uint8."""

    frames: Tensor

    def joined(self, later: "Pictures") -> "Pictures":
        """These frames and then the later ones."""
        return Pictures(torch.cat([self.frames, later.frames]))


@dataclass(frozen=True, slots=True)
class PicturedClip:
    """A labelled clip with the times (T,) of its frames.

    The pictures stay in their file, which holds stored_frames of them, until they are taken.
    """

    clip: LabeledClip
    times_s: Floats
    file: Path
    side_px: int
    stored_frames: int

    def take(self, rows: Sequence[int]) -> Pictures:
        """The pictures of these frames."""
        shape = (self.stored_frames, self.side_px, self.side_px, 3)
        stored = np.memmap(self.file, np.uint8, "r", shape=shape)
        chosen = torch.from_numpy(np.array(stored[list(rows)]))
        return Pictures(chosen.permute(0, 3, 1, 2))


class PictureCache:
    """Pictures at a sampling rate and size, from disk where they were decoded before."""

    def __init__(self, folder: Path, *, rate_fps: float, side_px: int, max_gib: float) -> None:
        """max_gib: the most that the pictures of one corpus may take on the disk."""
        self.folder = folder
        self.sampling = Sampling(rate_fps, (side_px, side_px))
        self.side_px = side_px
        self.max_bytes = int(max_gib * GIB)

    @property
    def frame_bytes(self) -> int:
        """Of one picture."""
        return 3 * self.side_px**2

    def open_all(self, clips: Sequence[LabeledClip]) -> list[PicturedClip]:
        """All readable clips in order; those that cannot be read are logged and left out.

        Raises ConfigError before anything is decoded where the pictures would take too much room.
        """
        self._check_room(clips)
        opened = []
        for clip in tqdm(clips, desc="pictures", unit="clip", leave=False):
            try:
                opened.append(self.open(clip))
            except VideoError as error:
                log.warning("left out: %s", error)
        return opened

    def open(self, clip: LabeledClip) -> PicturedClip:
        """One clip. Raises VideoError where it cannot be read."""
        file = self._file(clip)
        times_s = self._known_times(file)
        if times_s is None:
            times_s = self._decode(clip, file)
        return PicturedClip(clip, times_s, file, self.side_px, len(times_s))

    def _file(self, clip: LabeledClip) -> Path:
        rate = "" if clip.frame_rate is None else f"{clip.frame_rate:g}of-"
        sampling = f"{rate}{self.sampling.rate_fps:g}fps-{self.side_px}px"
        return self.folder / f"{content_hash(clip)[:24]}-{sampling}.frames"

    def _known_times(self, file: Path) -> Floats | None:
        """The times (T,) of complete pictures; None where they must be decoded."""
        try:
            times_s: Floats = np.load(_times_file(file), allow_pickle=False)
            complete = file.stat().st_size == len(times_s) * self.frame_bytes
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError):
            complete = False
        if not complete:
            log.warning("the pictures in %s are damaged and are made again", file.name)
            return None
        return times_s

    def _decode(self, labeled: LabeledClip, file: Path) -> Floats:
        with atomic_path(file) as temporary, temporary.open("wb") as stored:
            times_s = np.concatenate(list(self._write(labeled, stored)))
        buffer = BytesIO()
        np.save(buffer, times_s, allow_pickle=False)
        atomic_write_bytes(_times_file(file), buffer.getvalue())
        return times_s

    def _write(self, labeled: LabeledClip, stored: BinaryIO) -> Iterator[Floats]:
        """Write the frames; the times of each batch."""
        rate, names = labeled.frame_rate, labeled.frame_names
        with open_frames(labeled.path, frame_rate=rate, names=names) as frames:
            for clip in frames.sample(self.sampling, batch_frames=BATCH_FRAMES):
                stored.write(clip.frames.tobytes())
                if stored.tell() > self.max_bytes:
                    raise self._no_room(stored.tell(), self.max_bytes)
                yield clip.times_s

    def _check_room(self, clips: Sequence[LabeledClip]) -> None:
        """Raises ConfigError where the pictures that are missing do not fit."""
        missing = sum(self._missing_bytes(clip) for clip in clips)
        existing = [folder for folder in (self.folder, *self.folder.parents) if folder.is_dir()]
        room = min(self.max_bytes, shutil.disk_usage(existing[0]).free)
        if missing > room:
            raise self._no_room(missing, room)

    def _missing_bytes(self, clip: LabeledClip) -> int:
        """About what the clip would add; nothing where that cannot be told."""
        try:
            if self._known_times(self._file(clip)) is not None:
                return 0
            rate, names = clip.frame_rate, clip.frame_names
            with open_frames(clip.path, frame_rate=rate, names=names) as frames:
                length_s = frames.info.duration_s or 0.0
        except VideoError:
            return 0
        return int(length_s * self.sampling.rate_fps) * self.frame_bytes

    def _no_room(self, needed: int, room: int) -> ConfigError:
        return ConfigError(
            f"the training pictures need about {needed / GIB:.1f} GiB at "
            f"{self.sampling.rate_fps:g} frames per second and {self.side_px} px, with room for "
            f"{room / GIB:.1f} GiB: lower training.cache_fps or model.encoder.image_size_px, "
            "raise data.max_picture_gib, or set data.cache_dir to a larger disk"
        )


def _times_file(file: Path) -> Path:
    return file.with_suffix(".times")
