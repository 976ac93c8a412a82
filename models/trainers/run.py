"""One training run from settings: clips, training set, network, trainer."""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import torch

from models.device import pick_device
from models.trainers.encoded import encode_corpus, encoded_data
from models.trainers.network import NetworkTrainer, TrainingData
from models.trainers.pixels import needs_pictures, pixel_data
from models.trainers.preparation import new_network, trainable_table
from models.trainers.resume import find_run
from models.video_trigger_model import VideoTriggerModel
from utils.datasets.corpus import read_corpus
from utils.folder_lock import lock_folder
from utils.settings import Settings


def train(
    settings: Settings,
    *,
    data: str | None = None,
    resume: Path | None = None,
    allow_mismatch: bool = False,
) -> Iterator[str]:
    """Train; yields lines for the reader. resume: the folder of a run to go on with, in place.

    Raises AppError children, and TrainingStopped after a signal.
    """
    settings = with_clip_window(settings)
    if resume is not None:
        settings = with_output(settings, find_run(resume))
    output = Path(settings.training.output_dir)
    first = _is_first_process()
    with lock_folder(output, "another training") if first else nullcontext():
        network = new_network(settings).to(pick_device(settings.device))
        trainer = NetworkTrainer(network, training_data(network, settings, data=data), settings)
        if first:
            yield from _overview(trainer)
        metrics = trainer.fit(resume=resume is not None, allow_mismatch=allow_mismatch)
    if first:
        for name, value in metrics.items():
            yield f"{name:<24}{value:.3f}" if isinstance(value, float) else f"{name:<24}{value}"
        yield f"written to {output}"


def _is_first_process() -> bool:
    """Whether this process writes; of several, as torchrun starts them, each takes its own GPU."""
    if "LOCAL_RANK" in os.environ and torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    return os.environ.get("RANK", "0") == "0"


def _overview(trainer: NetworkTrainer) -> Iterator[str]:
    yield trainable_table(trainer.network)
    train_clips, val_clips = trainer.data.train.clips, trainer.data.val.clips
    yield f"{len(train_clips)} training clips, {len(val_clips)} validation clips"
    yield f"{trainer.schedule.total_steps} steps of {trainer.schedule.samples_per_step} samples"


def training_data(
    network: VideoTriggerModel, settings: Settings, *, data: str | None = None
) -> TrainingData:
    """What the settings say to learn from: pictures, or features of a frozen encoder.

    Raises AnnotationError, ConfigError.
    """
    corpus = read_corpus(settings.data, data)
    if needs_pictures(settings):
        return pixel_data(corpus, settings)
    return encoded_data(network, encode_corpus(corpus, settings), settings)


def with_clip_window(settings: Settings) -> Settings:
    """The settings with the time encoder's windows as long as data.clip_window_size."""
    window = {"window_frames": settings.data.clip_window_size}
    encoder = settings.model.time_encoder.model_copy(update=window)
    model = settings.model.model_copy(update={"time_encoder": encoder})
    return settings.model_copy(update={"model": model})


def with_output(settings: Settings, folder: Path) -> Settings:
    """The settings of a run that writes to this folder."""
    training = settings.training.model_copy(update={"output_dir": str(folder)})
    return settings.model_copy(update={"training": training})
