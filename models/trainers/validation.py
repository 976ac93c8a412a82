"""Scores whole encoded clips with a network and measures them by the drives protocol."""

from collections.abc import Sequence

import numpy as np
import torch

from models.checkpoint import Metrics
from models.trainers.crops import grid_rows
from models.trainers.feature_cache import EncodedClip
from models.video_trigger_model import VideoTriggerModel
from utils.clip import ScoreTrack
from utils.metrics.drives import summary
from utils.metrics.scored_clip import ScoredClip
from utils.settings import Settings


@torch.inference_mode()
def score_clip(network: VideoTriggerModel, encoded: EncodedClip, rate_fps: float) -> ScoreTrack:
    """The track of a whole clip, sampled at rate_fps from its cached features."""
    network.eval()
    rows = grid_rows(encoded.times_s, (0.0, np.inf), 1 / rate_fps)
    times_s = encoded.times_s[rows]
    since_first = torch.from_numpy((times_s - times_s[0]).astype(np.float32))[None]
    features = encoded.take(rows.tolist()).to(network.device)
    scores = network.score(network.classify(features, since_first.to(network.device)))
    return ScoreTrack(times_s, scores[0].cpu().numpy().astype(np.float64), rows, "network")


def validate(
    network: VideoTriggerModel, clips: Sequence[EncodedClip], settings: Settings
) -> Metrics:
    """The protocol's figures over these clips; empty where there is none."""
    if not clips:
        return {}
    rate = settings.data.frame_sampling_rate
    scored = [ScoredClip(c.clip, score_clip(network, c, rate)) for c in clips]
    return dict(summary(scored, settings.events))
