"""Loads a model folder with transformers: safetensors only, no remote code, nothing half-loaded."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from models.adapters import apply_adapter
from models.chats.generation import Loaded, prepare_tokenizer
from models.chats.hardware import check_memory, pick_dtype
from models.chats.quantization import Quantization, bytes_per_number, loading_options
from models.chats.weights import locate, parameter_count, short_name
from models.device import pick_device
from utils.errors import ConfigError, ModelUnavailableError

log = logging.getLogger(__name__)

LLM_COMMAND = "python inference.py --video VIDEO --describer llm --set describer.llm_model={model}"
LOADING_FAILURES = (OSError, ValueError, ImportError, KeyError, RuntimeError, MemoryError)
SAFELY: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}


@dataclass(frozen=True, slots=True)
class TransformersChatSettings:
    """Which model, where, and how much at once.

    model: short name, hub id or folder. dtype: `auto`, or a torch name like `float32`.
    quantization: `8bit` or `4bit` holds the weights in fewer bits, by bitsandbytes.
    image_size: longest side of a frame in px before the model's own resizing; None = unscaled.
    adapter: folder of what fine-tuning made for the model; empty = none.
    tiles: cut large pictures into tiles where the model can: finer, several times slower.
    """

    model: str = "llava-1.5-7b-hf"
    device: str = "auto"
    dtype: str = "auto"
    quantization: Quantization = "none"
    batch_size: int = 4
    image_size: int | None = None
    tiles: bool = False
    allow_download: bool = False
    adapter: str = ""


def load_vlm(settings: TransformersChatSettings) -> Loaded:
    """Model and processor of a vision-language checkpoint, on its device.

    Raises ModelUnavailableError: weights absent, incomplete, too large, or of another kind;
    CheckpointError for an adapter that does not belong to it.
    """
    from transformers import AutoModelForImageTextToText, AutoProcessor

    folder = locate(settings.model, allow_download=settings.allow_download)
    with _explained(settings.model, folder):
        processor = AutoProcessor.from_pretrained(folder, **SAFELY)  # type: ignore[no-untyped-call]
        model = _load(AutoModelForImageTextToText, folder, settings)
    if getattr(processor, "tokenizer", None) is None:
        raise ModelUnavailableError(f"{folder} holds no vision-language model: no image processor")
    _complete_processor(processor, model.config)
    prepare_tokenizer(processor.tokenizer)
    if settings.adapter:
        apply_adapter(model, Path(settings.adapter))
    return Loaded(short_name(settings.model), model, processor.tokenizer, processor)


def load_llm(settings: TransformersChatSettings) -> Loaded:
    """Model and tokenizer of a text-only checkpoint, on its device. Raises as `load_vlm` does."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    download = settings.allow_download
    folder = locate(settings.model, allow_download=download, command=LLM_COMMAND)
    with _explained(settings.model, folder):
        tokenizer = AutoTokenizer.from_pretrained(folder, **SAFELY)
        model = _load(AutoModelForCausalLM, folder, settings)
    prepare_tokenizer(tokenizer)
    return Loaded(short_name(settings.model), model, tokenizer)


def _load(auto_class: Any, folder: Path, settings: TransformersChatSettings) -> Any:
    device = pick_device(settings.device)
    dtype = _named_dtype(settings.dtype) or pick_dtype(device)
    name = short_name(settings.model)
    bits = loading_options(settings.quantization, dtype=dtype, device=device)
    stored = settings.quantization if bits else str(dtype).removeprefix("torch.")
    weights_bytes = parameter_count(folder) * bytes_per_number(settings.quantization, dtype)
    check_memory(name, weights_bytes, device, stored=stored)
    log.info("loading %s from %s: %s on %s", name, folder, stored, device)
    model, loading = auto_class.from_pretrained(
        folder, dtype=dtype, use_safetensors=True, output_loading_info=True, **bits, **SAFELY
    )
    missing = sorted(loading["missing_keys"])
    if missing:
        raise ModelUnavailableError(
            f"{folder} lacks {len(missing)} of {name}'s weights (first: {missing[0]}): they would "
            "be random. Copy or fetch the model again"
        )
    return (model if bits else model.to(device)).eval()


def _named_dtype(name: str) -> torch.dtype | None:
    if name == "auto":
        return None
    dtype = getattr(torch, name, None)
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise ConfigError(f"dtype {name!r} is unknown: use auto, bfloat16, float16 or float32")
    return dtype


def _complete_processor(processor: Any, config: Any) -> None:
    """Fill in what processors saved before 2025 leave to the model's config (llava-phi-3-mini)."""
    vision: Any = getattr(config, "vision_config", None)
    if getattr(processor, "patch_size", 0) is None and hasattr(vision, "patch_size"):
        processor.patch_size = vision.patch_size
        has_class_token = getattr(vision, "model_type", "").startswith("clip")
        processor.num_additional_image_tokens = int(has_class_token)
    if getattr(processor, "vision_feature_select_strategy", "") is None:
        processor.vision_feature_select_strategy = config.vision_feature_select_strategy


@contextmanager
def _explained(model: str, folder: Path) -> Iterator[None]:
    """Any failure to load as a ModelUnavailableError with the library's first line."""
    from safetensors import SafetensorError

    try:
        yield
    except (*LOADING_FAILURES, SafetensorError) as error:
        first_line = str(error).strip().split("\n", maxsplit=1)[0][:300]
        raise ModelUnavailableError(
            f"{short_name(model)} in {folder} cannot be loaded: "
            f"{type(error).__name__}: {first_line}. See docs/vlm.md for models that run here"
        ) from error
