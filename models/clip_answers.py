"""Asks a describer about whole clips: frames spread evenly over each, and no trigger.

For labelling and for measuring answers; the product asks about events (`models.inspector`). Knows
the interfaces only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from models.interfaces import Describer, Detector
from utils.answers import FreeText, TypedAnswer
from utils.clip import Sampling, ScoreTrack
from utils.errors import ConfigError, ModelUnavailableError, VideoError
from utils.evidence import Evidence
from utils.report import Answer, TriggerEvent
from utils.tasks import Task, task_named
from utils.tracks import link
from utils.video import VideoFile

MAX_SIDE_PX = 1920  # more than models look at
SOURCE = "whole clip"
SEARCHED = Sampling(rate_fps=1.0, size_px=(32, 32))  # for the end of a clip of unknown length
MAX_FAILED_GROUPS = 3


@dataclass(frozen=True, slots=True)
class ClipAnswers:
    """One answer per task about a clip, in order; or why the clip could not be read."""

    path: Path
    answers: tuple[Answer, ...] = ()
    error: str = ""


class ClipQuestioner:
    """Asks the same tasks about every clip, several clips at a time."""

    def __init__(
        self,
        describer: Describer,
        tasks: Sequence[Task],
        *,
        detector: Detector | None = None,
        group_size: int = 4,
    ) -> None:
        """Raises ConfigError for a task that tells what was measured: here nothing is."""
        telling = [task.name for task in tasks if task.states_facts]
        if telling:
            raise ConfigError(f"the task {telling[0]} is about events; ask another about clips")
        self.name = describer.name
        self._describer = describer
        self._tasks = tuple(tasks)
        self._detector = detector
        self._group_size = group_size

    def ask(self, paths: Sequence[Path]) -> Iterator[ClipAnswers]:
        """Every clip with its answers, in order.

        Raises ModelUnavailableError once several groups in a row have no answer at all.
        """
        failed, rest = 0, iter(paths)
        while group := list(islice(rest, self._group_size)):
            found = self._ask_group(group)
            errors = [a.error for one in found for a in one.answers if a.status == "failed"]
            asked = [a for one in found for a in one.answers]
            failed = failed + 1 if asked and len(errors) == len(asked) else 0
            yield from found
            if failed == MAX_FAILED_GROUPS:
                raise ModelUnavailableError(f"no clip is answered any more: {errors[-1]}")

    def _ask_group(self, group: Sequence[Path]) -> list[ClipAnswers]:
        evidence: dict[Path, Evidence] = {}
        errors: dict[Path, str] = {}
        for path in group:
            try:
                evidence[path] = self._look(path)
            except VideoError as error:
                errors[path] = str(error)
        said = self._describer.answer(list(evidence.values()), self._tasks) if evidence else []
        answers = dict(zip(evidence, map(tuple, said), strict=True))
        return [ClipAnswers(p, answers.get(p, ()), errors.get(p, "")) for p in group]

    def _look(self, path: Path) -> Evidence:
        """The clip as one event from its first to its last frame."""
        with VideoFile(path) as video:
            end_s = _end_s(video)
            times_s = spread_times(end_s, self._describer.frames_per_event)
            keyframes = video.grab(times_s, max_side_px=MAX_SIDE_PX)
            boxes = self._detector.detect(keyframes) if self._detector else []
            event = TriggerEvent(
                start_s=0.0,
                end_s=end_s,
                peak_s=float(keyframes.times_s[len(keyframes) // 2]),
                peak_frame_index=int(keyframes.frame_indices[len(keyframes) // 2]),
                score=0.0,
                source=SOURCE,
                label=SOURCE,
            )
            track = ScoreTrack(np.zeros(0), np.zeros(0), np.zeros(0, np.int64), SOURCE)
            return Evidence(video.info, event, keyframes, tuple(link(boxes)), track)


def spread_times(end_s: float, count: int) -> list[float]:
    """The middles of `count` equal parts of [0, end_s), seconds."""
    return [(number + 0.5) * end_s / count for number in range(count)]


def typed_answer(answer: Answer) -> TypedAnswer | None:
    """The answer as its task's type; None where there is none."""
    if answer.status != "ok":
        return None
    kind = task_named(answer.task).answer_type
    if answer.value is None or issubclass(kind, FreeText):
        return kind.parse(answer.text or "")
    return kind.model_validate(answer.value)


def _end_s(video: VideoFile) -> float:
    if video.info.duration_s is not None:
        return video.info.duration_s
    last_s = [float(clip.times_s[-1]) for clip in video.sample(SEARCHED)]
    return last_s[-1] if last_s else 0.0
