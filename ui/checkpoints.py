"""The checkpoints a user may choose from, by name, and what is known of each.

The page only ever sees names. A name that comes back is looked up here again, never used as a path.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utils.config import REPO_ROOT, read_yaml
from utils.errors import AppError, CheckpointError
from utils.settings import Settings

WEIGHTS = "model.safetensors"
MAX_METRICS_BYTES = 1_000_000
FALLBACK_THRESHOLD = 0.3
METRIC_NAMES = {
    "frame_auc": "Frame AUC",
    "auc": "AUC",
    "clip_ap": "Clip AP",
    "average_precision": "Average precision",
    "ap": "AP",
    "f1": "F1",
    "event_recall": "Events found",
    "false_alarms_per_hour": "False alarms per hour",
    "mtta_s": "Mean time to accident, s",
}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint folder: its settings value, threshold and the figures it was measured at."""

    name: str
    setting: str
    threshold: float
    encoder: str = ""
    time_encoder: str = ""
    figures: tuple[tuple[str, str], ...] = ()


class CheckpointShelf:
    """The folders below one root that hold weights, and the one that the settings name."""

    def __init__(self, settings: Settings, root: Path = REPO_ROOT / "checkpoints") -> None:
        self.root = root
        self.settings = settings

    def names(self) -> list[str]:
        """What may be chosen now, the settings' own first."""
        return list(self._folders())

    def find(self, name: object) -> Checkpoint:
        """The checkpoint of this name. Raises CheckpointError for anything that is not offered."""
        folders = self._folders()
        if not isinstance(name, str) or name not in folders:
            raise CheckpointError("That checkpoint is not in the list. Choose one and try again.")
        return _read(name, folders[name])

    def _folders(self) -> dict[str, Path]:
        chosen = Path(self.settings.trigger.checkpoint).expanduser()
        chosen = chosen if chosen.is_absolute() or chosen.exists() else REPO_ROOT / chosen
        below = sorted(self.root.glob(f"*/{WEIGHTS}")) if self.root.is_dir() else []
        found = {path.parent.name: path.parent for path in below}
        if not (chosen / WEIGHTS).is_file():
            return found
        return {chosen.name: chosen} | {k: v for k, v in found.items() if k != chosen.name}


def _read(name: str, folder: Path) -> Checkpoint:
    try:
        config = read_yaml(folder / "config.yaml")
    except AppError:
        config = {}
    metrics = _read_metrics(folder / "metrics.json")
    threshold = _number(metrics, "threshold")
    if threshold is None:
        threshold = _number(_section(config, "trigger"), "threshold")
    model = _section(config, "model")
    return Checkpoint(
        name=name,
        setting=str(folder),
        threshold=FALLBACK_THRESHOLD if threshold is None else min(max(threshold, 0.0), 1.0),
        encoder=str(_section(model, "encoder").get("name", "")),
        time_encoder=str(_section(model, "time_encoder").get("kind", "")),
        figures=tuple(_figures(metrics)),
    )


def _read_metrics(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_METRICS_BYTES:
            return {}
        metrics = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return metrics if isinstance(metrics, dict) else {}


def _figures(metrics: dict[str, Any]) -> list[tuple[str, str]]:
    values = [(label, _number(metrics, key)) for key, label in METRIC_NAMES.items()]
    return [(label, f"{value:.3g}") for label, value in values if value is not None][:4]


def _section(tree: dict[str, Any], name: str) -> dict[str, Any]:
    section = tree.get(name)
    return section if isinstance(section, dict) else {}


def _number(tree: dict[str, Any], name: str) -> float | None:
    value = tree.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
