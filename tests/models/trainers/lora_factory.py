"""Small fine-tuning runs: drawn clips, white where there is a crash, and a tiny random model."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from models.trainers.lora import LoraTrainer
from models.trainers.lora_model import tuned_model
from models.trainers.lora_rows import ShownRow
from models.trainers.lora_run import row_data
from tests.video_factory import VideoPlan, write_video
from utils.clip import Frames
from utils.config import validate
from utils.labeled_clip import LabeledClip
from utils.settings import Settings


def drawn_clips(folder: Path) -> list[LabeledClip]:
    """Two white crashes and two black drives, to train and to validate."""
    return list(_clips(folder))


def _clips(folder: Path) -> Iterator[LabeledClip]:
    for split, shade in (("train", 0), ("val", 10)):
        for kind, gray in (("crash", 235 - shade), ("normal", 20 + shade)):
            path = folder / f"{split}-{kind}.mp4"
            if not path.is_file():
                plan = VideoPlan(frames=12, rate=Fraction(10), size_px=(64, 64), draw=_plain(gray))
                write_video(path, plan)
            spans = ((0.4, 0.9),) if kind == "crash" else ()
            yield LabeledClip(
                path, kind, (), path.stem, split=split, spans_s=spans, dataset="questions"
            )


def _plain(gray: int) -> Any:
    def draw(number: int, size_px: tuple[int, int]) -> Frames:
        return np.full((size_px[1], size_px[0], 3), gray, np.uint8)

    return draw


def lora_settings(folder: Path, model: Path, **sections: dict[str, Any]) -> Settings:
    """Settings of a run that writes below the folder."""
    places = {"log_dir": str(folder / "logs"), "output_dir": str(folder / "run")}
    training = {"batch_size": 2, "num_epochs": 24, "learning_rate": 0.02, "warmup_steps": 0}
    training |= {"validate_every": 24, "best_metric": "log_loss", **places}
    tuning = {"tasks": ["crash_risk"], "max_frames": 2, "lora": {"dropout": 0.0}}
    tree = {
        "device": "cpu",
        "describer": {"model": str(model), "dtype": "float32"},
        "training": {**training, **sections.get("training", {})},
        "fine_tuning": {**tuning, **sections.get("fine_tuning", {})},
    }
    return validate(tree, source="test")


def lora_trainer(folder: Path, model: Path, **sections: dict[str, Any]) -> LoraTrainer:
    """A trainer of `lora_settings` on the drawn clips; equal arguments give equal trainers."""
    settings = lora_settings(folder, model, **sections)
    data = row_data(drawn_clips(folder), settings)
    return LoraTrainer(tuned_model(settings), data, settings)


def held_out(trainer: LoraTrainer) -> list[ShownRow]:
    """The validation rows: a crash and a drive."""
    return list(trainer.data.val.shown())
