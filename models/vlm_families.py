"""Where the parts of each vision-language architecture are, by module name; knows no weights."""

from dataclasses import dataclass
from typing import Any

from utils.errors import ModelUnavailableError


@dataclass(frozen=True, slots=True)
class VlmFamily:
    """Module names below `model.`: the language model, what joins it to the vision, the vision."""

    language: str
    projector: str
    vision: str

    @property
    def adapted(self) -> str:
        """A regular expression for the linear layers of the language model's blocks.

        Names alone (`q_proj`) would also hit the vision towers, which have layers of that name.
        """
        return rf"(.*\.)?{self.language}\.layers\.\d+\.(self_attn|mlp)\.\w+_proj"

    def is_projector(self, name: str) -> bool:
        """Whether a parameter of this name joins vision and language."""
        return f".{self.projector}." in f".{name}"

    def is_vision(self, name: str) -> bool:
        """Whether a module or parameter of this name belongs to the vision tower."""
        return f".{self.vision}." in f".{name}" and not self.is_projector(name)


_LLAVA = VlmFamily("language_model", "multi_modal_projector", "vision_tower")
_QWEN = VlmFamily("language_model", "visual.merger", "visual")
FAMILIES = {  # model_type of transformers -> parts
    "llava": _LLAVA,
    "llava_next": _LLAVA,
    "llava_next_video": _LLAVA,
    "llava_onevision": _LLAVA,
    "fast_vlm": _LLAVA,
    "internvl": _LLAVA,
    "smolvlm": VlmFamily("text_model", "connector", "vision_model"),
    "idefics3": VlmFamily("text_model", "connector", "vision_model"),
    "video_llama_3": VlmFamily("language_model", "projector", "vision_model"),
    "qwen2_vl": _QWEN,
    "qwen2_5_vl": _QWEN,
    "qwen3_vl": _QWEN,
}


def family_of(model: Any) -> VlmFamily:
    """The parts of a transformers model. Raises ModelUnavailableError for an unknown one."""
    kind = model.config.model_type
    if kind not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise ModelUnavailableError(
            f"{model.name_or_path}: a model of type {kind!r} cannot be adapted here; known: {known}"
        )
    return FAMILIES[kind]
