"""From the form of the Train tab to the settings of a run: presets, numbers, places; checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ui.context import Context
from ui.raw_values import read_number, read_whole
from ui.train.datasets import DataChoice, data_settings
from utils.config import DEFAULT_CONFIG, merge, project_path, read_yaml, validate
from utils.errors import CheckpointError, ConfigError
from utils.settings import Settings

Tree = Mapping[str, Any]

DEFAULT_RECIPE = "default_checkpoint"  # the profile that made checkpoints/default
LOGS = "logs"  # inside a run's folder, so that curves move with it
NUMBERS = {
    "epochs": "num_epochs",
    "batch_size": "batch_size",
    "learning_rate": "learning_rate",
    "seed": "seed",
}
WHOLE = ("epochs", "batch_size", "seed")
NO_TASKS: Tree = {"fine_tuning": {"tasks": []}}


@dataclass(frozen=True, slots=True)
class Preset:
    """A way to train: changes to the settings, and a sentence about when to take it."""

    title: str
    help: str
    changes: Tree


@dataclass(frozen=True, slots=True)
class TrainForm:
    """The raw values of the form; a number that is None is the preset's."""

    name: Any = ""
    data: DataChoice = field(default_factory=DataChoice)
    preset: Any = "default"
    epochs: Any = None
    batch_size: Any = None
    learning_rate: Any = None
    seed: Any = None


def presets() -> dict[str, Preset]:
    """What may be chosen, the built-in ones first, then the config's profiles about training."""
    profiles = read_yaml(DEFAULT_CONFIG).get("profiles") or {}
    recipe = merge(NO_TASKS, profiles.get(DEFAULT_RECIPE, {}))
    quick = {"model": {"members": 2}, "training": {"num_epochs": 10, "validate_every": 1}}
    thorough = {"training": {"num_epochs": 80, "patience": 8}}
    found = {
        "quick": Preset("Quick look", "A small network and few epochs: does it run?", quick),
        "default": Preset("Default", "The recipe of the checkpoint that ships.", {}),
        "thorough": Preset(
            "Thorough", "Twice the epochs; ends when nothing gets better.", thorough
        ),
    }
    built_in = {
        name: Preset(preset.title, preset.help, merge(recipe, preset.changes))
        for name, preset in found.items()
    }
    own = {
        "checkpoint": Preset("Like my checkpoint", "The recipe of the checkpoint in use.", {}),
        "settings": Preset("As the settings say", "Sections model and training as they are.", {}),
    }
    others = {
        name: Preset(f"Profile {name}", "From config.yaml, by this name.", changes)
        for name, changes in profiles.items()
        if "training" in changes and name != DEFAULT_RECIPE
    }
    return {**built_in, **own, **others}


def preset_settings(name: Any, context: Context) -> Settings:
    """The settings with a preset. Raises ConfigError, CheckpointError."""
    known = presets()
    if not isinstance(name, str) or name not in known:
        raise ConfigError("Choose one of the presets in the list.")
    changes = _recipe(context.settings) if name == "checkpoint" else known[name].changes
    return validate(merge(context.settings.model_dump(), changes), source=f"preset {name}")


def read_plan(form: TrainForm, context: Context, labels: Path) -> Settings:
    """The settings of a new run. labels: the folder for labels made of reviews.

    Raises AppError children with a sentence for the user.
    """
    folder = context.checkpoints.new_folder(form.name)
    settings = preset_settings(form.preset, context)
    numbers = {key: _read(form, name) for name, key in NUMBERS.items()}
    chosen = {key: value for key, value in numbers.items() if value is not None}
    places = {"output_dir": str(folder), "log_dir": str(folder / LOGS)}
    tree = merge(settings.model_dump(), {"training": {**chosen, **places}})
    data = data_settings(form.data, context, labels)
    # what a preset says of data is how frames are sampled, not which clips there are
    sampled = {k: tree["data"][k] for k in ("frame_sampling_rate", "clip_window_size")}
    return validate({**tree, "data": {**data.model_dump(), **sampled}}, source="the form")


def _recipe(settings: Settings) -> Tree:
    """How the checkpoint of the settings was made. Raises CheckpointError, ConfigError."""
    folder = project_path(settings.trigger.checkpoint)
    header = read_yaml(folder / "config.yaml")
    model, training = header.get("model"), header.get("training")
    if not isinstance(model, dict) or not isinstance(training, dict) or not training:
        raise CheckpointError(
            f"The checkpoint {folder.name} does not say how it was trained. Choose a preset."
        )
    rate = header.get("frame_sampling_rate", settings.data.frame_sampling_rate)
    sampling = {"frame_sampling_rate": rate}
    return {"model": model, "training": training, "data": sampling, **NO_TASKS}


def _read(form: TrainForm, name: str) -> float | int | None:
    read = read_whole if name in WHOLE else read_number
    return read(getattr(form, name), f"The {name.replace('_', ' ')}")
