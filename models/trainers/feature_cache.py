"""Features of the frozen encoder, computed once per video and kept on disk.

A cache file is named by what it depends on: the video's content, the encoder's weights and the
sampling. Damaged files are made again. Dims: T frames, C channels, S cells.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from tqdm import tqdm

from models.visual_encoder import FrameFeatures, VisualEncoder
from utils.atomic import atomic_path
from utils.clip import Floats, Sampling
from utils.errors import VideoError
from utils.labeled_clip import LabeledClip
from utils.prefetch import prefetch
from utils.video import content_sha256, open_frames

log = logging.getLogger(__name__)

BATCH_FRAMES = 32
PARTS = ("pooled", "cells", "grey")


@dataclass(frozen=True, slots=True)
class EncodedClip:
    """A labelled clip with its features (1,T,...) in half precision and times (T,)."""

    clip: LabeledClip
    features: FrameFeatures
    times_s: Floats

    def take(self, rows: Sequence[int]) -> FrameFeatures:
        """The features (1,N,...) of these frames, float32."""
        chosen = torch.as_tensor(np.asarray(rows), dtype=torch.long)
        return FrameFeatures(*(part[:, chosen].float() for part in self.features.parts()))


class FeatureCache:
    """Encoded clips at a sampling rate, from disk where they were computed before."""

    def __init__(self, folder: Path, encoder: VisualEncoder, rate_fps: float) -> None:
        side = encoder.settings.image_size_px
        self.folder = folder
        self.encoder = encoder.eval()
        self.sampling = Sampling(rate_fps, (side, side))
        self.key = encoder.fingerprint()

    def encode_all(self, clips: Sequence[LabeledClip]) -> list[EncodedClip]:
        """All readable clips in order; those that cannot be read are logged and left out."""
        encoded = []
        for clip in tqdm(clips, desc="features", unit="clip", leave=False):
            try:
                encoded.append(self.encode(clip))
            except VideoError as error:
                log.warning("left out: %s", error)
        return encoded

    def encode(self, clip: LabeledClip) -> EncodedClip:
        """One clip. Raises VideoError where it cannot be read."""
        path = self._path(clip)
        arrays = _read(path)
        if arrays is None:
            arrays = self._compute(clip)
            _write(path, arrays)
        parts = (torch.from_numpy(arrays[name])[None] for name in PARTS)
        return EncodedClip(clip, FrameFeatures(*parts), arrays["times_s"])

    def _path(self, clip: LabeledClip) -> Path:
        rate = f"{self.sampling.rate_fps:g}fps-{self.sampling.size_px[0]}px"
        if clip.frame_rate is not None:
            rate = f"{clip.frame_rate:g}of-{rate}"
        return self.folder / f"{content_hash(clip)[:24]}-{self.key}-{rate}.npz"

    @torch.inference_mode()
    def _compute(self, labeled: LabeledClip) -> dict[str, np.ndarray]:
        pieces: list[FrameFeatures] = []
        times: list[Floats] = []
        device = self.encoder.project.weight.device
        rate, names = labeled.frame_rate, labeled.frame_names
        with open_frames(labeled.path, frame_rate=rate, names=names) as frames:
            sampled = (c for c in frames.sample(self.sampling, batch_frames=BATCH_FRAMES))
            for clip in prefetch(sampled):  # decoding overlaps with the network
                pixels = torch.from_numpy(clip.frames).permute(0, 3, 1, 2)[None].to(device)
                pieces.append(self.encoder.describe(pixels))
                times.append(clip.times_s)
        joined = [torch.cat([getattr(p, name)[0] for p in pieces]) for name in PARTS]
        arrays = {n: x.half().cpu().numpy() for n, x in zip(PARTS, joined, strict=True)}
        return {**arrays, "times_s": np.concatenate(times)}


def content_hash(clip: LabeledClip) -> str:
    """Hex SHA-256 of what the clip shows. Raises VideoError where it cannot be read."""
    try:
        changed_ns = clip.path.stat().st_mtime_ns
    except OSError as error:
        raise VideoError(f"no video at {clip.path}") from error
    return _content_hash(clip.path, clip.frame_names, changed_ns)


@cache
def _content_hash(path: Path, names: tuple[str, ...], _changed_ns: int) -> str:
    return content_sha256(path, names=names)


def _read(path: Path) -> dict[str, np.ndarray] | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in (*PARTS, "times_s")}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        log.warning("the cache file %s is damaged and is made again", path.name)
        return None


def _write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    with atomic_path(path) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)
