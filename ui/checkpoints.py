"""The checkpoints a user may choose from, by name, and what is known of each.

The page only ever sees names. A name that comes back is looked up here again, never used as a path.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ui.raw_values import as_number
from ui.sentences import number_of
from utils.calibration import Calibration
from utils.config import REPO_ROOT, project_path, read_yaml
from utils.errors import AppError, CheckpointError, ConfigError
from utils.settings import Settings

WEIGHTS = "model.safetensors"
MAX_METRICS_BYTES = 1_000_000
FALLBACK_THRESHOLD = 0.3
NO_CHECKPOINT = "There is no checkpoint. Put one into the folder checkpoints/ first."
NEW_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
# Keys of utils.metrics.drives.summary, in words.
FIGURES = {
    "recall_at_10_per_hour": "{:.0%} of crashes found at 10 false alarms per hour",
    "recall_at_40_per_hour": "{:.0%} at 40",
    "within_clip_auc": "AUC within a clip {:.2f}",
}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint folder: its settings value, threshold and the figures it was measured at.

    promise: what the threshold costs and finds by its calibration; empty without one. doubts: why
    it may not hold; empty where enough was counted. metrics: what training measured, as stored.
    """

    name: str
    setting: str
    threshold: float
    sees: str = ""
    time_encoder: str = ""
    figures: str = ""
    promise: str = ""
    doubts: str = ""
    calibration: Calibration | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)


class CheckpointShelf:
    """The folders below one root that hold weights, and the one that the settings now name."""

    def __init__(
        self, settings: Callable[[], Settings], root: Path = REPO_ROOT / "checkpoints"
    ) -> None:
        self.root = root
        self.settings = settings

    def names(self) -> list[str]:
        """What may be chosen now, the settings' own first."""
        return list(self._folders())

    def find(self, name: object) -> Checkpoint:
        """The checkpoint of this name. Raises CheckpointError for anything that is not offered."""
        folders = self._folders()
        if not folders:
            raise CheckpointError(NO_CHECKPOINT)
        if not isinstance(name, str) or name not in folders:
            raise CheckpointError("That checkpoint is not in the list. Choose one and try again.")
        return _read(name, folders[name], self.settings().trigger.max_false_alarms_per_hour)

    def first(self) -> Checkpoint:
        """The settings' own, else any. Raises CheckpointError where there is none."""
        return self.find(next(iter(self._folders()), None))

    def at(self, folder: Path) -> Checkpoint | None:
        """The checkpoint of this folder; None where it is not offered."""
        names = (n for n, path in self._folders().items() if path.resolve() == folder.resolve())
        name = next(names, None)
        return None if name is None else self.find(name)

    def new_folder(self, name: object) -> Path:
        """The folder for a checkpoint that is to be made. Raises ConfigError, also where it is."""
        given = name.strip() if isinstance(name, str) else ""
        if not NEW_NAME.fullmatch(given):
            raise ConfigError("Name the new checkpoint: letters, digits, - and _, 40 at most.")
        folder = self.root.absolute() / given
        if folder.exists():
            raise ConfigError(f"There is a checkpoint {given} already. Choose another name.")
        return folder

    def _folders(self) -> dict[str, Path]:
        chosen = project_path(self.settings().trigger.checkpoint)
        found = {
            path.parent.relative_to(self.root).as_posix(): path.parent
            for pattern in (f"*/{WEIGHTS}", f"*/*/{WEIGHTS}")
            for path in sorted(self.root.glob(pattern))
        }
        if not (chosen / WEIGHTS).is_file():
            return found
        own = next((n for n, p in found.items() if p.resolve() == chosen.resolve()), chosen.name)
        return {own: chosen} | {n: p for n, p in found.items() if n != own}


def _read(name: str, folder: Path, budget: float | None) -> Checkpoint:
    try:
        config = read_yaml(folder / "config.yaml")
    except AppError:
        config = {}
    metrics = _read_metrics(folder / "metrics.json")
    calibration = _calibration(config)
    threshold, promise, doubts = _operating_point(config, calibration, budget)
    model = _section(config, "model")
    return Checkpoint(
        name=name,
        setting=str(folder),
        threshold=FALLBACK_THRESHOLD if threshold is None else min(max(threshold, 0.0), 1.0),
        sees=_what_it_sees(model),
        time_encoder=str(_section(model, "time_encoder").get("kind", "")),
        figures=_figures(metrics),
        promise=promise,
        doubts=doubts,
        calibration=calibration,
        metrics=metrics,
    )


def _calibration(config: dict[str, Any]) -> Calibration | None:
    try:
        return Calibration.model_validate(config.get("calibration"))
    except ValidationError:
        return None


def _operating_point(
    config: dict[str, Any], calibration: Calibration | None, budget: float | None
) -> tuple[float | None, str, str]:
    """The threshold for a budget of false alarms (else the stored one), its promise, the doubts."""
    stored = as_number(config.get("threshold"))
    if calibration is None:
        return stored, "", ""
    try:
        chosen = budget or calibration.max_false_alarms_per_hour
        threshold = stored if budget is None else calibration.point(chosen).threshold
        return threshold, calibration.words(chosen), calibration.doubts(chosen)
    except CheckpointError:
        return stored, "", ""


def _what_it_sees(model: dict[str, Any]) -> str:
    """What the network looks at in a frame."""
    encoder = str(_section(model, "encoder").get("name", "appearance"))
    both = f"motion and {encoder}"
    kinds = {"motion": "motion", "both": both, "components": both, "appearance": encoder}
    return kinds.get(str(model.get("frame_inputs")), encoder) if model else ""


def _read_metrics(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_METRICS_BYTES:
            return {}
        metrics = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return metrics if isinstance(metrics, dict) else {}


def _figures(metrics: dict[str, Any]) -> str:
    """The figures in words, those on held-out clips of most footage first."""
    held_out = next((n for n in ("cross_validation", "validation") if _section(metrics, n)), "")
    chosen = _section(metrics, held_out) or metrics
    values = {words: as_number(chosen.get(key)) for key, words in FIGURES.items()}
    told = ", ".join(words.format(v) for words, v in values.items() if v is not None)
    told += _footage(chosen) if told else ""
    return f"{held_out.replace('_', '-').capitalize()}: {told}" if held_out and told else told


def _footage(measured: dict[str, Any]) -> str:
    """How much the figures were counted on: of one clip, 100 % says nothing."""
    crashes, hours = as_number(measured.get("crash_clips")), as_number(measured.get("quiet_hours"))
    if crashes is None or hours is None:
        return ""
    return (
        f", on {number_of(round(crashes), 'crash clip')} and {60 * hours:.1f} min without a crash"
    )


def _section(tree: dict[str, Any], name: str) -> dict[str, Any]:
    section = tree.get(name)
    return section if isinstance(section, dict) else {}
