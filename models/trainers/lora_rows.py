"""Rows to teach: questions about clips with the frames that are shown, decoded when drawn."""

import logging
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.shown_frames import Showing, show
from utils.clip import Clip
from utils.datasets.question_rows import QuestionRow
from utils.errors import AnnotationError, VideoError
from utils.video import open_frames

log = logging.getLogger(__name__)

KEPT_BYTES = 2 << 30  # decoded frames kept in memory, per process


@dataclass(frozen=True, slots=True, eq=False)
class ShownRow:
    """A row and the frames that the model is shown."""

    row: QuestionRow
    frames: Clip


@dataclass(frozen=True, eq=False)
class RowSet:
    """Rows of one split. weights: how often each is drawn, relative.

    Nothing about a row is random: the same frames are shown each time.
    """

    rows: Sequence[QuestionRow]
    weights: Sequence[float]
    showing: Showing
    _kept: OrderedDict[int, ShownRow] = field(default_factory=OrderedDict)

    def sample(self, row: int, generator: np.random.Generator) -> ShownRow:
        """The row of this number with its frames. Raises VideoError."""
        del generator
        if row not in self._kept:
            question = self.rows[row]
            shown = show(question.clip, self.showing, question.span_s)
            self._kept[row] = ShownRow(question, shown)
            self._forget()
        self._kept.move_to_end(row)
        return self._kept[row]

    def shown(self) -> Iterator[ShownRow]:
        """Every row in order."""
        generator = np.random.default_rng(0)
        return (self.sample(row, generator) for row in range(len(self.rows)))

    def _forget(self) -> None:
        sizes = [shown.frames.frames.nbytes for shown in self._kept.values()]
        total = sum(sizes)
        for size in sizes[:-1]:
            if total <= KEPT_BYTES:
                return
            self._kept.popitem(last=False)
            total -= size


def readable(rows: Sequence[QuestionRow]) -> list[QuestionRow]:
    """The rows whose clip can be opened; the others are logged.

    Raises AnnotationError where rows were given and none can be read.
    """
    broken = set()
    for clip in {row.clip.path: row.clip for row in rows}.values():
        try:
            with open_frames(clip.path, frame_rate=clip.frame_rate, names=clip.frame_names):
                pass
        except VideoError as error:
            log.warning("left out: %s", error)
            broken.add(clip.path)
    kept = [row for row in rows if row.clip.path not in broken]
    if rows and not kept:
        raise AnnotationError(f"none of {len(broken)} clips can be read")
    return kept
