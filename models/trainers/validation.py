"""Scores the validation clips with a network, and measures the scores by the drives protocol.

Clips of a frozen encoder are scored from their cached features, others from their frames, as the
product does it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from models.checkpoint import CheckpointHeader, Metrics
from models.clip_scoring import score_clips
from models.trainers.crops import grid_rows
from models.trainers.feature_cache import EncodedClip
from models.trainers.preparation import CLIP_THRESHOLD
from models.triggers.network import NetworkTrigger
from models.video_trigger_model import VideoTriggerModel
from utils.clip import Floats, Ints, ScoreTrack
from utils.labeled_clip import LabeledClip, frame_labels
from utils.metrics.clip import clip_scores
from utils.metrics.drives import summary
from utils.metrics.scored_clip import ScoredClip
from utils.settings import EventSettings

SMALLER_IS_BETTER = {"log_loss"}
LEAST_SCORE = 1e-6  # bounds what one frame can add to the log loss


class ValidationClips(Protocol):
    """Clips that a network is measured on."""

    @property
    def clips(self) -> Sequence[LabeledClip]:
        """The clips."""

    def scored(self, network: VideoTriggerModel) -> list[ScoredClip]:
        """The clips with their tracks; the network is left in evaluation mode."""


@dataclass(frozen=True, slots=True)
class EncodedValidation:
    """Clips with the features of a frozen encoder, scored at rate_fps."""

    encoded: Sequence[EncodedClip]
    rate_fps: float

    @property
    def clips(self) -> Sequence[LabeledClip]:
        """The clips."""
        return [encoded.clip for encoded in self.encoded]

    def scored(self, network: VideoTriggerModel) -> list[ScoredClip]:
        """The clips with their tracks."""
        return [ScoredClip(e.clip, score_clip(network, e, self.rate_fps)) for e in self.encoded]


@dataclass(frozen=True, slots=True)
class FrameValidation:
    """Clips whose frames are decoded and encoded at every validation."""

    clips: Sequence[LabeledClip]
    header: CheckpointHeader

    def scored(self, network: VideoTriggerModel) -> list[ScoredClip]:
        """The readable clips with their tracks."""
        trigger = NetworkTrigger(network, self.header, device=network.device.type)
        return list(score_clips(trigger, self.clips))


@torch.inference_mode()
def score_clip(network: VideoTriggerModel, encoded: EncodedClip, rate_fps: float) -> ScoreTrack:
    """The track of a whole clip, sampled at rate_fps from its cached features."""
    network.eval()
    rows = grid_rows(encoded.times_s, (0.0, np.inf), 1 / rate_fps)
    times_s = encoded.times_s[rows]
    since_first = torch.from_numpy((times_s - times_s[0]).astype(np.float32))[None]
    features = encoded.take(rows.tolist()).to(network.device)
    scores = network.score_features(features, since_first.to(network.device))
    return ScoreTrack(times_s, scores, rows, "network")


def measure(scored: Sequence[ScoredClip], settings: EventSettings) -> Metrics:
    """The figures of these clips; null where the clips cannot tell one."""
    counted = [s for s in scored if s.clip.kind != "near_miss"]
    timed = [s for s in counted if s.clip.kind != "crash" or s.clip.events_s]
    figures = dict(summary(timed, settings)) if timed else {}
    figures["log_loss"] = _log_loss(*labelled_frames(scored))
    figures["clip_f1"] = _clip_f1(counted)
    return {name: value if math.isfinite(value) else None for name, value in figures.items()}


def labelled_frames(scored: Sequence[ScoredClip]) -> tuple[Ints, Floats]:
    """Labels (N,) and scores (N,) of the frames of all clips that have a label."""
    labels = [frame_labels(s.clip, s.track.times_s) for s in scored]
    if not labels:
        return np.empty(0, np.int64), np.empty(0)
    joined = np.concatenate(labels)
    return joined[joined >= 0], np.concatenate([s.track.scores for s in scored])[joined >= 0]


def is_better(name: str, value: float, best: float | None) -> bool:
    """Whether the figure of this name improved; False where it is not a number."""
    if best is None:
        return math.isfinite(value)
    return value < best if name in SMALLER_IS_BETTER else value > best


def _clip_f1(scored: Sequence[ScoredClip]) -> float:
    """F1 of "a crash is in the clip" at the score 0.5; NaN where no clip has a crash."""
    scores, labels = clip_scores(scored)
    crash, found = labels == 1, scores >= CLIP_THRESHOLD
    marked = int(crash.sum() + found.sum())
    return 2 * int((crash & found).sum()) / marked if crash.any() else float("nan")


def _log_loss(labels: Ints, scores: Floats) -> float:
    """Mean negative log likelihood of the labels; NaN where there is none."""
    if not len(labels):
        return float("nan")
    right = np.where(labels > 0, scores, 1 - scores).clip(LEAST_SCORE, 1)
    return float(-np.log(right).mean())
