"""Which figures measure the answers to a task: the only map from a task to its measure."""

from collections.abc import Callable, Mapping, Sequence

from utils.answers import SceneMetadata, TimePoint, TimeSpan, TypedAnswer, YesNo
from utils.metrics.crashchat import (
    Judged,
    PreCrashMeasure,
    SpanMeasure,
    UsableMeasure,
    YesNoMeasure,
    pre_crash_samples,
    text_pairs,
)
from utils.metrics.measure import Measure
from utils.metrics.metadata import MetadataMeasure
from utils.metrics.text import TextMeasure
from utils.tasks import Task

Build = Callable[[Sequence[Judged]], Measure]


def _metadata(judged: Sequence[Judged]) -> Measure:
    told = [one.reference for one in judged if isinstance(one.reference, SceneMetadata)]
    said = [one.answer if isinstance(one.answer, SceneMetadata) else None for one in judged]
    return MetadataMeasure(told, said)


BY_ANSWER: Mapping[type[TypedAnswer], Build] = {
    YesNo: YesNoMeasure,
    TimeSpan: SpanMeasure,
    TimePoint: lambda judged: PreCrashMeasure(pre_crash_samples(judged)),
    SceneMetadata: _metadata,
}


def measure_task(task: Task, judged: Sequence[Judged]) -> Measure:
    """The task's figures, texts by default, and the share of answers that are of no use.

    Raises AnnotationError where the references lack what the figures need.
    """
    build = BY_ANSWER.get(task.answer_type)
    measure = build(judged) if build else TextMeasure(text_pairs(judged))
    return UsableMeasure(measure, judged)
