"""What happens to a network before its first step, and what a run says of it."""

from collections.abc import Sequence

import numpy as np
import torch

from models.checkpoint import CheckpointHeader
from models.frame_inputs import FrameInputs
from models.trainers.samples import TrainingSet, stack
from models.trainers.targets import build_target
from models.video_trigger_model import COMPONENTS, VideoTriggerModel
from utils.labeled_clip import LabeledClip
from utils.settings import Settings

CLIP_THRESHOLD = 0.5  # where the loss of a clip's label is the same either way
SCALE = 2  # sets these draws apart from those of models.trainers.drawing


def new_network(settings: Settings) -> VideoTriggerModel:
    """A network whose random weights depend on training.seed alone. Raises as its parts do."""
    with torch.random.fork_rng([]):
        torch.manual_seed(settings.training.seed)
        return VideoTriggerModel(settings.model)


@torch.no_grad()
def fit_inputs(network: VideoTriggerModel, samples: TrainingSet, seed: int) -> None:
    """Set what scales or reduces the inputs, from one sample of each clip."""
    kind = network.settings.frame_inputs
    if kind in ("appearance", "pooled"):
        return
    network.eval()
    generators = (np.random.default_rng([seed, SCALE, row]) for row in range(len(samples.clips)))
    inputs = [_inputs(network, samples, row, g) for row, g in enumerate(generators)]
    network.fit_motion_scale(torch.cat([x.motion[0] for x in inputs]))
    if kind == "components":
        network.appearance_input.fit(torch.cat([x.pooled[0] for x in inputs]))


def _inputs(
    network: VideoTriggerModel, samples: TrainingSet, row: int, generator: np.random.Generator
) -> FrameInputs:
    """The inputs (1,T,...) of one sample of a clip."""
    batch = stack([samples.sample(row, generator)]).to(network.device)
    if isinstance(batch.inputs, FrameInputs):
        return batch.inputs
    features = network.visual_backbone.describe_valid(batch.inputs, batch.valid)
    return network.frame_inputs(features, batch.times_s, batch.valid)


def checkpoint_header(settings: Settings, clips: Sequence[LabeledClip]) -> CheckpointHeader:
    """What the checkpoints of a run over these training clips say of themselves.

    Raises AnnotationError where the clips do not have the classes of the settings.
    """
    target = build_target(settings, clips)
    return CheckpointHeader(
        model=settings.model,
        frame_sampling_rate=settings.data.frame_sampling_rate,
        threshold=_threshold(settings),
        horizon_s=target.horizon_s,
        label="possible collision ahead" if target.horizon_s > 0 else "possible crash",
        classes=target.classes,
        training=settings.training.model_dump(mode="json", exclude={"log_dir", "output_dir"}),
    )


def _threshold(settings: Settings) -> float:
    """Where events start until someone chooses it on drives."""
    return CLIP_THRESHOLD if settings.model.readout == "clip" else CheckpointHeader().threshold


def trainable_table(network: VideoTriggerModel) -> str:
    """A text table of trainable and all parameters per component."""
    lines = [f"{'component':<20}{'trainable':>12}{'all':>12}"]
    for name in COMPONENTS:
        parameters = list(getattr(network, name).parameters())
        free = sum(p.numel() for p in parameters if p.requires_grad)
        lines.append(f"{name:<20}{free:>12}{sum(p.numel() for p in parameters):>12}")
    return "\n".join(lines)
