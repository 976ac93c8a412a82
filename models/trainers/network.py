"""Fits VideoTriggerModel on the cached features of its frozen encoder.

Every epoch draws from generators seeded by (seed, epoch), so that a resumed run continues as the
uninterrupted one would have. Dims: B crops, T frames.
"""

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from models.checkpoint import CheckpointHeader, Metrics
from models.trainers.crops import CropSampler, CropSettings
from models.trainers.feature_cache import EncodedClip
from models.trainers.losses import trigger_loss
from models.trainers.pool import CropBatch, CropPool, fill_pool
from models.trainers.resume import ResumeFacts, TrainingState
from models.trainers.validation import validate
from models.video_trigger_model import COMPONENTS, VideoTriggerModel
from utils.errors import AnnotationError
from utils.settings import Settings

log = logging.getLogger(__name__)

LOSS_NAME, METRIC_NAME = "loss", "within_clip_auc"


@dataclass(frozen=True, slots=True)
class TrainingClips:
    """What is learned from and what is looked at. weights: how often each train clip is drawn."""

    train: Sequence[EncodedClip]
    val: Sequence[EncodedClip]
    weights: Sequence[float] | None = None


class NetworkTrainer:
    """Trains, validates every epoch's end that counts, and writes checkpoints to output_dir."""

    def __init__(
        self, network: VideoTriggerModel, clips: TrainingClips, settings: Settings
    ) -> None:
        """Raises AnnotationError where there is nothing to learn from."""
        if not clips.train:
            raise AnnotationError("no training clip could be read")
        self.network = network
        self.clips = clips
        self.settings = settings
        self.output = Path(settings.training.output_dir)
        network.set_frozen(settings.training.freeze)
        trainable = [p for p in network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            trainable,
            lr=settings.training.learning_rate,
            weight_decay=settings.training.weight_decay,
        )
        batches = math.ceil(len(clips.train) / settings.training.batch_size)
        self.steps_per_epoch = math.ceil(batches / settings.training.gradient_accumulation_steps)

    def fit(self, *, resume: Path | None = None) -> Metrics:
        """Train to the last epoch; the metrics of the final checkpoint.

        Writes best/, final/ and every save_every epochs the state to resume from. Raises
        CheckpointError for a state that does not fit and OutputError where nothing can be written.
        """
        state = TrainingState(self.network, self.optimizer)
        facts = ResumeFacts(epoch=0, step=0, loss=0, best_metric=0)
        if resume is not None:
            facts = state.load(resume)
        training = self.settings.training
        metrics: Metrics = {}
        with SummaryWriter(training.log_dir) as board:
            for done, loss in self.optimize(start=facts.epoch):
                board.add_scalar(LOSS_NAME, loss, done)
                if done % training.save_every and done < training.num_epochs:
                    continue
                metrics = self._validate(done, board)
                best = self._keep_best(metrics, facts.best_metric)
                step = done * self.steps_per_epoch
                facts = ResumeFacts(epoch=done, step=step, loss=loss, best_metric=best)
                state.save(self.output, facts)
        self.network.save(self.output / "final", self.header(), metrics)
        return metrics

    def optimize(self, *, start: int = 0) -> Iterator[tuple[int, float]]:
        """Train from epoch `start` to the last: (epochs done, mean loss) after each."""
        pool = self._pool()
        if start == 0:
            self.network.fit_motion_scale(pool.all_motion().to(self.network.device))
        epochs = range(start, self.settings.training.num_epochs)
        for epoch in tqdm(epochs, desc="epochs", unit="epoch", leave=False):
            yield epoch + 1, self._epoch(epoch, pool)

    def header(self) -> CheckpointHeader:
        """What the written checkpoints say of themselves."""
        settings = self.settings
        return CheckpointHeader(
            model=settings.model,
            frame_sampling_rate=settings.data.frame_sampling_rate,
            training=settings.training.model_dump(mode="json", exclude={"log_dir", "output_dir"}),
        )

    def _pool(self) -> CropPool:
        """The crops of this run; the same seed gives the same pool."""
        training = self.settings.training
        crops = CropSettings(rate_fps=self.settings.data.frame_sampling_rate)
        sampler = CropSampler(self.clips.train, crops, np.random.default_rng([training.seed]))
        return fill_pool(self.network, sampler, training.crops_per_clip, self.clips.weights)

    def _epoch(self, epoch: int, pool: CropPool) -> float:
        """One pass of about as many crops as there are clips; the mean loss."""
        torch.manual_seed(self.settings.training.seed * 100_003 + epoch)
        self.network.train()
        self.network.visual_backbone.eval()
        losses = []
        for step, batches in enumerate(self._steps(pool, epoch)):
            self._set_learning_rate(epoch * self.steps_per_epoch + step)
            losses.append(self._step(batches))
        return float(np.mean(losses))

    def _steps(self, pool: CropPool, epoch: int) -> Iterator[list[CropBatch]]:
        training = self.settings.training
        generator = np.random.default_rng([training.seed, epoch + 1])
        for _ in range(self.steps_per_epoch):
            size = training.batch_size
            yield [pool.batch(size, generator) for _ in range(training.gradient_accumulation_steps)]

    def _step(self, batches: list[CropBatch]) -> float:
        """One optimizer step; a loss that is not finite is skipped with a warning."""
        device, total = self.network.device, 0.0
        mixed = self.settings.training.use_mixed_precision and device.type == "cuda"
        self.optimizer.zero_grad(set_to_none=True)
        for batch in (b.to(device) for b in batches):
            with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
                members = self.network.member_logits(batch.inputs, batch.times_s, batch.valid)
            training = self.settings.training
            losses = [trigger_loss(x.joint.float(), batch.labels, training) for x in members]
            loss = torch.stack(losses).sum() / len(batches)
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach()) / len(members)
        limit = self.settings.training.max_gradient_norm
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), limit)
        if bool(torch.isfinite(norm)):
            self.optimizer.step()
        else:
            log.warning("a step with a gradient that is not finite was skipped")
        return total

    def _set_learning_rate(self, step: int) -> None:
        """Linear warm-up, then a cosine to 0 at the last step."""
        training = self.settings.training
        total = max(1, training.num_epochs * self.steps_per_epoch)
        warm = min(1.0, (step + 1) / max(1, training.warmup_steps))
        fall = 0.5 + 0.5 * math.cos(math.pi * min(1.0, step / total))
        for group in self.optimizer.param_groups:
            group["lr"] = training.learning_rate * warm * fall

    def _validate(self, done: int, board: SummaryWriter) -> Metrics:
        metrics = validate(self.network, self.clips.val, self.settings)
        for name, value in metrics.items():
            if isinstance(value, int | float):
                board.add_scalar(f"val/{name}", value, done)
        return {**metrics, "epoch": done}

    def _keep_best(self, metrics: Metrics, best: float) -> float:
        """Write best/ where the validation metric rose."""
        now = metrics.get(METRIC_NAME)
        if not isinstance(now, float) or not now > best:
            return best
        self.network.save(self.output / "best", self.header(), metrics)
        return now


def trainable_table(network: VideoTriggerModel) -> str:
    """A text table of trainable and all parameters per component."""
    lines = [f"{'component':<20}{'trainable':>12}{'all':>12}"]
    for name in COMPONENTS:
        parameters = list(getattr(network, name).parameters())
        free = sum(p.numel() for p in parameters if p.requires_grad)
        lines.append(f"{name:<20}{free:>12}{sum(p.numel() for p in parameters):>12}")
    return "\n".join(lines)
