"""A checkpoint folder: model.safetensors, config.yaml (what built it), metrics.json (what it did).

Every file is written atomically; nothing is ever unpickled. Weights are compared by name, shape
and finiteness before any of them is put into a network.
"""

import json
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import Field, JsonValue, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from utils.atomic import atomic_path, atomic_write_bytes, atomic_write_text
from utils.calibration import Calibration
from utils.config import dump_settings, read_yaml
from utils.errors import CheckpointError, ConfigError
from utils.settings import Fraction01, ModelSettings, Section

WEIGHTS_FILE = "model.safetensors"
HEADER_FILE = "config.yaml"
METRICS_FILE = "metrics.json"
FORMAT_VERSION = 2  # 1 had no calibration; both are read
MAX_WEIGHTS_BYTES = 4 * 2**30

Metrics = dict[str, JsonValue]


class CheckpointHeader(Section):
    """What a reader needs to build the network and to use its scores."""

    format_version: int = Field(FORMAT_VERSION, ge=1, le=FORMAT_VERSION)
    model: ModelSettings = ModelSettings()
    frame_sampling_rate: float = Field(3.0, gt=0, le=60, description="frames per second")
    threshold: Fraction01 = Field(0.3, description="where an event starts")
    threshold_chosen: str = Field("", description="how the threshold was chosen")
    calibration: Calibration | None = Field(
        None, description="false alarms and crashes found per threshold; null = not calibrated"
    )
    label: str = Field(
        "possible crash", min_length=1, max_length=60, description="what an event is called"
    )
    horizon_s: float = Field(
        0.0, ge=0, le=60, description="0: a score speaks of now; 2: of the next two seconds"
    )
    classes: tuple[str, ...] = Field((), description="names of the classes, if several")
    training: dict[str, JsonValue] = Field({}, description="the settings it was trained with")


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Which tensors fitted: names of the loaded, missing, unexpected and mismatched ones."""

    loaded: tuple[str, ...]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    mismatched: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether file and network agree exactly."""
        return not (self.missing or self.unexpected or self.mismatched)

    def __str__(self) -> str:
        parts = [f"{len(self.loaded)} tensors loaded"]
        for kind in ("missing", "unexpected", "mismatched"):
            names = getattr(self, kind)
            if names:
                more = ", ..." if len(names) > 3 else ""
                parts.append(f"{len(names)} {kind} ({', '.join(names[:3])}{more})")
        return "; ".join(parts)


def save_checkpoint(
    folder: Path, weights: dict[str, Tensor], header: CheckpointHeader, metrics: Metrics
) -> None:
    """Write the three files, each wholly or not at all. Raises OutputError."""
    plain = {k: v.detach().cpu().contiguous() for k, v in weights.items()}
    atomic_write_bytes(folder / WEIGHTS_FILE, save(plain))  # save_file would hide a full disk
    atomic_write_text(folder / HEADER_FILE, dump_settings(header))
    atomic_write_text(folder / METRICS_FILE, json.dumps(metrics, indent=2) + "\n")


def write_header(folder: Path, header: CheckpointHeader, *, weights_from: Path) -> None:
    """Write the header alone, in the present format; weights and metrics are those of a folder.

    Where that is another folder, they are copied first. Raises OutputError.
    """
    if folder.resolve() != weights_from.resolve():
        for name in (WEIGHTS_FILE, METRICS_FILE):
            if (weights_from / name).is_file():
                with atomic_path(folder / name) as temporary:
                    shutil.copyfile(weights_from / name, temporary)
    current = header.model_copy(update={"format_version": FORMAT_VERSION})
    atomic_write_text(folder / HEADER_FILE, dump_settings(current))


def read_header(folder: Path) -> CheckpointHeader:
    """What built the checkpoint. Raises CheckpointError."""
    if not folder.is_dir():
        raise CheckpointError(f"no checkpoint folder at {folder}")
    try:
        return CheckpointHeader.model_validate(read_yaml(folder / HEADER_FILE))
    except ConfigError as error:
        raise CheckpointError(f"checkpoint {folder.name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CheckpointError(
            f"checkpoint {folder.name}: {HEADER_FILE}: {key}: {first['msg']}, "
            f"not {str(first['input'])[:60]!r}"
        ) from error


def load_weights(network: nn.Module, folder: Path, *, strict: bool = False) -> LoadReport:
    """Put the fitting tensors of the folder into the network and say which did not fit.

    strict refuses the first difference. Raises CheckpointError, and then leaves the network as it
    was: for a file that is damaged, has values that are not finite, or fits nowhere.
    """
    path = folder / WEIGHTS_FILE
    _check_file(path)
    own = network.state_dict()
    try:
        with safe_open(path, framework="pt") as file:
            shapes = {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}  # noqa: SIM118
            report = _compare({k: tuple(v.shape) for k, v in own.items()}, shapes)
            _refuse_unfit(report, folder, strict=strict)
            weights = {key: file.get_tensor(key) for key in report.loaded}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path}: damaged or not a safetensors file ({error})") from error
    _check_values(weights, own, path)
    network.load_state_dict({**own, **weights})
    return report


def _check_file(path: Path) -> None:
    try:
        status = path.lstat()
    except OSError as error:
        raise CheckpointError(f"checkpoint {path.parent.name}: no {path.name} in it") from error
    if not stat.S_ISREG(status.st_mode):
        raise CheckpointError(f"{path}: not a regular file; links are not followed")
    if status.st_size > MAX_WEIGHTS_BYTES:
        raise CheckpointError(f"{path}: {status.st_size >> 30} GiB is more than a checkpoint has")


def _compare(own: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]]) -> LoadReport:
    common = own.keys() & found.keys()
    mismatched = {key for key in common if own[key] != found[key]}
    return LoadReport(
        loaded=tuple(sorted(common - mismatched)),
        missing=tuple(sorted(own.keys() - found.keys())),
        unexpected=tuple(sorted(found.keys() - own.keys())),
        mismatched=tuple(sorted(mismatched)),
    )


def _refuse_unfit(report: LoadReport, folder: Path, *, strict: bool) -> None:
    if strict and not report.complete:
        raise CheckpointError(f"checkpoint {folder.name} does not fit the network: {report}")
    if not report.loaded:
        raise CheckpointError(f"checkpoint {folder.name}: nothing in it fits the network: {report}")


def _check_values(weights: dict[str, Tensor], own: dict[str, Tensor], path: Path) -> None:
    for key, value in weights.items():
        if value.is_floating_point() != own[key].is_floating_point():
            raise CheckpointError(f"{path}: {key} has type {value.dtype}, not {own[key].dtype}")
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            raise CheckpointError(f"{path}: {key} holds values that are not finite")
