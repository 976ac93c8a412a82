"""Adapters: what fine-tuning learns beside a vision-language model, in a folder of its own.

LoRA layers in the language model, the projector, and possibly a classifier. The folder holds
nothing else: adapter.safetensors, adapter.yaml (which base it belongs to, how it was made) and
metrics.json. The base is named by its hub id or folder name and known by a fingerprint.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from pydantic import Field, JsonValue, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from models.chats.weights import repo_id, short_name, weight_files
from models.checkpoint import METRICS_FILE, Metrics
from models.vlm_families import family_of
from utils.atomic import atomic_write_bytes, atomic_write_text
from utils.config import dump_settings, read_yaml
from utils.errors import CheckpointError, ConfigError, ModelUnavailableError
from utils.lora_settings import LoraSettings
from utils.section import Section

ADAPTER_FILE = "adapter.safetensors"
ADAPTER_HEADER_FILE = "adapter.yaml"
CLASSIFIER = "classifier."
PIECES, PIECE_BYTES = 64, 1 << 16


class AdapterHeader(Section):
    """What a reader needs to put the adapter where it belongs."""

    format_version: int = Field(1, ge=1, le=1)
    base: str = Field(min_length=1, max_length=200, description="hub id, or a folder's name")
    base_fingerprint: str = Field(pattern=r"^[0-9a-f]{64}$", description="of config and weights")
    architecture: str = Field(max_length=100, description="model_type of the base")
    lora: LoraSettings = LoraSettings()
    tasks: tuple[str, ...] = ()
    classifier: bool = Field(False, description="yes or no comes from a classifier, not in words")
    max_frames: int = Field(8, ge=1, description="most frames shown of a clip")
    rate_fps: float | None = Field(None, description="frames per second; null: evenly spread")
    rows: str = Field("", max_length=64, description="hash of the rows it was made from")
    training: dict[str, JsonValue] = Field({}, description="the settings it was trained with")


@dataclass(frozen=True, slots=True)
class Adapter:
    """A read adapter: header and tensors by parameter name."""

    header: AdapterHeader
    tensors: Mapping[str, Tensor]
    folder: Path

    def classifier(self) -> dict[str, Tensor]:
        """The tensors of the classifier, by their names inside it."""
        names = [name for name in self.tensors if name.startswith(CLASSIFIER)]
        return {name.removeprefix(CLASSIFIER): self.tensors[name] for name in names}

    def without_classifier(self) -> "Adapter":
        """The same with the model's own tensors alone."""
        own = {name: t for name, t in self.tensors.items() if not name.startswith(CLASSIFIER)}
        return replace(self, tensors=own)


def name_base(model: str) -> str:
    """How a header names a base: its hub id, or the name of its folder, never a place."""
    return short_name(model) if Path(model).expanduser().is_dir() else repo_id(model)


def fingerprint(folder: Path) -> str:
    """A hash of a model's config and of pieces of its weights, quick also for large models."""
    digest = hashlib.sha256((folder / "config.json").read_bytes())
    for file in weight_files(folder):
        size = file.stat().st_size
        digest.update(f"{file.name} {size}".encode())
        with file.open("rb") as stream:
            for piece in range(PIECES):
                stream.seek(size * piece // PIECES)
                digest.update(stream.read(PIECE_BYTES))
    return digest.hexdigest()


def inject(model: Any, lora: LoraSettings) -> dict[str, nn.Parameter]:
    """Put LoRA layers into the model, in place; what learns now, by name. The rest is frozen.

    Random weights come from torch's generator. Raises ModelUnavailableError for a model whose
    parts are not known, or where layers would be missed or the vision tower be hit.
    """
    from peft import LoraConfig, inject_adapter_in_model

    family = family_of(model)
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,  # type: ignore[arg-type]
        lora_dropout=lora.dropout,
        target_modules=family.adapted,
    )
    model.requires_grad_(False)
    inject_adapter_in_model(config, model)
    for name, parameter in model.named_parameters():
        learns = ".lora_" in name or (lora.projector and family.is_projector(name))
        parameter.requires_grad_(learns)
    _check_hits(model)
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def adapted_layers(model: Any) -> list[str]:
    """The names of the layers that have LoRA layers beside them."""
    from peft.tuners.lora import LoraLayer

    return [name for name, module in model.named_modules() if isinstance(module, LoraLayer)]


