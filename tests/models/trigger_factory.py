"""Tiny trigger networks with random weights, and drawn clips whose truth is known."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch

from models.checkpoint import CheckpointHeader
from models.video_trigger_model import VideoTriggerModel
from models.visual_encoder import FrameFeatures
from utils.clip import Clip, VideoInfo
from utils.settings import EncoderSettings, ModelSettings, TimeEncoderSettings

SIDE_PX = 64


def tiny_settings(kind: str = "transformer", inputs: str = "motion") -> ModelSettings:
    """A ResNet-18 on 64 px with random weights and a small head."""
    encoder = EncoderSettings(
        name="resnet18", pretrained="none", feature_dim=16, image_size_px=SIDE_PX
    )
    time_encoder = TimeEncoderSettings(kind=kind, num_layers=1, window_frames=5)
    return ModelSettings(frame_inputs=inputs, members=2, encoder=encoder, time_encoder=time_encoder)


def tiny_model(kind: str = "transformer", inputs: str = "motion") -> VideoTriggerModel:
    """A network of `tiny_settings`, the same at every call."""
    torch.manual_seed(0)
    return VideoTriggerModel(tiny_settings(kind, inputs)).eval()


def tiny_clip_model() -> VideoTriggerModel:
    """A network that reads windows of 8 frames with a bidirectional LSTM; no motion."""
    torch.manual_seed(0)
    encoder = EncoderSettings(
        name="resnet18", pretrained="none", feature_dim=512, image_size_px=SIDE_PX
    )
    time_encoder = TimeEncoderSettings(kind="bilstm", num_layers=1, window_frames=8)
    settings = ModelSettings(
        frame_inputs="pooled", readout="clip", members=1, encoder=encoder, time_encoder=time_encoder
    )
    return VideoTriggerModel(settings).eval()


def tiny_header() -> CheckpointHeader:
    """The header that belongs to `tiny_model()`."""
    return CheckpointHeader(model=tiny_settings(), threshold=0.4)


def drawn_clip(count: int, rate_fps: float = 3.0, start_s: float = 0.0) -> Clip:
    """A square that drifts over noise; each frame differs from the others."""
    generator = np.random.default_rng(7)
    frames = np.repeat(generator.integers(60, 120, (1, SIDE_PX, SIDE_PX, 3)), count, axis=0)
    for row in range(count):
        left = (3 * row) % (SIDE_PX - 12)
        frames[row, 20:32, left : left + 12] = 220
        frames[row] += generator.integers(0, 8, frames[row].shape)
    times_s = start_s + np.arange(count) / rate_fps
    info = VideoInfo(Path("drawn.mp4"), SIDE_PX, SIDE_PX, None, None)
    return Clip(frames.astype(np.uint8), times_s, np.arange(count) * 10, info)


def split_clip(clip: Clip, sizes: list[int]) -> list[Clip]:
    """The clip in consecutive pieces of these sizes, and the rest."""
    edges = np.cumsum([0, *sizes, len(clip) - sum(sizes)]).tolist()
    return [clip.take(range(a, b)) for a, b in pairwise(edges) if b > a]


def random_features(count: int, seed: int = 0) -> FrameFeatures:
    """Features of one clip of smoothly changing frames."""
    generator = torch.Generator().manual_seed(seed)

    def walk(*shape: int) -> torch.Tensor:
        return torch.randn(1, count, *shape, generator=generator).cumsum(1) * 0.2 + 1

    cells = torch.nn.functional.normalize(walk(49, 8), dim=-1)
    return FrameFeatures(walk(12), cells, walk(56, 56) * 20)
