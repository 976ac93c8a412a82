"""Tiny random checkpoints (under 1 MB each) that run the real loading code without a download.

Each builder writes a folder as `save_pretrained` does, with a chat template of the same form as
the published model's. The texts that come out are noise; only paths and counts can be tested.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from transformers import (
    CLIPImageProcessor,
    InternVLConfig,
    InternVLProcessor,
    InternVLVideoProcessor,
    LlamaConfig,
    LlamaForCausalLM,
    LlavaConfig,
    LlavaNextConfig,
    LlavaNextImageProcessor,
    LlavaNextProcessor,
    LlavaProcessor,
    Qwen2_5_VLConfig,
    Qwen2_5_VLProcessor,
    SmolVLMConfig,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
)

from tests.tiny_parts import (
    LLAVA_TEMPLATE,
    QWEN_IMAGE,
    QWEN_VIDEO,
    clip_vision,
    parts_template,
    save,
    text_config,
)
from tests.tiny_tokenizer import tokenizer
from tests.tiny_video_models import VIDEO_BUILDERS

STRING_TEMPLATE = (  # Phi-3: the content must be one string
    "{{ bos_token }}{% for m in messages %}{{ '<|start|>' + m['role'] + '\n' + m['content'] "
    "+ '<|end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|start|>assistant\n' }}"
    "{% endif %}"
)
Builder = Callable[[Path], Path]


def tiny_llava(folder: Path, *, template: str | None = LLAVA_TEMPLATE) -> Path:
    """LLaVA-1.5: CLIP 56 px, 16 tokens per image."""
    tok = tokenizer({"image_token": "<image>"})
    config = LlavaConfig(
        vision_config=clip_vision(),
        text_config=LlamaConfig(**text_config(tok)),
        image_token_index=tok.image_token_id,
        image_seq_length=16,
    )
    images = CLIPImageProcessor(
        size={"shortest_edge": 56}, crop_size={"height": 56, "width": 56}, do_center_crop=True
    )
    processor = LlavaProcessor(
        images,
        tok,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template,
    )
    return save(config, processor, tok, folder)


def tiny_llava_phi(folder: Path) -> Path:
    """As xtuner/llava-phi-3-mini-hf: the tokenizer's template wants strings, no patch size."""
    tiny_llava(folder, template=None)
    tok = tokenizer({"image_token": "<image>"})
    tok.chat_template = STRING_TEMPLATE
    processor = LlavaProcessor.from_pretrained(folder)
    processor.patch_size = None
    processor.vision_feature_select_strategy = None
    processor.num_additional_image_tokens = 0
    processor.save_pretrained(folder)
    tok.save_pretrained(folder)
    return folder


def tiny_llava_next(folder: Path) -> Path:
    """LLaVA-NeXT: any resolution, up to five tiles per image."""
    tok = tokenizer({"image_token": "<image>"})
    grid = [[56, 112], [112, 56], [112, 112]]
    config = LlavaNextConfig(
        vision_config=clip_vision(),
        text_config=LlamaConfig(**text_config(tok)),
        image_token_index=tok.image_token_id,
        image_grid_pinpoints=grid,
        image_seq_length=16,
    )
    images = LlavaNextImageProcessor(
        size={"shortest_edge": 56},
        crop_size={"height": 56, "width": 56},
        image_grid_pinpoints=grid,
    )
    processor = LlavaNextProcessor(
        images,
        tok,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=LLAVA_TEMPLATE,
    )
    return save(config, processor, tok, folder)


def tiny_smolvlm(folder: Path) -> Path:
    """SmolVLM2: 64 px, 4 tokens per tile, tile split on by default."""
    tok = tokenizer(
        {
            "fake_image_token": "<fake_token_around_image>",
            "image_token": "<image>",
            "global_image_token": "<global-img>",
            "end_of_utterance_token": "<end_of_utterance>",
            "video_token": "<video>",
        }
    )
    config = SmolVLMConfig(
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": 64,
            "patch_size": 16,
        },
        text_config={"model_type": "llama", **text_config(tok)},
        image_token_id=tok.image_token_id,
        scale_factor=2,
        pad_token_id=tok.pad_token_id,
    )
    edge = {"size": {"longest_edge": 128}, "max_image_size": {"longest_edge": 64}}
    processor = SmolVLMProcessor(
        SmolVLMImageProcessor(**edge),
        tok,
        SmolVLMVideoProcessor(**edge),
        image_seq_len=4,
        chat_template=parts_template("<image>"),
    )
    return save(config, processor, tok, folder)


def tiny_internvl(folder: Path) -> Path:
    """InternVL3: 56 px tiles, 4 tokens each."""
    from transformers import GotOcr2ImageProcessor

    tok = tokenizer(
        {
            "start_image_token": "<img>",
            "end_image_token": "</img>",
            "context_image_token": "<IMG_CONTEXT>",
            "video_token": "<video>",
        }
    )
    config = InternVLConfig(
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": [56, 56],
            "patch_size": [14, 14],
        },
        text_config={"model_type": "qwen2", **text_config(tok)},
        image_token_id=tok.context_image_token_id,
        image_seq_length=4,
    )
    size = {"height": 56, "width": 56}
    processor = InternVLProcessor(
        GotOcr2ImageProcessor(size=size, crop_to_patches=True, max_patches=4),
        tok,
        InternVLVideoProcessor(size=size),
        image_seq_length=4,
        chat_template=parts_template("<IMG_CONTEXT>\n"),
    )
    return save(config, processor, tok, folder)


def tiny_qwen(folder: Path) -> Path:
    """Qwen2.5-VL: native resolution, 28 px per token."""
    from transformers import Qwen2VLImageProcessor, Qwen2VLVideoProcessor

    names = ("image_pad", "video_pad", "vision_start", "vision_end")
    tok = tokenizer({n.replace("_pad", "_token"): f"<|{n}|>" for n in names})
    config = Qwen2_5_VLConfig(
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "out_hidden_size": 32,
            "fullatt_block_indexes": [1],
        },
        text_config=text_config(
            tok, rope_parameters={"rope_type": "default", "mrope_section": [1, 1, 2]}
        ),
        image_token_id=tok.image_token_id,
        video_token_id=tok.video_token_id,
        vision_start_token_id=tok.convert_tokens_to_ids("<|vision_start|>"),
        vision_end_token_id=tok.convert_tokens_to_ids("<|vision_end|>"),
    )
    pixels = {"shortest_edge": 28 * 28, "longest_edge": 28 * 28 * 16}
    processor = Qwen2_5_VLProcessor(
        Qwen2VLImageProcessor(size=pixels),
        tok,
        Qwen2VLVideoProcessor(size=pixels),
        chat_template=parts_template(QWEN_IMAGE, QWEN_VIDEO),
    )
    return save(config, processor, tok, folder)


def tiny_llama(folder: Path, *, template: str | None = STRING_TEMPLATE, width: int = 32) -> Path:
    """A text-only language model; without a template it is a plain one."""
    tok = tokenizer()
    tok.chat_template = template
    torch.manual_seed(0)
    LlamaForCausalLM(LlamaConfig(**text_config(tok, hidden_size=width))).save_pretrained(folder)
    tok.save_pretrained(folder)
    return folder


VLM_BUILDERS: dict[str, Builder] = {
    "llava": tiny_llava,
    "llava-phi": tiny_llava_phi,
    "llava-next": tiny_llava_next,
    "smolvlm": tiny_smolvlm,
    "internvl": tiny_internvl,
    "qwen": tiny_qwen,
    **VIDEO_BUILDERS,
}
