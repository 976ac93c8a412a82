"""Tiny random checkpoints of the families that read a video as video; see tiny_models."""

from collections.abc import Callable
from pathlib import Path

from transformers import (
    LlamaConfig,
    LlavaNextImageProcessor,
    LlavaNextVideoConfig,
    LlavaNextVideoProcessor,
    LlavaNextVideoVideoProcessor,
    LlavaOnevisionConfig,
    LlavaOnevisionImageProcessor,
    LlavaOnevisionProcessor,
    LlavaOnevisionVideoProcessor,
    Qwen2Config,
    Qwen3VLConfig,
    Qwen3VLProcessor,
    SiglipVisionConfig,
    VideoLlama3Config,
    VideoLlama3Processor,
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

GRID = [[56, 112], [112, 56], [112, 112]]
MARKS = {"image_token": "<image>", "video_token": "<video>"}


def tiny_llava_next_video(folder: Path) -> Path:
    """LLaVA-NeXT-Video: pictures of any resolution, 4 tokens per frame of a video."""
    tok = tokenizer(MARKS)
    config = LlavaNextVideoConfig(
        vision_config=clip_vision(),
        text_config=LlamaConfig(**text_config(tok)),
        image_token_index=tok.image_token_id,
        video_token_index=tok.video_token_id,
        image_grid_pinpoints=GRID,
        image_seq_length=16,
        video_seq_length=4,
    )
    size = {"size": {"shortest_edge": 56}, "crop_size": {"height": 56, "width": 56}}
    processor = LlavaNextVideoProcessor(
        LlavaNextVideoVideoProcessor(**size),
        LlavaNextImageProcessor(image_grid_pinpoints=GRID, **size),
        tok,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=LLAVA_TEMPLATE,
    )
    return save(config, processor, tok, folder)


def tiny_llava_onevision(folder: Path) -> Path:
    """LLaVA-OneVision: 16 tokens per picture, 4 per frame of a video."""
    tok = tokenizer(MARKS)
    vision = SiglipVisionConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=56,
        patch_size=14,
        vision_use_head=False,
    )
    config = LlavaOnevisionConfig(
        vision_config=vision,
        text_config=Qwen2Config(**text_config(tok)),
        image_token_index=tok.image_token_id,
        video_token_index=tok.video_token_id,
        image_grid_pinpoints=GRID,
    )
    size = {"height": 56, "width": 56}
    processor = LlavaOnevisionProcessor(
        LlavaOnevisionImageProcessor(size=size, image_grid_pinpoints=GRID),
        tok,
        LlavaOnevisionVideoProcessor(size=size),
        num_image_tokens=16,
        vision_feature_select_strategy="full",
        chat_template=parts_template("<image>"),
    )
    return save(config, processor, tok, folder)


def tiny_qwen3(folder: Path) -> Path:
    """Qwen3-VL: native resolution, 32 px per token, times written between the frames of a video."""
    from transformers import Qwen2VLImageProcessor, Qwen3VLVideoProcessor

    names = ("image_pad", "video_pad", "vision_start", "vision_end")
    tok = tokenizer({f"{n.removesuffix('_pad')}_token": f"<|{n}|>" for n in names})
    config = Qwen3VLConfig(
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "out_hidden_size": 32,
            "patch_size": 16,
            "deepstack_visual_indexes": [0],
            "num_position_embeddings": 64,
        },
        text_config=text_config(
            tok,
            head_dim=8,
            rope_parameters={
                "rope_type": "default",
                "rope_theta": 10000.0,
                "mrope_section": [2, 1, 1],
                "mrope_interleaved": True,
            },
        ),
        image_token_id=tok.image_token_id,
        video_token_id=tok.video_token_id,
        vision_start_token_id=tok.convert_tokens_to_ids("<|vision_start|>"),
        vision_end_token_id=tok.convert_tokens_to_ids("<|vision_end|>"),
    )
    pixels = {"shortest_edge": 32 * 32, "longest_edge": 32 * 32 * 16}
    processor = Qwen3VLProcessor(
        Qwen2VLImageProcessor(size=pixels, patch_size=16),
        tok,
        Qwen3VLVideoProcessor(size=pixels, patch_size=16),
        chat_template=parts_template(QWEN_IMAGE, QWEN_VIDEO),
    )
    return save(config, processor, tok, folder)


def tiny_videollama3(folder: Path) -> Path:
    """VideoLLaMA3: 14 px per token in a picture, 28 px in a video, unchanged patches dropped."""
    from transformers import VideoLlama3ImageProcessor, VideoLlama3VideoProcessor

    tok = tokenizer(MARKS)
    config = VideoLlama3Config(
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "patch_size": 14,
        },
        text_config={"model_type": "qwen2", **text_config(tok)},
        image_token_id=tok.image_token_id,
        video_token_id=tok.video_token_id,
    )
    pixels = {"shortest_edge": 28 * 28, "longest_edge": 28 * 28 * 16}
    processor = VideoLlama3Processor(
        VideoLlama3ImageProcessor(size=pixels),
        tok,
        VideoLlama3VideoProcessor(size={**pixels, "longest_edge": 28 * 28 * 64}),
        chat_template=parts_template("<image>"),
    )
    return save(config, processor, tok, folder)


VIDEO_BUILDERS: dict[str, Callable[[Path], Path]] = {
    "llava-next-video": tiny_llava_next_video,
    "onevision": tiny_llava_onevision,
    "qwen3": tiny_qwen3,
    "videollama3": tiny_videollama3,
}
