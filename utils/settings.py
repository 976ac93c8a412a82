"""Every setting as one frozen pydantic tree: default, range, unit and description, once per field.

`utils.config` reads it from YAML; docs/config.md is generated from it. Nothing here does work.
"""

from typing import Literal

from pydantic import Field

from utils.lora_settings import FineTuningSettings as FineTuningSettings
from utils.section import Fraction01 as Fraction01
from utils.section import Section as Section
from utils.tasks import DRIVING_SAFETY_PROMPT, TaskName
from utils.training_settings import TrainingSettings as TrainingSettings
from utils.trigger_settings import TriggerSettings as TriggerSettings

LabelFormat = Literal[
    "auto",
    "annotations",
    "questions",
    "captions",
    "nexar",
    "crashchat",
    "dota",
    "bdd100k",
    "ccd",
    "dada",
    "badas",
    "drives",
    "cadp",
    "images",
]


class CorpusSettings(Section):
    """One labelled corpus of several."""

    format: LabelFormat = "auto"
    annotations: str = Field("", description="label file or folder; empty = video_dir")
    video_dir: str = Field("", description="folder of the clips; empty = that of the labels")
    split: Literal["train", "val", "test"] | None = Field(
        None, description="of all its clips; null = as the labels say"
    )
    weight: float = Field(1.0, gt=0, le=1000, description="how often its clips are drawn")


class DataSettings(Section):
    """Where labelled clips are and how frames are sampled from them."""

    format: LabelFormat = Field("auto", description="of train_ and val_annotations")
    train_video_dir: str = Field("", description="folder of the training videos")
    train_annotations: str = Field("", description="labels of the training videos")
    val_video_dir: str = Field("", description="folder of the validation videos")
    val_annotations: str = Field("", description="labels of the validation videos")
    corpora: tuple[CorpusSettings, ...] = Field(
        (), description="several corpora together, instead of the four settings above"
    )
    split_by: Literal["source", "labels"] = Field(
        "source", description="source: clips of one source video stay in one split; labels: as is"
    )
    frame_sampling_rate: float = Field(3.0, gt=0, le=60, description="frames per second")
    clip_window_size: int = Field(
        16, ge=1, le=512, description="frames in one window of an lstm or bilstm in training"
    )
    max_frames: int | None = Field(
        None, ge=1, description="frames used of a training clip; null = all"
    )
    cache_dir: str = Field(
        ".cache/features", description="features of the frozen encoder, or decoded pictures"
    )
    max_picture_gib: float = Field(
        60.0, gt=0, description="most room for decoded pictures, where training sees pictures, GiB"
    )


class EncoderSettings(Section):
    """The visual encoder."""

    name: str = Field("tf_efficientnet_lite0", description="any timm model name")
    pretrained: Literal["auto", "none", "hub"] = Field(
        "auto", description="auto: file or installed package; hub: download; none: random"
    )
    weights_file: str = Field("", description="local safetensors file with encoder weights")
    feature_dim: int = Field(32, ge=8, le=4096, description="size of the projected feature")
    image_size_px: int = Field(224, ge=32, le=1024, description="square input side, pixels")


class MotionSettings(Section):
    """How each frame is compared with the seconds before it."""

    history_s: float = Field(4.0, ge=2, le=30, description="how far back is compared, seconds")


class AppearanceSettings(Section):
    """How much of a frame's look is seen, for frame_inputs components."""

    components: int = Field(
        16, ge=1, le=256, description="principal components of the look, and as many of its change"
    )
    dropout: float = Field(0.3, ge=0, lt=1)


class TriggerHeadSettings(Section):
    """The per-frame trigger detector."""

    hidden_dims: tuple[int, ...] = Field((64,), description="widths of the hidden layers")
    num_classes: int = Field(1, ge=1, le=100, description="1 = binary")
    dropout: float = Field(0.3, ge=0, lt=1)


class TimeEncoderSettings(Section):
    """The time-aware encoder."""

    kind: Literal["transformer", "lstm", "bilstm", "convolution"] = "transformer"
    num_layers: int = Field(2, ge=1, le=24)
    num_heads: int = Field(4, ge=1, le=64, description="transformer only")
    reach_s: float = Field(1.25, gt=0, le=60, description="frames further away are not seen")
    window_frames: int = Field(
        16, ge=1, le=512, description="set from data.clip_window_size in training"
    )
    dropout: float = Field(0.3, ge=0, lt=1)


class ModelSettings(Section):
    """The network: visual encoder, trigger detector, time-aware encoder."""

    frame_inputs: Literal["motion", "appearance", "both", "components", "pooled"] = Field(
        "motion",
        description="what the trigger sees of a frame; appearance needs much footage; components: "
        "motion and a few principal components; pooled: the encoder's vector as it is",
    )
    readout: Literal["frame", "clip"] = Field(
        "frame", description="clip: one score per window of clip_window_size frames"
    )
    members: int = Field(3, ge=1, le=16, description="networks behind the encoder, averaged")
    score_shift: float = Field(0.0, description="logit that scores 0.5")
    score_scale: float = Field(1.0, gt=0, description="how many logits a unit of score spreads")
    encoder: EncoderSettings = EncoderSettings()
    motion: MotionSettings = MotionSettings()
    appearance: AppearanceSettings = AppearanceSettings()
    trigger_detector: TriggerHeadSettings = TriggerHeadSettings()
    time_encoder: TimeEncoderSettings = TimeEncoderSettings()


