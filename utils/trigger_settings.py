"""Which trigger scores the video: the section `trigger` of the settings."""

from typing import Literal

from pydantic import Field

from utils.section import Fraction01, Section


class WindowQuestionSettings(Section):
    """The vision-language model that is asked about windows of the video."""

    model: str = Field(
        "HuggingFaceTB/SmolVLM2-500M-Video-Instruct",
        description="hub id or folder; with server: its name there",
    )
    adapter: str = Field("", description="folder of what fine-tuning made for the model")
    server: bool = Field(
        False, description="ask the server of describer.endpoint: frames of every window go there"
    )
    allow_download: bool = Field(False, description="fetch missing weights from the hub")
    window_s: float = Field(
        4.0, ge=0.5, le=60, description="video in one window, as fine_tuning.observed_s, seconds"
    )
    stride_s: float = Field(1.0, ge=0.1, le=60, description="from window to window, seconds")
    frames_per_window: int = Field(8, ge=1, le=96, description="pictures shown of a window")
    image_size_px: int = Field(512, ge=56, le=2048, description="longer side of a picture, pixels")
    batch_size: int = Field(4, ge=1, le=64, description="windows asked about together")
    propose_threshold: Fraction01 = Field(
        0.15, description="cascade: windows are asked about where the network scores this much"
    )


class TriggerSettings(Section):
    """Which trigger scores the video."""

    kind: Literal["network", "yes_no", "cascade"] = Field(
        "network",
        description="yes_no: a vision-language model is asked about every window; "
        "cascade: only where the network proposes, see docs/risk-questions.md",
    )
    checkpoint: str = Field("checkpoints/default", description="checkpoint folder of the network")
    threshold: Fraction01 | None = Field(None, description="null = the trigger's own")
    max_false_alarms_per_hour: float | None = Field(
        None, gt=0, le=120, description="the threshold that keeps this, unless one is set"
    )
    strict_loading: bool = Field(False, description="refuse a checkpoint that does not fit exactly")
    vlm: WindowQuestionSettings = WindowQuestionSettings()
