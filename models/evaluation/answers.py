"""Answers of several models side by side, beside baselines that see no picture.

Knows files of answers, no model. What the figures of a task are is in `answer_measures`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.evaluation.answer_baselines import BASELINES
from models.evaluation.answer_measures import measure_task
from models.evaluation.answer_tables import ByVideo, Reference, ReferenceTable
from utils.datasets.answer_files import GivenAnswer, read_answers
from utils.errors import AnnotationError, ConfigError
from utils.labeled_clip import Split
from utils.metrics import comparison
from utils.metrics.crashchat import Judged
from utils.metrics.evaluation import Evaluation, ProtocolResult, ScorerEntry
from utils.metrics.protocols import ALL, ANSWER_PROTOCOLS
from utils.metrics.resampling import draw_weights
from utils.tasks import task_named
from utils.writers.evaluation_files import write_figures

CRASHES_ONLY = "crashes only"
OTHER_TASKS = "text"


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """Whose answers are measured, by which references, and by which protocol."""

    references: Path
    files: Sequence[Path]
    protocol: str = ALL
    split: Split = "val"
    baselines: bool = True


def evaluate_answers(request: AnswerRequest, output: Path) -> Iterator[str]:
    """Measure and write; yields lines for the reader. Raises AppError children."""
    yield from write_figures(measure_answers(request), output)


def measure_answers(request: AnswerRequest) -> Evaluation:
    """Every task of the references, on the clips that at least one file answers.

    Differences are those to the first file. Raises AppError children.
    """
    if not request.files:
        raise ConfigError("--references needs the answers to measure as --answers")
    board = _Board(request)
    results = [result for task in board.table.by_task for result in board.results(task)]
    if not results:
        raise AnnotationError(f"nothing to measure: {'; '.join(board.not_measured)}")
    names = dict.fromkeys(row.scorer for result in results for row in result.rows)
    return Evaluation(
        split=request.split,
        clips=len(board.table),
        bootstrap_rounds=comparison.ROUNDS,
        seed=comparison.SEED,
        scorers=tuple(_entry(name, name in board.files) for name in names),
        protocols=tuple(results),
        not_measured=tuple(board.not_measured),
        notes=tuple(board.notes),
    )


class _Board:
    """The references, every file's answers, and what there is to say about them."""

    def __init__(self, request: AnswerRequest) -> None:
        self.notes: list[str] = []
        self.not_measured: list[str] = []
        self.table = ReferenceTable(self._references(request))
        named = zip(_names(request.files), request.files, strict=True)
        self.files = {name: read_answers(path, request.split) for name, path in named}
        self._baselines = BASELINES if request.baselines else {}

    def results(self, task: str) -> list[ProtocolResult]:
        """The task's figures; a text task has them once more for the crashes among its clips."""
        own = self.table.by_task[task]
        answers = {name: self.table.by_video(said, task) for name, said in self.files.items()}
        rows = [row for row in own if any(row.key in given for given in answers.values())]
        if not rows:
            self.not_measured.append(f"{task}: no file answers it")
            return []
        if len(rows) < len(own):
            self.notes.append(f"{task}: {len(own) - len(rows)} of {len(own)} clips are in no file")
        results = [self._result(task, rows, answers)]
        crashes = [row for row in rows if row.tells_of_a_crash]
        if 0 < len(crashes) < len(rows):
            results.append(self._result(task, crashes, answers, CRASHES_ONLY))
        return results

    def _references(self, request: AnswerRequest) -> list[GivenAnswer]:
        found = read_answers(request.references, request.split)
        wanted = ANSWER_PROTOCOLS.get(request.protocol)
        asked = [one for one in found if wanted is None or one.task in wanted]
        kept = [one for one in asked if one.reviewed]
        if not kept:
            raise AnnotationError(
                f"{request.references}: {len(asked)} answers are there for the protocol "
                f"{request.protocol}, none of them reviewed; choose other --references"
            )
        if len(kept) < len(asked):
            self.notes.append(
                f"{len(asked) - len(kept)} references are left out: nobody has reviewed them"
            )
        return kept

    def _blind(self, task: str, rows: Sequence[Reference]) -> dict[str, ByVideo]:
        """What the baselines say; one with nothing to say is left out."""
        references = [row.given for row in rows]
        said = {name: answer(references) for name, answer in self._baselines.items()}
        return {name: self.table.by_video(own, task) for name, own in said.items() if own}

    def _note_useless(self, task: str, judged: Mapping[str, Sequence[Judged]]) -> None:
        for name, own in judged.items():
            count = sum(one.answer is None for one in own)
            if count:
                self.notes.append(
                    f"{task}: {count} of {len(own)} answers of {name} are missing or cannot be "
                    "read; they count as wrong"
                )

    def _result(
        self,
        task: str,
        rows: Sequence[Reference],
        answers: Mapping[str, ByVideo],
        part: str = "",
    ) -> ProtocolResult:
        """The figures of the files and of the baselines, which are made for these rows."""
        named = {**answers, **self._blind(task, rows)}
        judged = {name: self.table.judged(rows, own) for name, own in named.items()}
        if not part:
            self._note_useless(task, judged)
        measures = {name: measure_task(task_named(task), own) for name, own in judged.items()}
        clips = [self.table.clip(row) for row in rows]
        draws = draw_weights(clips, rounds=comparison.ROUNDS, seed=comparison.SEED)
        figures, differences = comparison.figure_rows(measures, draws)
        kinds = [clips[row].kind for row in next(iter(measures.values())).used]
        return ProtocolResult(
            protocol=", ".join(filter(None, (_protocol_of(task), task, part))),
            crash_clips=kinds.count("crash"),
            near_miss_clips=kinds.count("near_miss"),
            normal_clips=kinds.count("normal"),
            rows=figures,
            differences=differences,
        )


def _protocol_of(task: str) -> str:
    return next((name for name, own in ANSWER_PROTOCOLS.items() if task in own), OTHER_TASKS)


def _names(files: Sequence[Path]) -> list[str]:
    """A name per file, all different: its own, else with its folder's, else with a number."""
    names: list[str] = []
    for path in files:
        wanted = [path.stem, f"{path.absolute().parent.name}/{path.stem}"]
        wanted += [f"{path.stem} ({number})" for number in range(2, len(files) + 1)]
        names.append(next(name for name in wanted if name not in {*names, *BASELINES}))
    return names


def _entry(name: str, from_file: bool) -> ScorerEntry:
    return ScorerEntry(
        name=name,
        kind="answers" if from_file else "baseline",
        threshold=None,
        clip_threshold=None,
        look_ahead_s=0.0,
    )
