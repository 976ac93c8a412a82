"""What tiny checkpoints are made of: chat templates, sizes, and how a folder is written."""

from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForImageTextToText,
    CLIPVisionConfig,
    GenerationConfig,
    PreTrainedTokenizerFast,
)

LLAVA_TEMPLATE = (  # llava-hf/llava-1.5-7b-hf: images first, no begin-of-text token, list content
    "{% for m in messages %}{% if m['role'] != 'system' %}{{ m['role'].upper() + ': ' }}{% endif %}"
    "{% for c in m['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}"
    "{% endfor %}{% for c in m['content'] | selectattr('type', 'equalto', 'video') %}"
    "{{ '<video>\n' }}{% endfor %}"
    "{% for c in m['content'] | selectattr('type', 'equalto', 'text') %}{{ c['text'] + ' ' }}"
    "{% endfor %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)
_PARTS_TEMPLATE = (  # SmolVLM2, InternVL3, Qwen-VL: parts stay in their order
    "{% for m in messages %}{{ '<|start|>' + m['role'] + '\n' }}{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}{{ 'IMAGE' }}"
    "{% elif c['type'] == 'video' %}{{ 'VIDEO' }}{% else %}{{ c['text'] }}{% endif %}"
    "{% endfor %}{{ '<|end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start|>assistant\n' }}{% endif %}"
)
QWEN_IMAGE = "<|vision_start|><|image_pad|><|vision_end|>"
QWEN_VIDEO = "<|vision_start|><|video_pad|><|vision_end|>"


def parts_template(image: str, video: str = "<video>") -> str:
    """The template of most models, with their own marks of a picture and a video."""
    return _PARTS_TEMPLATE.replace("IMAGE", image).replace("VIDEO", video)


def text_config(tok: PreTrainedTokenizerFast, **more: Any) -> dict[str, Any]:
    """Two layers of 32 numbers; `more` differs by family."""
    return {
        "vocab_size": len(tok),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 2048,
        "bos_token_id": tok.bos_token_id,
        "eos_token_id": tok.eos_token_id,
        "pad_token_id": tok.pad_token_id,
        **more,
    }


def clip_vision() -> CLIPVisionConfig:
    """CLIP of 56 px: 16 patches."""
    return CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=56,
        patch_size=14,
        projection_dim=16,
    )


def save(config: Any, processor: Any, tok: PreTrainedTokenizerFast, folder: Path) -> Path:
    """Write model and processor as `save_pretrained` does; random weights, always the same."""
    torch.manual_seed(0)
    model = AutoModelForImageTextToText.from_config(config, dtype=torch.float32)
    model.generation_config = GenerationConfig(
        bos_token_id=tok.bos_token_id, eos_token_id=tok.eos_token_id, pad_token_id=tok.pad_token_id
    )
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
