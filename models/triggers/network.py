"""NetworkTrigger: VideoTriggerModel as a Trigger over a stream of clips of any length.

Each frame is encoded once, in batches whose borders do not depend on how the stream was cut.
How features become scores is in `models.triggers.windows`. Dims: T frames, H rows, W columns.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch

from models.checkpoint import CheckpointHeader
from models.device import pick_device
from models.interfaces import FrameEncoder
from models.pooled_frames import PooledFrames
from models.triggers.windows import ScoringWindow, build_window
from models.video_trigger_model import VideoTriggerModel
from models.visual_encoder import FrameFeatures
from utils.clip import Clip, Floats, Frames, Ints, Sampling, ScoreTrack

BATCH_FRAMES = 16


class NetworkTrigger:
    """Scores every frame by the trigger network; see `models.interfaces.Trigger`."""

    name = "network"

    def __init__(
        self, network: VideoTriggerModel, header: CheckpointHeader, *, device: str = "auto"
    ) -> None:
        """Raises ModelUnavailableError for a device that this machine does not have."""
        side = header.model.encoder.image_size_px
        self.network = network.to(pick_device(device)).eval()
        self.sampling = Sampling(header.frame_sampling_rate, (side, side))
        self.threshold = header.threshold
        self.label = header.label
        self.horizon_s = header.horizon_s
        self.calibration = header.calibration
        self.frame_encoder: FrameEncoder | None = PooledFrames(self.network.visual_backbone)

    @classmethod
    def load(cls, folder: Path, *, device: str = "auto", strict: bool = False) -> "NetworkTrigger":
        """The trigger of a checkpoint folder. Raises CheckpointError."""
        network, header, _ = VideoTriggerModel.load(folder, strict=strict)
        return cls(network, header, device=device)

    def score(self, clips: Iterable[Clip]) -> Iterator[ScoreTrack]:
        """Consecutive pieces of the track; each frame is scored once its future was seen."""
        window = build_window(self.network)
        for frames, times_s, indices in _regular_batches(clips):
            window.add(self._encode(frames), times_s, indices)
            yield from self._tracks(window, complete=False)
        yield from self._tracks(window, complete=True)

    def _tracks(self, window: ScoringWindow, *, complete: bool) -> Iterator[ScoreTrack]:
        span_s = window.span_frames / self.sampling.rate_fps
        source = f"{self.name}, clip label" if window.span_frames else self.name
        for piece in window.scored(complete=complete):
            yield ScoreTrack(*piece, source, span_s, self.horizon_s)

    @torch.inference_mode()
    def _encode(self, frames: Frames) -> FrameFeatures:
        """Features of at most BATCH_FRAMES frames, always computed at the full batch size."""
        count = len(frames)
        missing = BATCH_FRAMES - count
        full = np.pad(frames, ((0, missing), (0, 0), (0, 0), (0, 0)))
        pixels = torch.from_numpy(full).permute(0, 3, 1, 2)[None].to(self.network.device)
        features = self.network.visual_backbone.describe(pixels)
        return FrameFeatures(*(part[:, :count] for part in features.parts()))


def _regular_batches(clips: Iterable[Clip]) -> Iterator[tuple[Frames, Floats, Ints]]:
    """The frames of consecutive clips in batches of BATCH_FRAMES; the last may be smaller."""
    waiting: list[Clip] = []
    for clip in clips:
        waiting.append(clip)
        count = sum(len(c) for c in waiting)
        if count < BATCH_FRAMES:
            continue
        joined = _join(waiting)
        whole = count - count % BATCH_FRAMES
        for start in range(0, whole, BATCH_FRAMES):
            piece = slice(start, start + BATCH_FRAMES)
            yield joined[0][piece], joined[1][piece], joined[2][piece]
        waiting = (
            [clip.take(range(len(clip) - (count - whole), len(clip)))] if whole < count else []
        )
    if waiting:
        yield _join(waiting)


def _join(clips: list[Clip]) -> tuple[Frames, Floats, Ints]:
    return (
        np.concatenate([c.frames for c in clips]),
        np.concatenate([c.times_s for c in clips]),
        np.concatenate([c.frame_indices for c in clips]),
    )