def _check_hits(model: Any) -> None:
    """Every block of the language model must have the same layers hit, and nothing else."""
    family, hits = family_of(model), adapted_layers(model)
    kinds = {name.rpartition(".layers.")[2].partition(".")[2] for name in hits}
    blocks = model.config.get_text_config().num_hidden_layers
    strays = [name for name in hits if family.is_vision(name) or family.is_projector(name)]
    if not hits or len(hits) != blocks * len(kinds) or strays:
        raise ModelUnavailableError(
            f"{model.name_or_path}: LoRA layers fit {len(hits)} places instead of {blocks} blocks "
            f"times {len(kinds)} layers, {len(strays)} of them outside the language model"
        )


def save_adapter(
    folder: Path, tensors: Mapping[str, Tensor], header: AdapterHeader, metrics: Metrics
) -> None:
    """Write the three files, each wholly or not at all. Raises OutputError."""
    plain = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
    atomic_write_bytes(folder / ADAPTER_FILE, save(plain))
    atomic_write_text(folder / METRICS_FILE, json.dumps(metrics, indent=2) + "\n")
    atomic_write_text(folder / ADAPTER_HEADER_FILE, dump_settings(header))


def has_adapter(folder: Path) -> bool:
    """Whether a folder holds an adapter."""
    return (folder / ADAPTER_HEADER_FILE).is_file()


def read_header(folder: Path) -> AdapterHeader:
    """The header of an adapter's folder. Raises CheckpointError."""
    path = folder / ADAPTER_HEADER_FILE
    if not path.is_file():
        raise CheckpointError(f"{folder} holds no adapter: no {ADAPTER_HEADER_FILE} in it")
    try:
        return AdapterHeader.model_validate(read_yaml(path))
    except (ConfigError, ValidationError) as error:
        raise CheckpointError(f"{path}: {str(error)[:200]}") from error


def read_adapter(folder: Path) -> Adapter:
    """Header and tensors. Raises CheckpointError, also for values that are not finite."""
    header, path = read_header(folder), folder / ADAPTER_FILE
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path}: absent or damaged ({error})") from error
    broken = [name for name, t in tensors.items() if not bool(torch.isfinite(t).all())]
    if broken:
        raise CheckpointError(f"{path}: {broken[0]} holds values that are not finite")
    return Adapter(header, tensors, folder)


def apply_adapter(model: Any, folder: Path) -> Adapter:
    """Put an adapter's layers and weights into its base, in place; what was read.

    The LoRA layers stay beside the model's own, in full precision, so that a small change is not
    rounded away. Raises CheckpointError where the adapter belongs to another base or does not
    fit, ModelUnavailableError where the base cannot be adapted.
    """
    adapter = read_adapter(folder)
    check_base(adapter.header, Path(model.name_or_path), folder)
    learned = inject(model, adapter.header.lora)
    load_learned(learned, adapter.without_classifier())
    model.requires_grad_(False)
    model.eval()
    return adapter


def load_learned(learned: Mapping[str, nn.Parameter], adapter: Adapter) -> None:
    """Put an adapter's tensors into what learns. Raises CheckpointError where they do not fit."""
    wanted = {name: tuple(p.shape) for name, p in learned.items()}
    if wanted != {name: tuple(t.shape) for name, t in adapter.tensors.items()}:
        raise CheckpointError(f"{adapter.folder}: its tensors do not fit {adapter.header.base}")
    with torch.no_grad():
        for name, parameter in learned.items():
            parameter.copy_(adapter.tensors[name])


def check_base(header: AdapterHeader, base: Path, folder: Path) -> None:
    """Raises CheckpointError where `base` is not the model that the adapter was made for."""
    if fingerprint(base) != header.base_fingerprint:
        raise CheckpointError(
            f"{folder} was made for {header.base}, and {base.name} is not that model or another "
            f"version of it: set describer.model to {header.base}"
        )


def merge_layers(model: Any) -> None:
    """Add the LoRA layers into the layers beside them, in place: a plain model again."""
    for name in adapted_layers(model):
        layer = model.get_submodule(name)
        layer.merge(safe_merge=True)
        parent, _, own = name.rpartition(".")
        setattr(model.get_submodule(parent), own, layer.get_base_layer())
