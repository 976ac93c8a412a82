"""Starts evaluate.py, trust.py and calibrate.py as the tab asks.

Everything that arrives here comes from a page or a program: names, paths and numbers are checked.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from ui.commands import OUTPUT, CommandRun
from ui.context import Context
from ui.evaluate.operating import OperatingWords, operating_words
from ui.local_paths import PATHS_ARE_OFF, existing_path
from ui.raw_values import as_number
from utils.config import merge, validate
from utils.errors import ConfigError, VideoError
from utils.labeled_clip import Split
from utils.metrics.protocols import ALL, PROTOCOLS
from utils.settings import Settings

SPLITS: tuple[str, ...] = get_args(Split)
DATA_FOLDERS = ("drives", "cadp_frames")  # what --data means
MAX_CHECKPOINTS, MAX_PATHS, MAX_PATH = 6, 200, 4000
MAX_BUDGET = 1e6


@dataclass(frozen=True, slots=True)
class Clips:
    """Which labelled clips: a path and a folder of videos, both empty for those of Settings."""

    labels: Any = ""
    videos: Any = ""


@dataclass(frozen=True, slots=True)
class EvaluateForm:
    """The raw values of a measurement."""

    checkpoints: Any
    clips: Clips = Clips()
    protocol: Any = ALL
    split: Any = "val"
    baselines: Any = True


@dataclass(frozen=True, slots=True)
class CalibrateForm:
    """The raw values of a calibration. normal: paths of normal drives. name: of the new folder."""

    checkpoint: Any
    normal: Any
    max_false_alarms_per_hour: Any
    name: Any
    clips: Clips = Clips()


class Runs:
    """The commands of the Evaluate tab."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def evaluate(self, form: EvaluateForm) -> CommandRun:
        """Start evaluate.py. Raises AppError children."""
        folders = self._checkpoints(form.checkpoints)
        if form.protocol not in (ALL, *PROTOCOLS):
            raise ConfigError("Choose one of the protocols in the list.")
        if form.split not in SPLITS:
            raise ConfigError("Choose one of the splits: train, val or test.")
        settings, data = self._clips(form.clips)
        arguments = ["--checkpoint", *folders.values(), "--protocol", form.protocol]
        arguments += ["--split", form.split, *data, "--output", OUTPUT]
        arguments += [] if form.baselines else ["--no-baselines"]
        name = f"{', '.join(folders)} · {form.protocol} · {form.split}"
        return self.context.commands.start("evaluate", arguments, name=name, settings=settings)

    def trust(self, checkpoint: Any, clips: Clips) -> CommandRun:
        """Start trust.py. Raises AppError children."""
        (name, folder), *_ = self._checkpoints([checkpoint]).items()
        settings, data = self._clips(clips)
        arguments = ["--checkpoint", folder, *data, "--output", OUTPUT]
        return self.context.commands.start("trust", arguments, name=name, settings=settings)

    def calibrate(self, form: CalibrateForm) -> CommandRun:
        """Start calibrate.py; it writes a new checkpoint. Raises AppError children."""
        (name, folder), *_ = self._checkpoints([form.checkpoint]).items()
        budget = _budget(form.max_false_alarms_per_hour)
        normal = [self._path(path) for path in _paths(form.normal)]
        if not normal:
            raise ConfigError("Give the path of a folder or of videos of your normal drives.")
        arguments = ["--checkpoint", folder, "--max-false-alarms-per-hour", f"{budget:g}"]
        new = self.context.checkpoints.new_folder(form.name)
        arguments += ["--output", str(new), "--normal", *normal]
        if form.clips.labels:
            arguments += ["--labels", self._path(form.clips.labels)]
        if form.clips.videos:
            arguments += ["--videos", self._path(form.clips.videos)]
        said = f"{name} to {form.name}, at most {budget:g} per hour"
        own = self.context.settings
        return self.context.commands.start("calibrate", arguments, name=said, settings=own)

    def use(self, checkpoint: Any, budget: Any) -> OperatingWords:
        """Let analyses keep this budget from now on. Raises CheckpointError, ConfigError."""
        found = self.context.checkpoints.find(checkpoint)
        words = operating_words(found, _budget(budget))
        chosen = {
            "checkpoint": found.setting,
            "threshold": None,
            "max_false_alarms_per_hour": words.max_false_alarms_per_hour,
        }
        self.context.change_settings({"trigger": chosen})
        return words

    def _checkpoints(self, names: Any) -> dict[str, str]:
        if not isinstance(names, list | tuple) or not names:
            raise ConfigError("Choose a checkpoint first.")
        if len(names) > MAX_CHECKPOINTS:
            raise ConfigError(f"At most {MAX_CHECKPOINTS} checkpoints are measured together.")
        found = [self.context.checkpoints.find(name) for name in names]
        return {checkpoint.name: checkpoint.setting for checkpoint in found}

    def _clips(self, clips: Clips) -> tuple[Settings, list[str]]:
        """The settings that name these clips, and the arguments that do."""
        settings = self.context.settings
        if not clips.labels:
            return settings, []
        labels = self._path(clips.labels)
        if any((Path(labels) / name).is_dir() for name in DATA_FOLDERS):
            return settings, ["--data", labels]
        own = {"train_annotations": labels, "val_annotations": "", "val_video_dir": ""}
        videos = self._path(clips.videos) if clips.videos else ""
        named = {**own, "train_video_dir": videos, "corpora": (), "format": "auto"}
        return validate(merge(settings.model_dump(), {"data": named}), source="the form"), []

    def _path(self, text: Any) -> str:
        if not isinstance(text, str) or len(text) > MAX_PATH:
            raise VideoError("That path cannot be read.")
        if not self.context.local_allowed:
            raise VideoError(PATHS_ARE_OFF)
        return str(existing_path(text))


def _budget(value: Any) -> float:
    budget = as_number(value)
    if budget is None or not 0 < budget < MAX_BUDGET:
        raise ConfigError("Give the false alarms per hour as a number above 0.")
    return budget


def _paths(text: Any) -> list[str]:
    """Paths of a list, or one per line."""
    lines = text.splitlines() if isinstance(text, str) else text
    if not isinstance(lines, list | tuple) or len(lines) > MAX_PATHS:
        raise ConfigError("Give the paths of your normal drives, one per line.")
    return [line for line in lines if not isinstance(line, str) or line.strip()]
