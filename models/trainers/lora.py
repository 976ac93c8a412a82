"""Teaches a vision-language model tasks: LoRA layers, projector and classifier learn, no more.

The loop, resuming and early stopping are those of `models.trainers.trainer`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.adapters import AdapterHeader, fingerprint, name_base, save_adapter
from models.checkpoint import Metrics
from models.trainers.board import Board
from models.trainers.drawing import Places, load_steps
from models.trainers.identity import RunIdentity, clip_digest, identity_of
from models.trainers.lora_batch import EncodedBatch, encode
from models.trainers.lora_model import LoraOptimization, TunedModel
from models.trainers.lora_rows import RowSet, ShownRow
from models.trainers.lora_validation import answer_in_words, figures, sample_rows, score_rows
from models.trainers.trainer import Trainer
from utils.datasets.question_rows import QuestionRow
from utils.errors import AnnotationError
from utils.settings import Settings

SECTIONS = {
    "training": True,
    "fine_tuning": True,
    "describer": {"dtype", "llava_image_size"},
}


@dataclass(frozen=True, slots=True)
class RowData:
    """What is learned from and what is measured on."""

    train: RowSet
    val: RowSet


class LoraTrainer(Trainer):
    """Trains an adapter."""

    def __init__(self, tuned: TunedModel, data: RowData, settings: Settings) -> None:
        """Raises AnnotationError where nothing can be learned."""
        if not data.train.rows:
            tasks = ", ".join(settings.fine_tuning.tasks)
            raise AnnotationError(f"no training clip has a label that answers {tasks}")
        count = len(data.train.rows)
        super().__init__(LoraOptimization(tuned, settings), settings, count=count)
        self.tuned = tuned
        self.data = data
        self._digests = dict(_row_digests([*data.train.rows, *data.val.rows]))
        self._base = fingerprint(Path(tuned.loaded.model.name_or_path))

    def identity(self) -> RunIdentity:
        """The settings, rows, base and computing that decide the weights."""
        known = {"the base model": self._base, **self._digests}
        return identity_of(self.settings, SECTIONS, known, self.optimization)

    def header(self) -> AdapterHeader:
        """What the written adapters say of themselves."""
        tuning, training = self.settings.fine_tuning, self.settings.training
        told = training.model_dump(mode="json", exclude={"log_dir", "output_dir"})
        return AdapterHeader(
            base=name_base(self.settings.describer.model),
            base_fingerprint=self._base,
            architecture=self.tuned.loaded.model.config.model_type,
            lora=tuning.lora,
            tasks=tuning.tasks,
            classifier=self.tuned.classifier is not None,
            max_frames=tuning.max_frames,
            rate_fps=tuning.rate_fps,
            rows=self.rows_digest(),
            training=told,
        )

    def rows_digest(self) -> str:
        """A hash of all rows and what their clips show."""
        return hashlib.sha256(repr(sorted(self._digests.items())).encode()).hexdigest()

    def load_batches(self, done: int) -> Iterator[list[EncodedBatch]]:
        """The batches of each step after `done`, encoded as the chat encodes a question."""
        places = Places(self.data.train.weights, self.schedule, self.accelerator.process_index)
        for batches in load_steps(self.data.train, places, done, list[ShownRow]):
            yield [encode(self.tuned.encoder, batch) for batch in batches]

    def begin(self, board: Board) -> Metrics:
        """The figures of the base model, as `base_...`."""
        return {f"base_{name}": value for name, value in self.measure(0, board).items()}

    def measure(self, step: int, board: Board) -> Metrics:
        """The figures of the validation rows; some are answered in words on the board."""
        if not self.data.val.rows:
            return {}
        with self.accelerator.autocast():
            metrics = figures(score_rows(self.tuned, self.data.val))
            board.figures(step, metrics)
            count = self.settings.fine_tuning.sample_answers
            for number, shown in enumerate(sample_rows(self.data.val, count), start=1):
                said = answer_in_words(self.tuned, shown)
                board.text(step, f"answers/{number}", _beside(shown.row, said))
        return metrics

    def write(self, folder: Path, metrics: Metrics) -> None:
        """The adapter: what learned, and nothing else."""
        save_adapter(folder, self.tuned.learned, self.header(), metrics)


def _beside(row: QuestionRow, said: str) -> str:
    """Question, right answer and the model's, as Markdown."""
    place = row.clip.path.name
    return f"{place}: {row.prompt}\n\n- right: {row.answer}\n- model: {said}"


def _row_digests(rows: list[QuestionRow]) -> Iterator[tuple[str, str]]:
    """A name and a digest of each row; a clip is read once."""
    clips: dict[int, str] = {}
    for row in rows:
        if id(row.clip) not in clips:
            clips[id(row.clip)] = clip_digest(row.clip)
        place = "" if row.span_s is None else f" {row.span_s[0]:g}-{row.span_s[1]:g} s"
        said = f"{row.prompt} {row.answer} {clips[id(row.clip)]}"
        digest = hashlib.sha256(said.encode()).hexdigest()[:16]
        yield f"{row.clip.path} {row.task}{place}", digest
