"""What the trainer learns from: a set that gives samples, and batches of them.

A sample is a pure function of its clip's row and of the generator's state, so neither the number
of workers nor an interruption can change what is trained on. Nothing here knows how samples are
made, in which order they are drawn, or what the loss is.
Dims: B samples, T frames, M motion features, C channels, H rows, W columns, K classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from models.frame_inputs import FrameInputs
from models.trigger_detector import MemberLogits
from models.video_trigger_model import VideoTriggerModel
from utils.labeled_clip import LabeledClip

SampleKind = TypeVar("SampleKind", covariant=True)
FAR_S = 1e4  # the time of padding, out of reach of everything
UNUSED = -1  # the label of a frame, or clip, that no loss looks at


@dataclass(frozen=True, slots=True)
class Sample:
    """A piece of a clip: inputs, times (T,) from 0, labels (T,), the label of the whole clip.

    inputs: FrameInputs (T,...) of a frozen encoder, or frames (T,3,H,W) uint8.
    labels: class of each frame, -1 where it is not used. clip_label: likewise for the clip.
    frame_weights: how much each frame counts in the loss (T,); None = 1.
    """

    inputs: FrameInputs | Tensor
    times_s: Tensor
    labels: Tensor
    clip_label: int = UNUSED
    frame_weights: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded samples: inputs (B,T,...), times, labels, valid, weights (B,T), clip_labels (B,)."""

    inputs: FrameInputs | Tensor
    times_s: Tensor
    labels: Tensor
    valid: Tensor
    clip_labels: Tensor
    frame_weights: Tensor

    def __len__(self) -> int:
        return len(self.clip_labels)

    def to(self, device: torch.device) -> "Batch":
        """The same batch on another device."""
        if isinstance(self.inputs, Tensor):
            inputs: FrameInputs | Tensor = self.inputs.to(device)
        else:
            inputs = FrameInputs(self.inputs.motion.to(device), self.inputs.pooled.to(device))
        rest = (self.times_s, self.labels, self.valid, self.clip_labels, self.frame_weights)
        return Batch(inputs, *(x.to(device) for x in rest))


class Drawable(Protocol[SampleKind]):
    """What samples are drawn from; it is handed to worker processes."""

    def sample(self, row: int, generator: np.random.Generator) -> SampleKind:
        """A random piece of a row; all randomness comes from the generator."""


class TrainingSet(Protocol):
    """Labelled clips that samples are drawn from; it is handed to worker processes."""

    @property
    def clips(self) -> Sequence[LabeledClip]:
        """The clips that samples come from."""

    @property
    def weights(self) -> Sequence[float]:
        """How often each clip is drawn, relative to the others."""

    def sample(self, row: int, generator: np.random.Generator) -> Sample:
        """A random piece of clips[row]; all randomness comes from the generator."""


def stack(samples: Sequence[Sample]) -> Batch:
    """Samples padded to the longest; padding is invalid, unlabelled and far away in time."""
    weights = [
        torch.ones(len(s.labels)) if s.frame_weights is None else s.frame_weights for s in samples
    ]
    return Batch(
        _stacked_inputs([s.inputs for s in samples]),
        _padded([s.times_s for s in samples], FAR_S),
        _padded([s.labels for s in samples], UNUSED),
        _padded([torch.ones(len(s.labels), dtype=torch.bool) for s in samples], False),
        torch.tensor([s.clip_label for s in samples]),
        _padded(weights),
    )


def member_logits(network: VideoTriggerModel, batch: Batch) -> list[MemberLogits]:
    """The logits of each member, from frames or from inputs that were computed before."""
    inputs = batch.inputs
    if isinstance(inputs, Tensor):
        features = network.visual_backbone.describe_valid(inputs, batch.valid)
        inputs = network.frame_inputs(features, batch.times_s, batch.valid)
    return network.member_logits(inputs, batch.times_s, batch.valid)


def _stacked_inputs(inputs: Sequence[FrameInputs | Tensor]) -> FrameInputs | Tensor:
    frames = [x for x in inputs if isinstance(x, Tensor)]
    if frames:
        return _padded(frames)
    prepared = [x for x in inputs if isinstance(x, FrameInputs)]
    return FrameInputs(
        _padded([x.motion for x in prepared], float("nan")),
        _padded([x.pooled.float() for x in prepared]),
    )


def _padded(tensors: Sequence[Tensor], value: float = 0.0) -> Tensor:
    return pad_sequence(list(tensors), batch_first=True, padding_value=value)
