"""VideoTriggerModel: visual encoder, motion, trigger detector, time-aware encoder in one network.

It turns frames with their times into a score per frame. A score depends on frames at most
`past_reach_s` before and `future_reach_s` after its own, never on the position in the file.
Dims: B clips, T frames, D feature, K classes.
"""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.appearance import AppearanceInput
from models.checkpoint import (
    CheckpointHeader,
    LoadReport,
    Metrics,
    load_weights,
    read_header,
    save_checkpoint,
)
from models.clip_windows import mean_over_windows, window_spans
from models.frame_analysis import FrameAnalysis, analyse_frames, clip_of_frames
from models.frame_inputs import FrameInputs, compute_frame_inputs
from models.interfaces import Describer
from models.motion import future_reach_s, motion_width, past_reach_s
from models.time_aware_encoder import ClipLstm, build_time_encoder
from models.trigger_detector import MemberLogits, TriggerDetector, crash_margin
from models.visual_encoder import FrameFeatures, VisualEncoder
from utils.clip import Floats, Frames, ScoreTrack
from utils.errors import CheckpointError, ConfigError
from utils.settings import ModelSettings

log = logging.getLogger(__name__)


COMPONENTS = ("visual_backbone", "trigger_detector", "time_aware_encoder")
MOTION_LIMIT = 4.0  # standard deviations; beyond it, more motion says nothing more


