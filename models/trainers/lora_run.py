"""One fine-tuning run from settings: rows, base model, trainer; after it the risk of each clip."""

import csv
import io
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from models.adapters import (
    adapted_layers,
    has_adapter,
    load_learned,
    read_adapter,
    read_header,
)
from models.shown_frames import MAX_SIDE_PX, Showing
from models.trainers.lora import LoraTrainer, RowData
from models.trainers.lora_model import tuned_model
from models.trainers.lora_rows import RowSet, readable
from models.trainers.lora_validation import risk_of
from models.trainers.resume import find_run
from models.trainers.run import is_first_process, metric_lines, with_output
from utils.atomic import atomic_write_text
from utils.datasets.corpus import read_corpus
from utils.datasets.question_rows import question_rows, row_weights
from utils.errors import CheckpointError
from utils.folder_lock import lock_folder
from utils.labeled_clip import LabeledClip
from utils.settings import Settings

PREDICTIONS = "predictions.csv"
RISKY = 0.5


def train_adapter(
    settings: Settings,
    *,
    data: str | None = None,
    resume: Path | None = None,
    allow_mismatch: bool = False,
) -> Iterator[str]:
    """Teach describer.model the tasks of the settings; yields lines for the reader.

    Where the output folder holds an adapter of the same rows, base, tasks and epochs, nothing is
    trained. resume: the folder of a run to go on with. Raises AppError children, and
    TrainingStopped after a signal.
    """
    if resume is not None:
        settings = with_output(settings, find_run(resume))
    output, first = Path(settings.training.output_dir), is_first_process()
    with lock_folder(output, "another training") if first else nullcontext():
        clips = read_corpus(settings.data, data)
        trainer = LoraTrainer(tuned_model(settings), row_data(clips, settings), settings)
        if resume is None and is_trained(trainer):
            yield f"{output / 'final'} is already trained on these rows: no training"
        else:
            lines = list(_overview(trainer))
            yield from lines if first else []
            metrics = trainer.fit(resume=resume is not None, allow_mismatch=allow_mismatch)
            yield from metric_lines(metrics) if first else []
        if first and "crash_risk" in settings.fine_tuning.tasks:
            yield predict(trainer, clips)
    if first:
        yield f"written to {output}"


def row_data(clips: list[LabeledClip], settings: Settings) -> RowData:
    """The rows of the tasks by split. Raises AnnotationError where none can be read."""
    return RowData(*(_row_set(clips, settings, split) for split in ("train", "val")))


def _row_set(clips: list[LabeledClip], settings: Settings, split: str) -> RowSet:
    tuning = settings.fine_tuning
    chosen = [clip for clip in clips if clip.split == split]
    rows = readable(question_rows(chosen, tuning.tasks, observed_s=tuning.observed_s))
    weights = row_weights(rows, balanced=tuning.mixing == "balanced")
    side_px = min(settings.describer.llava_image_size or MAX_SIDE_PX, MAX_SIDE_PX)
    return RowSet(rows, weights, Showing(tuning.max_frames, tuning.rate_fps, side_px))


def is_trained(trainer: LoraTrainer) -> bool:
    """Whether the output folder's adapter has the same base, rows, tasks and epochs."""
    try:
        found = read_header(trainer.output / "final")
    except CheckpointError:
        return False
    wanted = trainer.header()
    epochs = [header.training.get("num_epochs") for header in (found, wanted)]
    plain = [header.model_copy(update={"training": {}}) for header in (found, wanted)]
    return epochs[0] == epochs[1] and plain[0] == plain[1]


def predict(trainer: LoraTrainer, clips: list[LabeledClip]) -> str:
    """Write the risk of each test clip (or validation clip) by the best adapter; a line on it."""
    folder = next(trainer.output / n for n in ("best", "final") if has_adapter(trainer.output / n))
    load_learned(trainer.tuned.learned, read_adapter(folder))
    split = "test" if any(clip.split == "test" for clip in clips) else "val"
    rows = _row_set(clips, trainer.settings, split)
    risks: dict[str, float] = {}
    for shown in rows.shown():
        if shown.row.task == "crash_risk":
            name = shown.row.clip.path.name
            risks[name] = max(risks.get(name, 0.0), risk_of(trainer.tuned, shown))
    path = trainer.output / PREDICTIONS
    atomic_write_text(path, _table(risks))
    return f"the risk of {len(risks)} {split} clips by {folder.name}/ is in {path}"


def _table(risks: dict[str, float]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("file_name", "risk", "score"))
    rows.writerows((name, int(p >= RISKY), f"{p:.4f}") for name, p in sorted(risks.items()))
    return text.getvalue()


def _overview(trainer: LoraTrainer) -> Iterator[str]:
    model, learned = trainer.tuned.loaded.model, trainer.tuned.learned
    free = sum(p.numel() for p in learned.values())
    total = sum(p.numel() for p in model.parameters())
    yield f"{len(adapted_layers(model))} layers adapted; {free} of {total} parameters learn"
    yield f"{len(trainer.data.train.rows)} training rows, {len(trainer.data.val.rows)} to validate"
    yield f"{trainer.schedule.total_steps} steps of {trainer.schedule.samples_per_step} rows"
