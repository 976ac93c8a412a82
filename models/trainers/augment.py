"""Pictures changed at random, the same way for every frame of a crop, as one camera would.

Also what a recording does over time without a crash: exposure jumps, a caption that comes up, a
coloured flash. Torch's own generator is left as it was. Dims: T frames, H rows, W columns.
"""

from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torchvision.transforms import InterpolationMode, v2

Strength = Literal["none", "light", "full"]

MARGIN = 8 / 7  # pictures are kept this much larger than the input, so that crops lose no detail
MAX_SEED = 2**62


def stored_side_px(strength: Strength, side_px: int) -> int:
    """The side of the pictures to keep for an input side."""
    return side_px if strength == "none" else round(side_px * MARGIN)


class PictureAugmentation:
    """Frames (T,3,H,W) uint8 to (T,3,side,side) uint8, by a generator and nothing else."""

    def __init__(self, strength: Strength, side_px: int) -> None:
        self.strength = strength
        self.side_px = side_px
        self._pictures = _pictures(strength, side_px)

    def __call__(self, frames: Tensor, generator: np.random.Generator) -> Tensor:
        """The changed frames; equal generator states give equal pictures."""
        seed = int(generator.integers(MAX_SEED))
        with torch.random.fork_rng([]):
            torch.manual_seed(seed)
            changed: Tensor = self._pictures(frames)
        if self.strength != "none":
            changed = _exposure_jump(changed, generator)
        if self.strength == "full":
            changed = _caption(_flash(changed, generator), generator)
        return changed


def _pictures(strength: Strength, side_px: int) -> v2.Compose:
    size = (side_px, side_px)
    if strength == "none":
        return v2.Compose([v2.Resize(size, antialias=True)])
    if strength == "light":
        crop = v2.RandomResizedCrop(size, scale=(0.75, 1.0), ratio=(0.9, 1.1), antialias=True)
        return v2.Compose([crop, v2.RandomHorizontalFlip(), v2.ColorJitter(0.2, 0.2, 0.2)])
    bilinear = InterpolationMode.BILINEAR
    return v2.Compose(
        [
            v2.RandomResizedCrop(size, scale=(0.6, 1.0), ratio=(0.8, 1.25), antialias=True),
            v2.RandomHorizontalFlip(),
            v2.RandomPerspective(distortion_scale=0.25, p=0.3, interpolation=bilinear),
            v2.RandomApply([v2.AutoAugment(interpolation=bilinear)], p=0.5),
            v2.RandomApply([v2.ColorJitter(0.4, 0.4, 0.4)], p=0.8),
            v2.RandomApply([v2.ColorJitter(hue=0.05)], p=0.2),  # costs more than all the others
            v2.RandomApply([v2.GaussianBlur(5, (0.1, 2.0))], p=0.2),
            v2.RandomErasing(p=0.25, scale=(0.02, 0.2)),
        ]
    )


def _exposure_jump(frames: Tensor, generator: np.random.Generator) -> Tensor:
    """Now and then the picture is suddenly brighter or darker, and adapts over some frames."""
    start = _moment(frames, generator, chance=0.25)
    if start is None:
        return frames
    gain, frames_to_adapt = generator.uniform(0.4, 1.9), generator.uniform(1.0, 8.0)
    age = torch.arange(len(frames)) - start
    fading = torch.exp(-age / frames_to_adapt) * (age >= 0)
    return _as_bytes(frames * (1 + (gain - 1) * fading)[:, None, None, None])


def _flash(frames: Tensor, generator: np.random.Generator) -> Tensor:
    """Now and then one or two frames are tinted, as edited clips do at any moment."""
    start = _moment(frames, generator, chance=0.1)
    if start is None:
        return frames
    end = start + int(generator.integers(1, 3))
    colour = torch.from_numpy(generator.uniform(0, 255, (3, 1, 1)).astype(np.float32))
    share = float(generator.uniform(0.2, 0.7))
    tinted = _as_bytes(frames[start:end] * (1 - share) + colour * share)
    return torch.cat([frames[:start], tinted, frames[end:]])


def _caption(frames: Tensor, generator: np.random.Generator) -> Tensor:
    """Now and then a block of letter-like stripes lies over the picture, often from some moment."""
    start = _moment(frames, generator, chance=0.3)
    if start is None:
        return frames
    start = 0 if generator.random() < 0.5 else start
    side = frames.shape[-1]
    height, width = (
        int(side * generator.uniform(0.04, 0.12)),
        int(side * generator.uniform(0.2, 0.9)),
    )
    top, left = int(generator.integers(side - height)), int(generator.integers(side - width))
    letters = generator.random((1, -(-width // 3))) < 0.6
    stripes = torch.from_numpy(np.repeat(letters, 3, axis=1)[:, :width].astype(np.float32))
    ink, share = float(generator.uniform(0, 255)), float(generator.uniform(0.3, 1.0))
    changed = frames.clone()
    block = changed[start:, :, top : top + height, left : left + width]
    covered = stripes * share
    block.copy_(_as_bytes(block * (1 - covered) + ink * covered))
    return changed


def _moment(frames: Tensor, generator: np.random.Generator, *, chance: float) -> int | None:
    """A random frame, or None most of the time."""
    happens, at = generator.random() < chance, generator.integers(len(frames))
    return int(at) if happens else None


def _as_bytes(values: Tensor) -> Tensor:
    return values.clamp(0, 255).round().to(torch.uint8)
