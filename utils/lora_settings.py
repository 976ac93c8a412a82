"""How a vision-language model is taught tasks: the section `fine_tuning` of the settings."""

from typing import Literal

from pydantic import Field

from utils.section import Section
from utils.tasks import TaskName


class LoraSettings(Section):
    """Low-rank layers beside those of the language model (Hu et al. 2021)."""

    rank: int = Field(8, ge=1, le=1024)
    alpha: float = Field(8.0, gt=0, description="the layers' output is scaled by alpha / rank")
    dropout: float = Field(0.1, ge=0, lt=1)
    projector: bool = Field(True, description="what joins vision and language learns too")


class FineTuningSettings(Section):
    """Which tasks describer.model is taught; without tasks train.py fits the trigger network."""

    tasks: tuple[TaskName, ...] = Field((), description="questions that are taught together")
    answers: Literal["text", "classifier"] = Field(
        "text", description="classifier: yes or no from the pooled representation, not in words"
    )
    lora: LoraSettings = LoraSettings()
    mixing: Literal["balanced", "as_is"] = Field(
        "balanced", description="balanced: each task is drawn equally often; as_is: each row"
    )
    rate_fps: float | None = Field(
        None, gt=0, le=60, description="frames per second shown; null: max_frames, spread evenly"
    )
    max_frames: int = Field(8, ge=1, le=256, description="most frames shown of a clip")
    observed_s: float = Field(
        4.0, gt=0, le=60, description="crash_risk: seconds shown before the moment of the question"
    )
    sample_answers: int = Field(
        4, ge=0, le=64, description="validation rows answered in words at every validation"
    )
