"""NetworkTrigger: VideoTriggerModel as a Trigger over a stream of clips of any length.

Each frame is encoded once, in batches whose borders do not depend on how the stream was cut.
Kept in memory: the features of a few windows. Dims: T frames, H rows, W columns.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch

from models.checkpoint import CheckpointHeader
from models.device import pick_device
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
    @classmethod
    def load(cls, folder: Path, *, device: str = "auto", strict: bool = False) -> "NetworkTrigger":
        """The trigger of a checkpoint folder. Raises CheckpointError."""
        network, header, _ = VideoTriggerModel.load(folder, strict=strict)
        return cls(network, header, device=device)

    def score(self, clips: Iterable[Clip]) -> Iterator[ScoreTrack]:
        """Consecutive pieces of the track; each frame is scored once its future was seen."""
        window = _Window(self.network)
        for frames, times_s, indices in _regular_batches(clips):
            window.add(self._encode(frames), times_s, indices)
            yield from window.scored(complete=False)
        yield from window.scored(complete=True)

    @torch.inference_mode()
    def _encode(self, frames: Frames) -> FrameFeatures:
        """Features of at most BATCH_FRAMES frames, always computed at the full batch size."""
        count = len(frames)
        missing = BATCH_FRAMES - count
        full = np.pad(frames, ((0, missing), (0, 0), (0, 0), (0, 0)))
        pixels = torch.from_numpy(full).permute(0, 3, 1, 2)[None].to(self.network.device)
        features = self.network.visual_backbone.describe(pixels)
        return FrameFeatures(*(part[:, :count] for part in features.parts()))


class _Window:
    """The features of the frames that still matter, and which of them were scored."""

    def __init__(self, network: VideoTriggerModel) -> None:
        self.network = network
        self.features: FrameFeatures | None = None
        self.times_s: Floats = np.empty(0)
        self.indices: Ints = np.empty(0, np.int64)
        self.first_unscored = 0

    def add(self, features: FrameFeatures, times_s: Floats, indices: Ints) -> None:
        """Append the next frames."""
        if self.features is None:
            self.features = features
        else:
            pairs = zip(self.features.parts(), features.parts(), strict=True)
            self.features = FrameFeatures(*(torch.cat(pair, 1) for pair in pairs))
        self.times_s = np.concatenate([self.times_s, times_s])
        self.indices = np.concatenate([self.indices, indices])

    @torch.inference_mode()
    def scored(self, *, complete: bool) -> Iterator[ScoreTrack]:
        """The scores of the frames whose future is known; of all where the stream is complete."""
        known_s = np.inf if complete else self._last_s() - self.network.future_reach_s
        end = int(np.searchsorted(self.times_s, known_s, side="left"))
        if self.features is None or end <= self.first_unscored:
            return
        since_first_s = (self.times_s - self.times_s[0]).astype(np.float32)
        times = torch.from_numpy(since_first_s)[None].to(self.network.device)
        scores = self.network.score(self.network.classify(self.features, times))
        keep = slice(self.first_unscored, end)
        values = scores[0, keep].cpu().numpy().astype(np.float64)
        yield ScoreTrack(self.times_s[keep], values, self.indices[keep], NetworkTrigger.name)
        self._forget(end)

    def _last_s(self) -> float:
        return float(self.times_s[-1]) if len(self.times_s) else 0.0

    def _forget(self, end: int) -> None:
        """Drop the frames that no later score needs; a cut is found with a second to spare."""
        if self.features is None or end >= len(self.times_s):
            return
        oldest_s = self.times_s[end] - self.network.past_reach_s - 1.0
        start = int(np.searchsorted(self.times_s, oldest_s))
        self.features = FrameFeatures(*(part[:, start:] for part in self.features.parts()))
        self.times_s, self.indices = self.times_s[start:], self.indices[start:]
        self.first_unscored = end - start


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
