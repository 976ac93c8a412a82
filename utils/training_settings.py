"""How the network is fitted: the section `training` of the settings. Nothing here does work."""

from typing import Literal

from pydantic import Field

from utils.section import Section

Component = Literal["visual_backbone", "trigger_detector", "time_aware_encoder"]


class TrainingSettings(Section):
    """How the network is fitted."""

    batch_size: int = Field(8, ge=1)
    num_epochs: int = Field(50, ge=1)
    learning_rate: float = Field(1e-4, gt=0, lt=1)
    weight_decay: float = Field(0.05, ge=0)
    warmup_steps: int = Field(50, ge=0, description="linear learning-rate warm-up")
    warmup_share: float = Field(
        0.0, ge=0, lt=1, description="warm-up as a share of all steps, where that is longer"
    )
    max_gradient_norm: float = Field(1.0, gt=0)
    positive_weight: float = Field(1.5, gt=0, description="weight of crash frames in the loss")
    horizon_s: float = Field(
        0.0,
        ge=0,
        le=10,
        description="0: a crash is seen now; 2: a collision is foreseen two seconds ahead",
    )
    frame_loss: Literal["bce", "focal"] = Field("bce", description="focal: hard frames count more")
    focal_gamma: float = Field(2.0, ge=0, le=10, description="how much more, for focal")
    frame_head_weight: float = Field(
        0.0, ge=0, description="weight of: the per-frame head is right by itself too"
    )
    ranking_weight: float = Field(
        1.0, ge=0, description="weight of: crash frames above quiet frames of the same clip"
    )
    crops_per_clip: int = Field(12, ge=1, description="random pieces drawn of each clip")
    balance_positions: bool = Field(
        True,
        description="weigh frames so that a crash is as likely at the ends of a piece as in it; "
        "for a frozen encoder",
    )
    cache_fps: float = Field(12.0, gt=0, le=60, description="frames per second that are encoded")
    gradient_accumulation_steps: int = Field(1, ge=1, description="batches of one step")
    gradient_checkpointing: bool = Field(
        False,
        description="of the encoder: less memory, more time, equal weights; with batch_statistics "
        "each batch counts twice in them",
    )
    use_mixed_precision: bool = Field(
        True, description="takes effect on CUDA: bfloat16, or float16 on older GPUs"
    )
    workers: int = Field(0, ge=0, le=64, description="processes that make samples; 0 = none")
    max_skipped_steps: int = Field(
        10, ge=1, description="steps in a row without a finite loss that end the run"
    )
    save_every: int = Field(10, ge=1, description="epochs between checkpoints")
    validate_every: int = Field(5, ge=1, description="epochs between validations")
    resume_every_steps: int = Field(
        200, ge=1, description="steps between states to resume from; also at each validation"
    )
    best_metric: Literal["within_clip_auc", "recall_at_20_per_hour", "clip_f1", "log_loss"] = Field(
        "within_clip_auc", description="which validation figure chooses best/"
    )
    patience: int = Field(
        0, ge=0, description="validations without a better best_metric that end the run; 0 = none"
    )
    augment_pictures: Literal["none", "light", "full"] = Field(
        "none",
        description="random changes to the pictures; full: also AutoAugment, perspective, erasing",
    )
    batch_statistics: bool = Field(
        False, description="an encoder that is not frozen learns new BatchNorm statistics too"
    )
    encoder_learning_rate_scale: float = Field(
        0.1, gt=0, le=10, description="learning rate of an encoder that is not frozen, relative"
    )
    freeze: tuple[Component, ...] = Field(("visual_backbone",), description="components kept fixed")
    seed: int = Field(0, ge=0)
    log_dir: str = Field("logs", description="TensorBoard folder")
    wandb: bool = Field(False, description="also log to Weights & Biases, if it is installed")
    output_dir: str = Field("checkpoints/run", description="where checkpoints are written")
