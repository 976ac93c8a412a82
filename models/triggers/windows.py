"""From the features of a stream of frames to scores, keeping only what later scores need.

One class per readout: scores of frames from the seconds around them, or of whole windows. Nothing
here knows where features come from. Dims: T frames.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
import torch

from models.clip_windows import window_step
from models.video_trigger_model import VideoTriggerModel
from models.visual_encoder import FrameFeatures
from utils.clip import Floats, Ints


class Scored(NamedTuple):
    """Frames whose scores are final: times, scores and frame indices, each (T,)."""

    times_s: Floats
    scores: Floats
    indices: Ints


class ScoringWindow(Protocol):
    """Takes frames in order and gives each one's score once.

    span_frames: how many frames one score speaks of, 0 where it speaks of its own alone.
    """

    span_frames: int

    def add(self, features: FrameFeatures, times_s: Floats, indices: Ints) -> None:
        """Append the next frames: features (1,T,...), times (T,), indices (T,)."""

    def scored(self, *, complete: bool) -> Iterator[Scored]:
        """What became final; everything left, where the stream is complete."""
        ...


def build_window(network: VideoTriggerModel) -> ScoringWindow:
    """The window for a network's readout."""
    return ClipWindow(network) if network.reads_clips else FrameWindow(network)


class _Kept:
    """The features, times and indices of the frames that still matter."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.features: FrameFeatures | None = None
        self.times_s: Floats = np.empty(0)
        self.indices: Ints = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self.times_s)

    def add(self, features: FrameFeatures, times_s: Floats, indices: Ints) -> None:
        """Append the next frames."""
        self.features = features if self.features is None else self.features.joined(features)
        self.times_s = np.concatenate([self.times_s, times_s])
        self.indices = np.concatenate([self.indices, indices])

    def since_first_s(self) -> torch.Tensor:
        """Times (1,T) from the first kept frame, so that float32 is exact enough in any video."""
        since_s = (self.times_s - self.times_s[0]).astype(np.float32)
        return torch.from_numpy(since_s)[None].to(self.device)

    def forget(self, count: int) -> None:
        """Drop the first frames."""
        if self.features is not None and count > 0:
            self.features = self.features.between(count, len(self))
            self.times_s, self.indices = self.times_s[count:], self.indices[count:]

    def final(self, rows: slice, scores: Floats) -> Scored:
        """These rows with their scores."""
        return Scored(self.times_s[rows], scores, self.indices[rows])


class FrameWindow:
    """Scores of frames: final once the network's future reach was seen."""

    span_frames = 0

    def __init__(self, network: VideoTriggerModel) -> None:
        self.network = network
        self.kept = _Kept(network.device)
        self.first_unscored = 0

    def add(self, features: FrameFeatures, times_s: Floats, indices: Ints) -> None:
        """Append the next frames."""
        self.kept.add(features, times_s, indices)

    @torch.inference_mode()
    def scored(self, *, complete: bool) -> Iterator[Scored]:
        """The scores of the frames whose future is known; of all where the stream is complete."""
        kept = self.kept
        known_s = np.inf if complete else self._last_s() - self.network.future_reach_s
        end = int(np.searchsorted(kept.times_s, known_s, side="left"))
        if kept.features is None or end <= self.first_unscored:
            return
        scores = self.network.score_features(kept.features, kept.since_first_s())
        rows = slice(self.first_unscored, end)
        yield kept.final(rows, scores[rows])
        self._forget(end)

    def _last_s(self) -> float:
        return float(self.kept.times_s[-1]) if len(self.kept) else 0.0

    def _forget(self, end: int) -> None:
        """Drop the frames that no later score needs; a cut is found with a second to spare."""
        if end >= len(self.kept):
            return
        oldest_s = self.kept.times_s[end] - self.network.past_reach_s - 1.0
        start = int(np.searchsorted(self.kept.times_s, oldest_s))
        self.kept.forget(start)
        self.first_unscored = end - start


class ClipWindow:
    """Scores of windows: a frame's mean is final once no further window can hold it.

    At most two windows of frames are kept; rows count from the first kept frame.
    """

    def __init__(self, network: VideoTriggerModel) -> None:
        self.network = network
        self.span_frames = network.window_frames
        self.kept = _Kept(network.device)
        self.total: Floats = np.empty(0)
        self.held: Floats = np.empty(0)
        self.next_start = 0  # of the next regular window
        self.last_end = 0  # of the last window that was scored

    def add(self, features: FrameFeatures, times_s: Floats, indices: Ints) -> None:
        """Append the next frames."""
        self.kept.add(features, times_s, indices)
        self.total = np.append(self.total, np.zeros(len(times_s)))
        self.held = np.append(self.held, np.zeros(len(times_s)))

    @torch.inference_mode()
    def scored(self, *, complete: bool) -> Iterator[Scored]:
        """The frames that no later window holds; all that are left, where the stream is over."""
        length, count = self.span_frames, len(self.kept)
        while self.next_start + length <= count:
            self._score(self.next_start, self.next_start + length)
            self.next_start += window_step(length)
        if complete and self.last_end < count:
            self._score(max(0, count - length), count)
        end = count if complete else min(self.next_start, count - length)
        if end > 0:
            yield self.kept.final(slice(0, end), self.total[:end] / self.held[:end])
            self._forget(end)

    def _score(self, start: int, end: int) -> None:
        if self.kept.features is None:
            return
        times_s = self.kept.since_first_s()[:, start:end]
        score = self.network.score_window(self.kept.features.between(start, end), times_s)
        self.total[start:end] += score
        self.held[start:end] += 1
        self.last_end = end

    def _forget(self, count: int) -> None:
        self.kept.forget(count)
        self.total, self.held = self.total[count:], self.held[count:]
        self.next_start -= count
        self.last_end -= count
