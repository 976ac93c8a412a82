"""What can be done about training: start, stop, resume, retrain on reviews, compare, look.

The page and the API both go through here. Values are checked here, whoever sent them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ui.checkpoints import Checkpoint
from ui.commands import CommandRun
from ui.context import Context
from ui.train import comparison
from ui.train.comparison import Pairs, Wish
from ui.train.curves import CurveReader, Points
from ui.train.datasets import DataChoice
from ui.train.plan import TrainForm, preset_settings, read_plan
from ui.train.progress import Progress, read_progress
from ui.train.tensorboard import TensorBoard
from utils.config import load_settings, project_path
from utils.datasets.annotations import write_annotations
from utils.datasets.corpus import is_there, labelled_clips, read_corpus
from utils.errors import AppError, ConfigError
from utils.folder_lock import LOCK_FILE
from utils.settings import CorpusSettings, DataSettings, Settings

LABELS_FOLDER, HELD_OUT = "training-labels", "held-out.json"
STATE_FILE = "resume.safetensors"
UNREADABLE = "The settings of this run cannot be read any more."


@dataclass(frozen=True, slots=True)
class TrainStatus:
    """A run as it stands. checkpoint: its result as the checkpoint lists name it, if any.

    comparing: the evaluation that measures before and after, and its table once it is done.
    """

    run: CommandRun
    progress: Progress
    curves: dict[str, Points]
    checkpoint: Checkpoint | None
    base: Checkpoint | None
    resumable: bool
    wanted: bool = False
    comparing: CommandRun | None = None
    pairs: Pairs | None = None


class Training:
    """The training runs of the app."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.board = TensorBoard(context.checkpoints.root)
        self._curves = CurveReader()
        self._read: dict[Path, Settings] = {}

    def runs(self) -> list[CommandRun]:
        """All training runs, the newest first."""
        return self.context.commands.runs("train")

    def find(self, run_id: Any) -> CommandRun:
        """The run of this id; the newest for an empty one. Raises AppError."""
        runs = self.runs()
        if not run_id and runs:
            return runs[0]
        found = next((run for run in runs if run.id == run_id), None)
        if found is None:
            raise AppError("That training run is not known. Choose one from the list.")
        return found

    def start(self, form: TrainForm) -> CommandRun:
        """Start a new run. Raises AppError children."""
        settings = read_plan(form, self.context, self._labels_folder())
        name = Path(settings.training.output_dir).name
        return self.context.commands.start("train", [], name=name, settings=settings)

    def retrain(self, name: Any = "") -> CommandRun:
        """Train by the recipe in use on the reviews, and on the settings' data where there is any.

        What comes out is compared with the checkpoint in use. Raises AppError children.
        """
        form = TrainForm(
            name=name or f"reviews-{datetime.now():%Y%m%d-%H%M%S}",
            data=DataChoice(learn_from=(*self._own_data(), "reviews")),
            preset=self._own_recipe(),
        )
        labels = self._labels_folder()
        settings = read_plan(form, self.context, labels)
        held_out = _reviewed_alone(settings.data, labels)
        run_name = Path(settings.training.output_dir).name
        run = self.context.commands.start("train", [], name=run_name, settings=settings)
        base = project_path(self.context.settings.trigger.checkpoint).absolute()
        comparison.wish_for(run, Wish(base=str(base), data=held_out))
        return run

    def stop(self, run_id: Any) -> CommandRun:
        """Stop a run after its step. Raises AppError."""
        run = self.find(run_id)
        self.context.commands.stop(run.id)
        return run

    def resume(self, run_id: Any) -> CommandRun:
        """Go on with a run that was stopped or failed. Raises AppError."""
        run = self.find(run_id)
        output = self.output(run)
        if not self._resumable(run, output):
            raise AppError("This run cannot be resumed: it is running, done, or never began.")
        resumed = self.context.commands.start(
            "train",
            ["--resume", str(output)],
            name=run.name,
            settings=self.settings(run),
            resume_of=run.id,
        )
        wish = comparison.read_wish(run)
        if wish is not None:
            comparison.wish_for(resumed, wish.model_copy(update={"evaluation": None}))
        return resumed

    def compare(self, run_id: Any, base: Any = "") -> CommandRun:
        """Measure a run's checkpoint beside another on the same held-out clips. Raises AppError."""
        run = self.find(run_id)
        result = comparison.result_of(self.output(run))
        if result is None:
            raise AppError("This run has written no checkpoint yet.")
        shelf = self.context.checkpoints
        chosen = shelf.find(base) if base else shelf.first()
        if project_path(chosen.setting).resolve() == result.resolve():
            raise AppError("Choose another checkpoint to compare with than this run's own.")
        before = comparison.read_wish(run)
        base_folder = project_path(chosen.setting).absolute()
        wish = Wish(base=str(base_folder), data=before.data if before else None)
        return comparison.start(run, wish, self.context.commands, result)

    def status(self, run_id: Any) -> TrainStatus:
        """How a run stands. Raises AppError."""
        run = self.find(run_id)
        settings = self.settings(run)
        output = Path(settings.training.output_dir)
        curves = self._curves.read(Path(settings.training.log_dir))
        result = comparison.result_of(output)
        status = TrainStatus(
            run=run,
            progress=read_progress(run, curves),
            curves=curves,
            checkpoint=self.context.checkpoints.at(result) if result else None,
            base=self._base(run),
            resumable=self._resumable(run, output),
        )
        return self._with_comparison(status, result)

    def tensorboard(self) -> str:
        """The address of a TensorBoard over all runs, started where none runs. Raises AppError."""
        if not self.context.local_allowed:
            raise ConfigError("TensorBoard is off while the app listens on the network.")
        return self.board.start()

    def settings(self, run: CommandRun) -> Settings:
        """The settings of a run. Raises AppError."""
        if run.folder not in self._read:
            try:
                self._read[run.folder] = load_settings(run.settings)
            except ConfigError as error:
                raise AppError(UNREADABLE) from error
        return self._read[run.folder]

    def output(self, run: CommandRun) -> Path:
        """The folder that holds a run's checkpoints. Raises AppError."""
        return Path(self.settings(run).training.output_dir)

    def _with_comparison(self, status: TrainStatus, result: Path | None) -> TrainStatus:
        wish = comparison.read_wish(status.run)
        if wish is None or result is None or wish.evaluation is None:
            return replace(status, wanted=wish is not None)
        found = [r for r in self.context.commands.runs("evaluate") if r.id == wish.evaluation]
        evaluation = found[0] if found else None
        names = (Path(wish.base).name, f"{result.parent.name}/{result.name}")
        finished = evaluation is not None and evaluation.state == "finished"
        pairs = comparison.read_pairs(evaluation, *names) if evaluation and finished else None
        return replace(status, wanted=True, comparing=evaluation, pairs=pairs)

    def _base(self, run: CommandRun) -> Checkpoint | None:
        """The checkpoint that a run is compared with: as was asked, else the one in use."""
        shelf, wish = self.context.checkpoints, comparison.read_wish(run)
        chosen = shelf.at(Path(wish.base)) if wish else None
        return chosen or (shelf.first() if shelf.names() else None)

    def _resumable(self, run: CommandRun, output: Path) -> bool:
        begun = any((output / name).is_file() for name in (STATE_FILE, LOCK_FILE))
        later = any(other.resume_of == run.id for other in self.runs())
        return run.state in ("stopped", "failed") and begun and not later

    def _labels_folder(self) -> Path:
        return (
            self.context.outputs.absolute() / LABELS_FOLDER / f"{datetime.now():%Y%m%d-%H%M%S-%f}"
        )

    def _own_data(self) -> tuple[str, ...]:
        """The settings' data, where there is any."""
        try:
            found = any(map(is_there, labelled_clips(self.context.settings.data)))
        except AppError:
            return ()
        return ("settings",) if found else ()

    def _own_recipe(self) -> str:
        """The recipe of the checkpoint in use; the default one where it does not say."""
        try:
            preset_settings("checkpoint", self.context)
        except AppError:
            return "default"
        return "checkpoint"


def _reviewed_alone(data: DataSettings, labels: Path) -> DataSettings | None:
    """The reviewed clips that the run holds out, as labels; None where they can tell nothing.

    A reviewed video may also stand in the settings' data, and be learned from there; so what
    counts is where the run itself puts it.
    """
    own = [part for part in data.corpora if Path(part.annotations).is_relative_to(labels)]
    reviewed = {clip.path for clip in labelled_clips(_with_corpora(data, own))}
    held_out = [c for c in read_corpus(data) if c.split == "val" and c.path in reviewed]
    if not {"crash", "normal"} <= {clip.kind for clip in held_out}:
        return None
    video_dir = own[0].video_dir
    write_annotations(labels / HELD_OUT, held_out, video_dir=Path(video_dir))
    part = {"annotations": str(labels / HELD_OUT), "split": "val"}
    return _with_corpora(data, [own[0].model_copy(update=part)])


def _with_corpora(data: DataSettings, corpora: Sequence[CorpusSettings]) -> DataSettings:
    """The same data settings with other clips."""
    return data.model_copy(update={"corpora": tuple(corpora)})