class VideoTriggerModel(nn.Module):
    """Frames (B,T,3,H,W) and times (B,T) to logits (B,T,K); `score` makes them scores in [0, 1]."""

    motion_mean: Tensor
    motion_scale: Tensor

    def __init__(self, settings: ModelSettings, *, pretrained: bool = True) -> None:
        """pretrained False leaves the encoder random. Raises as `VisualEncoder` does."""
        super().__init__()
        self.settings = settings
        width, dim = motion_width(settings.motion), settings.encoder.feature_dim
        self.visual_backbone = VisualEncoder(settings.encoder, pretrained=pretrained)
        if settings.frame_inputs == "pooled" and self.visual_backbone.num_features != dim:
            raise ConfigError(
                f"model.encoder.feature_dim: {dim}, but frame_inputs pooled takes the "
                f"{self.visual_backbone.num_features} of {settings.encoder.name} as they are"
            )
        members = range(settings.members)
        self.motion_input = nn.ModuleList(nn.Linear(width, dim) for _ in members)
        self.motion_dropout = nn.Dropout(0.15)
        self.register_buffer("motion_mean", torch.zeros(width))
        self.register_buffer("motion_scale", torch.ones(width))
        if settings.frame_inputs == "components":
            channels = self.visual_backbone.num_features
            self.appearance_input = AppearanceInput(channels, dim, settings)
        head, time = settings.trigger_detector, settings.time_encoder
        if self.reads_clips:
            readers = [ClipLstm(dim, time) for _ in members]
            self.trigger_detector = nn.ModuleList(TriggerDetector(r.width, head) for r in readers)
            self.time_aware_encoder = nn.ModuleList(readers)
            return
        self.trigger_detector = nn.ModuleList(TriggerDetector(dim, head) for _ in members)
        self.time_aware_encoder = nn.ModuleList(build_time_encoder(dim, time) for _ in members)
        self.temporal_readout = nn.ModuleList(nn.Linear(dim, head.num_classes) for _ in members)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.motion_mean.device

    @property
    def reads_clips(self) -> bool:
        """Whether one score speaks of a whole window of frames."""
        return self.settings.readout == "clip"

    @property
    def window_frames(self) -> int:
        """Frames of a window, where the network reads clips."""
        return self.settings.time_encoder.window_frames

    @property
    def context_s(self) -> float:
        """How far the time-aware encoder carries a frame's neighbours, seconds."""
        encoder = self.settings.time_encoder
        return encoder.reach_s * (encoder.num_layers if encoder.kind == "transformer" else 1)

    @property
    def past_reach_s(self) -> float:
        """Frames earlier than this before a frame cannot change its score."""
        return past_reach_s(self.settings.motion) + self.context_s

    @property
    def future_reach_s(self) -> float:
        """Frames later than this after a frame cannot change its score."""
        return future_reach_s() + self.context_s

    def forward(self, frames: Tensor, times_s: Tensor, valid: Tensor | None = None) -> Tensor:
        """Frames (B,T,3,H,W), uint8 or [0, 255], and their times (B,T) to logits (B,T,K)."""
        features = self.visual_backbone.describe(frames)
        return self.classify(features, times_s, valid)

    def classify(
        self, features: FrameFeatures, times_s: Tensor, valid: Tensor | None = None
    ) -> Tensor:
        """Features and times (B,T) to logits (B,T,K); valid (B,T) marks real frames.

        A network that reads clips gives the logits (B,K) of each clip as one window.
        """
        real = torch.ones_like(times_s, dtype=torch.bool) if valid is None else valid
        return self.classify_inputs(self.frame_inputs(features, times_s, real), times_s, real)

    def frame_inputs(self, features: FrameFeatures, times_s: Tensor, valid: Tensor) -> FrameInputs:
        """What a frozen encoder's features amount to; it holds nothing that is trained."""
        return compute_frame_inputs(features, times_s, valid, self.settings)

    def classify_inputs(self, inputs: FrameInputs, times_s: Tensor, valid: Tensor) -> Tensor:
        """Inputs, times (B,T) and valid (B,T) to logits as `classify`: the mean of all members."""
        members = self.member_logits(inputs, times_s, valid)
        return torch.stack([logits.joint for logits in members]).mean(0)

    def member_logits(
        self, inputs: FrameInputs, times_s: Tensor, valid: Tensor
    ) -> list[MemberLogits]:
        """The logits of each member; members share the encoder and nothing else."""
        logits = []
        for member in range(self.settings.members):
            frames = self._embed(member, inputs, valid)
            contextual = self.time_aware_encoder[member](frames, times_s, valid)
            if self.reads_clips:
                logits.append(MemberLogits(self.trigger_detector[member](contextual), None))
                continue
            alone = self.trigger_detector[member](frames)
            temporal = self.temporal_readout[member](contextual)
            logits.append(MemberLogits(alone + temporal, alone))
        return logits

    def _embed(self, member: int, frames: FrameInputs, valid: Tensor) -> Tensor:
        kind = self.settings.frame_inputs
        if kind == "pooled":
            return frames.pooled * valid[..., None]
        inputs = torch.zeros((), device=valid.device)
        if kind != "appearance":
            scaled = ((frames.motion - self.motion_mean) / self.motion_scale).nan_to_num(0.0)
            bounded = scaled.clamp(-MOTION_LIMIT, MOTION_LIMIT)
            inputs = inputs + self.motion_input[member](self.motion_dropout(bounded))
        if kind == "components":
            inputs = inputs + self.appearance_input(frames.pooled, member)
        elif kind != "motion":
            inputs = inputs + torch.tanh(self.visual_backbone.project(frames.pooled))
        active: Tensor = nn.functional.gelu(inputs) * valid[..., None]
        return active

    @torch.no_grad()
    def fit_motion_scale(self, motion: Tensor) -> None:
        """Set mean and scale from motion features (N,K) of the training clips; NaN is skipped."""
        known = ~motion.isnan()
        count = known.sum(0).clamp_min(1)
        mean = motion.nan_to_num().sum(0) / count
        spread = ((motion - mean).nan_to_num() ** 2).sum(0) / count
        self.motion_mean.copy_(mean)
        self.motion_scale.copy_(spread.sqrt() + 0.05)

    def score(self, logits: Tensor) -> Tensor:
        """Logits (...,K) to scores (...) in [0, 1]; the settings say which margin scores 0.5."""
        margin = crash_margin(logits) - self.settings.score_shift
        return (margin / self.settings.score_scale).sigmoid()

    def score_features(self, features: FrameFeatures, times_s: Tensor) -> Floats:
        """Features (1,T,...) and times (1,T) of a whole clip to the scores (T,) of its frames.

        A network that reads clips gives a frame the mean over the windows that hold it.
        """
        if not self.reads_clips:
            scores = self.score(self.classify(features, times_s))[0]
            return scores.cpu().numpy().astype(np.float64)
        spans = window_spans(times_s.shape[1], self.window_frames)
        means = [self.score_window(features.between(a, b), times_s[:, a:b]) for a, b in spans]
        return mean_over_windows(means, spans)

    def score_window(self, features: FrameFeatures, times_s: Tensor) -> float:
        """Features (1,W,...) and times (1,W) of one window to its score, where clips are read."""
        return float(self.score(self.classify(features, times_s))[0])

    def set_frozen(self, components: Iterable[str]) -> None:
        """Freeze exactly these components, and what no score depends on."""
        frozen = set(components)
        for name in COMPONENTS:
            getattr(self, name).requires_grad_(name not in frozen)
        kind = self.settings.frame_inputs
        self.motion_input.requires_grad_(kind in ("motion", "both", "components"))
        if kind in ("motion", "pooled", "components"):
            self.visual_backbone.project.requires_grad_(False)

    def start_training(self, *, batch_statistics: bool) -> None:
        """Training mode; the encoder's BatchNorms learn new statistics only if told and not frozen.

        Frames of one clip are so alike that the statistics of a batch are poor ones; a pretrained
        encoder keeps its own, one that starts from random weights needs new ones.
        """
        self.train()
        free = any(p.requires_grad for p in self.visual_backbone.parameters())
        self.visual_backbone.train(batch_statistics and free)

    @torch.inference_mode()
    def score_frames(self, frames: Frames, times_s: Floats) -> Floats:
        """Frames uint8 RGB (T,H,W,3) with rising times (T,) to scores (T,)."""
        self.eval()
        pixels = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2)[None]
        since_first_s = np.asarray(times_s, np.float64) - times_s[0]
        times = torch.from_numpy(since_first_s.astype(np.float32))[None]
        features = self.visual_backbone.describe(pixels.to(self.device))
        return self.score_features(features, times.to(self.device))

    def infer_triggered_analysis(
        self,
        frames: Frames,
        *,
        timestamps: Sequence[float] | Floats | None = None,
        trigger_threshold: float = 0.3,
        describer: Describer | None = None,
    ) -> FrameAnalysis:
        """The events among frames uint8 RGB (T,H,W,3), seen at timestamps (T,), seconds.

        Without timestamps the frames count as 3 per second. The describer sees at most 5 frames
        of each event; without one a text states what was measured. Raises ValueError where the
        timestamps do not fit the frames, do not rise, or there is no frame.
        """
        count = len(frames)
        if count == 0:
            raise ValueError("there is no frame to analyse")
        times_s = np.arange(count) / 3.0 if timestamps is None else np.asarray(timestamps, float)
        clip = clip_of_frames(frames, times_s)
        track = ScoreTrack(times_s, self.score_frames(frames, times_s), np.arange(count), "network")
        return analyse_frames(clip, track, threshold=trigger_threshold, describer=describer)

    def save(self, folder: Path, header: CheckpointHeader, metrics: Metrics) -> None:
        """Write the checkpoint folder, each file atomically. Raises OutputError."""
        save_checkpoint(folder, self.state_dict(), header, metrics)

    @classmethod
    def load(
        cls, folder: Path, *, strict: bool = False
    ) -> tuple["VideoTriggerModel", CheckpointHeader, LoadReport]:
        """The network of a checkpoint folder, what built it, and what fitted.

        Raises CheckpointError; with strict, for the first difference.
        """
        header = read_header(folder)
        try:
            network = cls(header.model, pretrained=False)
        except (ConfigError, ValueError) as error:
            raise CheckpointError(f"checkpoint {folder.name}: {error}") from error
        report = load_weights(network, folder, strict=strict)
        if not report.complete:
            log.warning("checkpoint %s: %s", folder.name, report)
        return network.eval(), header, report

    @classmethod
    def from_checkpoint(cls, folder: Path | str, *, strict: bool = False) -> "VideoTriggerModel":
        """The network of a checkpoint folder alone; `load` tells more. Raises CheckpointError."""
        return cls.load(Path(folder), strict=strict)[0]
