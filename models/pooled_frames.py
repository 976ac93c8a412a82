"""The trigger network's visual encoder asked about single frames: one pooled vector each.

Says what a frame looks like, whatever the network makes of it. Dims: T frames, H rows, W columns,
D features.
"""

import numpy as np
import torch

from models.visual_encoder import VisualEncoder
from utils.clip import Frames
from utils.event_features import Vectors
from utils.video.picture import resize_pixels

BATCH_FRAMES = 16


class PooledFrames:
    """A FrameEncoder over a network's encoder, which it shares; see `models.interfaces`."""

    def __init__(self, encoder: VisualEncoder) -> None:
        side = encoder.settings.image_size_px
        self._encoder = encoder
        self._size_px = (side, side)
        self.name = f"{encoder.settings.name}-{side}px-{encoder.fingerprint()}"

    @torch.inference_mode()
    def encode(self, frames: Frames) -> Vectors:
        """Frames uint8 RGB (T,H,W,3), shrunk as the trigger samples them, to float32 (T,D)."""
        vectors = np.zeros((len(frames), self._encoder.num_features), np.float32)
        for start in range(0, len(frames), BATCH_FRAMES):
            batch = frames[start : start + BATCH_FRAMES]
            small = np.stack([resize_pixels(pixels, self._size_px) for pixels in batch])
            pixels = torch.from_numpy(small).permute(0, 3, 1, 2)[None]
            device = self._encoder.mean.device
            pooled = self._encoder.describe(pixels.to(device)).pooled[0]
            vectors[start : start + len(batch)] = pooled.float().cpu().numpy()
        return vectors
