"""References and answers joined by video: typed, and told apart by what the clip holds.

Knows no figure. A reference that is not in its task's form is refused; an answer that is not, and
that holds no such answer either, is None.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from models.describers.repair import repaired
from utils.answers import CrashText, FreeText, SceneMetadata, TimeSpan, TypedAnswer, YesNo
from utils.datasets.answer_files import GivenAnswer
from utils.errors import AnnotationError
from utils.labeled_clip import ClipKind, LabeledClip
from utils.metrics.crashchat import Judged
from utils.tasks import task_named

EVENT_KINDS: dict[str, ClipKind] = {"collision": "crash", "near_miss": "near_miss"}
ByVideo = Mapping[str, GivenAnswer]


@dataclass(frozen=True, slots=True)
class Reference:
    """The right answer to a task about a clip. key: how the clip is told apart."""

    key: str
    given: GivenAnswer
    answer: TypedAnswer

    @property
    def tells_of_a_crash(self) -> bool:
        """Whether it is a text about a crash, and not the fixed one that says there is none."""
        return isinstance(self.answer, CrashText) and self.answer.accident


class ReferenceTable:
    """The references of all tasks, and what they say of each clip together."""

    def __init__(self, references: Sequence[GivenAnswer]) -> None:
        """Raises AnnotationError for a reference that is not in its task's form."""
        self.key = _key_of([one.video for one in references])
        rows = [Reference(self.key(one.video), one, _reference(one)) for one in references]
        self.by_task: dict[str, list[Reference]] = {}
        for row in rows:
            self.by_task.setdefault(row.given.task, []).append(row)
        last = sorted(rows, key=lambda row: row.given.task == "crash_recognition")
        self._kinds = {row.key: _kind(row.answer) for row in last}
        spans = self.by_task.get("crash_localization", [])
        self._accidents = {r.key: r.answer.start_s for r in spans if isinstance(r.answer, TimeSpan)}

    def __len__(self) -> int:
        return len(self._kinds)

    def by_video(self, answers: Sequence[GivenAnswer], task: str) -> dict[str, GivenAnswer]:
        """The answers to a task by the clip's key. Raises AnnotationError for a second one."""
        found: dict[str, GivenAnswer] = {}
        for one in answers:
            if one.task != task:
                continue
            if found.setdefault(self.key(one.video), one) is not one:
                raise AnnotationError(f"{one.video[:80]!r} has two answers to {task}; keep one")
        return found

    def judged(self, references: Sequence[Reference], answers: ByVideo) -> list[Judged]:
        """Every reference beside its answer."""
        return [self._judge(row, answers.get(row.key)) for row in references]

    def clip(self, row: Reference) -> LabeledClip:
        """What bootstrap draws need to know of a clip."""
        return LabeledClip(
            Path(row.key), self._kinds[row.key], (), group=row.key, dataset=row.given.source
        )

    def _judge(self, row: Reference, said: GivenAnswer | None) -> Judged:
        accident_s = self._accidents.get(row.key)
        if said is None:
            return Judged(row.answer, None, accident_s=accident_s)
        return Judged(row.answer, typed(said), said.score, accident_s)


def typed(said: GivenAnswer) -> TypedAnswer | None:
    """The answer, also where other words stand around it; None where there is none or two."""
    kind = task_named(said.task).answer_type
    answer = kind.parse(said.text)
    if answer is not None or issubclass(kind, FreeText):
        return answer
    return repaired(kind, said.text)


def _reference(one: GivenAnswer) -> TypedAnswer:
    kind = task_named(one.task).answer_type
    answer = kind.parse(one.text)
    if answer is None:
        raise AnnotationError(
            f"the reference of {one.video[:80]!r} for {one.task} is {one.text[:60]!r}; "
            f"{kind.form} is needed"
        )
    return answer


def _kind(reference: TypedAnswer) -> ClipKind:
    if isinstance(reference, SceneMetadata):
        return EVENT_KINDS.get(reference.event_type, "normal")
    if isinstance(reference, YesNo):
        return "crash" if reference.answer else "normal"
    if isinstance(reference, CrashText):
        return "crash" if reference.accident else "normal"
    return "crash"


def _key_of(videos: Sequence[str]) -> Callable[[str], str]:
    """How clips are told apart: by file name where that does, else by path inside `videos/`."""
    distinct = set(videos)
    if len({_path(video).name for video in distinct}) == len(distinct):
        return lambda video: _path(video).name
    return lambda video: _path(video).as_posix().removeprefix("videos/")


def _path(video: str) -> PurePosixPath:
    return PurePosixPath(video.replace("\\", "/"))