class EventSettings(Section):
    """From scores to events."""

    hysteresis: Fraction01 = Field(
        0.5, description="an event goes on while the score stays above hysteresis * threshold"
    )
    merge_gap_s: float = Field(4.0, ge=0, le=60, description="closer events become one, seconds")
    min_length_s: float = Field(0.0, ge=0, le=60, description="shorter events are dropped, seconds")


class LimitSettings(Section):
    """Bounds on work."""

    max_sampled_frames: int | None = Field(None, ge=1, description="frames scored; null = all")
    max_described_frames: int | None = Field(
        200, ge=0, description="keyframes given to the describer; highest scores first"
    )
    max_hours: float = Field(48.0, gt=0, description="longest video accepted, hours")
    max_file_gib: float = Field(256.0, gt=0, description="largest file accepted, GiB")


class DetectorSettings(Section):
    """Which object detector looks at the keyframes."""

    kind: Literal["auto", "embedded", "detr", "none"] = Field(
        "auto", description="auto: DETR where its weights are on disk, else the embedded one"
    )
    model: str = Field("facebook/detr-resnet-50", description="hub id or folder of a DETR model")
    allow_download: bool = Field(False, description="fetch missing weights from the hub")
    min_score: Fraction01 = Field(0.4, description="boxes below are dropped")


class DescriberSettings(Section):
    """Who describes the events."""

    kind: Literal["auto", "template", "llava", "llm", "openai"] = Field(
        "auto", description="auto: the vision-language model if its weights are on disk"
    )
    model: str = Field(
        "llava-1.5-7b-hf",
        description="short name, hub id or folder; for kind openai the server's name of it",
    )
    adapter: str = Field("", description="folder of what fine-tuning made for describer.model")
    llm_model: str = Field("HuggingFaceTB/SmolLM2-1.7B-Instruct", description="for kind llm")
    allow_download: bool = Field(False, description="fetch missing weights from the hub")
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    quantization: Literal["none", "8bit", "4bit"] = Field(
        "none", description="weights of a local model in fewer bits, needs bitsandbytes"
    )
    llava_image_size: int | None = Field(
        None, ge=56, le=2048, description="longest side given to the model; null = its own"
    )
    tasks: tuple[TaskName, ...] = Field(
        ("description",),
        min_length=1,
        max_length=10,
        description="questions about every event, see docs/tasks.md",
    )
    frames_per_event: int = Field(
        5, ge=1, le=96, description="keyframes; all of a group of events are held in memory"
    )
    look_before_s: float = Field(
        1.2, gt=0, le=30, description="keyframes reach this far before the peak, seconds"
    )
    look_after_s: float = Field(0.8, ge=0, le=30, description="and this far after it, seconds")
    batch_size: int = Field(4, ge=1, le=64, description="events described together")
    max_new_tokens: int = Field(160, ge=8, le=2048, description="of the description")
    prompt: str = Field(
        DRIVING_SAFETY_PROMPT, min_length=1, max_length=8000, description="of the description"
    )
    endpoint: str = Field(
        "http://127.0.0.1:11434/v1",
        description="kind openai: address of a model server; frames are sent there",
    )
    api_key_env: str = Field(
        "NEARMISS_API_KEY",
        pattern=r"^[A-Z][A-Z0-9_]*_API_KEY$",
        description="variable with the server's key",
    )
    allow_http: bool = Field(
        False, description="let frames go to another machine without encryption"
    )
    sees_frames: bool = Field(True, description="kind openai: false for a text-only model")
    call_timeout_s: float = Field(
        30.0, gt=0, le=3600, description="longest wait for one reply of a server, seconds"
    )
    patience_s: float = Field(
        120.0,
        gt=0,
        le=86400,
        description="a server waited for in vain this long is left alone for a minute, seconds",
    )


class OutputSettings(Section):
    """What is written beside the JSON report."""

    formats: tuple[Literal["json", "html", "csv", "srt", "mp4", "wav"], ...] = ("json", "html")
    pre_roll_s: float = Field(3.0, ge=0, le=60, description="clip before the event, seconds")
    post_roll_s: float = Field(3.0, ge=0, le=60, description="clip after the event, seconds")
    clip_max_side_px: int = Field(1280, ge=64, le=4096)


class SpeechSettings(Section):
    """The spoken summary."""

    rate_wpm: int = Field(170, ge=80, le=400, description="words per minute")
    voice: str = Field("", description="voice id; empty = default")


class AppSettings(Section):
    """The desktop app."""

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(7860, ge=0, le=65535, description="0 = any free port")
    max_upload_mib: int = Field(4096, ge=1)
    password_env: str = Field(
        "NEARMISS_PASSWORD", min_length=1, description="variable with the password for --listen"
    )
    output_dir: str = Field("outputs", description="reports go below it, one folder per run")
    mcp: bool = Field(
        False, description="offer tools to AI assistants on this machine, see docs/app.md"
    )


class Settings(Section):
    """The whole of config.yaml."""

    device: Literal["auto", "cpu", "cuda"] = "auto"
    data: DataSettings = DataSettings()
    model: ModelSettings = ModelSettings()
    training: TrainingSettings = TrainingSettings()
    fine_tuning: FineTuningSettings = FineTuningSettings()
    trigger: TriggerSettings = TriggerSettings()
    events: EventSettings = EventSettings()
    limits: LimitSettings = LimitSettings()
    detector: DetectorSettings = DetectorSettings()
    describer: DescriberSettings = DescriberSettings()
    outputs: OutputSettings = OutputSettings()
    speech: SpeechSettings = SpeechSettings()
    app: AppSettings = AppSettings()
