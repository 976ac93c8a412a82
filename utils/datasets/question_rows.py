"""Questions with their right answers, from what the labels say of a clip: rows to teach a model.

Answers are in the published text forms of `utils.answers`. A label that does not say what a task
asks gives no row. Nothing here opens a video.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from utils.answers import (
    CrashCause,
    CrashDescription,
    CrashPrevention,
    SceneMetadata,
    TimePoint,
    TimeSpan,
    YesNo,
)
from utils.datasets.caption_lines import LABELLED
from utils.labeled_clip import ClipKind, LabeledClip, Split
from utils.tasks import task_named

Span = tuple[float, float]

AHEAD_S = 1.5  # the collision question asks about one to two seconds ahead
QUIET_AHEAD_S = 5.0  # a collision this far ahead answers it with No
LEAST_SHOWN_S = 0.5
EVENT_TYPES: dict[ClipKind, str] = {
    "crash": "collision",
    "near_miss": "near_miss",
    "normal": "no_incident",
}
LISTED = {"cause_of_risk", "rule_violations", "intended_driving_action", "driving_setting"}


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question about a clip and the text that answers it.

    span_s: the part of the clip [start, end) that is shown; None = all of it.
    """

    clip: LabeledClip
    task: str
    prompt: str
    answer: str
    span_s: Span | None = None

    @property
    def split(self) -> Split:
        """The split of the clip."""
        return self.clip.split


def question_rows(
    clips: Sequence[LabeledClip], tasks: Sequence[str], *, observed_s: float = 4.0
) -> list[QuestionRow]:
    """The rows of these tasks, in the order of the clips.

    observed_s: seconds shown before the moment of the collision question, where the clip's
    moments are known.
    """
    return [
        QuestionRow(clip, task.name, task.prompt, answer, span_s)
        for clip in clips
        for task in map(task_named, tasks)
        for answer, span_s in _answers(clip, task.name, observed_s)
    ]


def row_weights(rows: Sequence[QuestionRow], *, balanced: bool) -> list[float]:
    """How often each row is drawn, relative; balanced: all tasks equally often together."""
    weights = [row.clip.weight for row in rows]
    if not balanced:
        return weights
    totals = dict.fromkeys((row.task for row in rows), 0.0)
    for row in rows:
        totals[row.task] += row.clip.weight
    return [weight / totals[row.task] for row, weight in zip(rows, weights, strict=True)]


def _answers(clip: LabeledClip, task: str, observed_s: float) -> Iterator[tuple[str, Span | None]]:
    if task == "crash_risk":
        yield from _risk_answers(clip, observed_s)
        return
    answer = ANSWERS[task](clip)
    if answer:
        yield answer, None


def _risk_answers(clip: LabeledClip, observed_s: float) -> Iterator[tuple[str, Span | None]]:
    """The collision question, about the whole clip or about moments before and far from a crash."""
    if clip.dataset == "questions":
        yield _yes_no(clip), None
    elif clip.kind == "normal":
        yield YesNo(answer=False).to_text(), (0.0, observed_s)
    elif clip.first_event_s is not None:
        for ahead_s, is_near in ((AHEAD_S, True), (QUIET_AHEAD_S, False)):
            end_s = clip.first_event_s - ahead_s
            if end_s >= LEAST_SHOWN_S:
                yield YesNo(answer=is_near).to_text(), (max(0.0, end_s - observed_s), end_s)


def _yes_no(clip: LabeledClip) -> str:
    return YesNo(answer=clip.kind == "crash").to_text()


def _sentence(nothing: str, said: Callable[[LabeledClip], str]) -> Callable[[LabeledClip], str]:
    """What CrashChat says of a clip; `nothing` where there is no crash."""

    def answer(clip: LabeledClip) -> str:
        if not clip.dataset.startswith("crashchat"):
            return ""
        return said(clip) if clip.kind == "crash" else nothing

    return answer


def _moment(clip: LabeledClip) -> str:
    if clip.kind != "crash" or clip.alert_s is None:
        return ""
    return TimePoint(time_s=clip.alert_s).to_text()


def _span(clip: LabeledClip) -> str:
    if clip.kind != "crash" or not clip.spans_s:
        return ""
    start_s, end_s = clip.spans_s[0]
    return TimeSpan(start_s=start_s, end_s=end_s).to_text()


def _metadata(clip: LabeledClip) -> str:
    if clip.dataset != "captions":
        return ""
    said: dict[str, object] = {"caption": clip.caption, "event_type": EVENT_TYPES[clip.kind]}
    for name, tag in LABELLED.items():
        words = clip.tags.get(tag)
        if words:
            said[name] = words.split(", ") if name in LISTED else words
    return SceneMetadata.model_validate(said).to_text()


ANSWERS: dict[str, Callable[[LabeledClip], str]] = {
    "description": lambda clip: clip.caption if clip.dataset == "captions" else "",
    "metadata": _metadata,
    "crash_recognition": _yes_no,
    "crash_description": _sentence(CrashDescription.nothing, lambda clip: clip.caption),
    "causal_reasoning": _sentence(CrashCause.nothing, lambda clip: clip.tags.get("cause", "")),
    "prevention_reasoning": _sentence(
        CrashPrevention.nothing, lambda clip: clip.tags.get("prevention", "")
    ),
    "pre_crash_localization": _moment,
    "crash_localization": _span,
}
