"""The one map from a protocol's name to what measures it."""

from collections.abc import Callable, Mapping

from utils.errors import AnnotationError
from utils.metrics.anticipation import AnticipationMeasure
from utils.metrics.calibration import CalibrationMeasure
from utils.metrics.clip import ClipMeasure
from utils.metrics.drives import DrivesMeasure
from utils.metrics.events import EventMeasure, OperatingRule
from utils.metrics.frame import FrameMeasure
from utils.metrics.measure import Measure
from utils.metrics.nexar import GROUP_TAG, NexarMeasure
from utils.metrics.riskprop import RiskPropMeasure
from utils.metrics.scorer import Scorer
from utils.metrics.temporal_iou import IntervalMeasure, PreCrashMeasure
from utils.settings import EventSettings
from utils.tasks import CRASHCHAT_TASKS

Build = Callable[[Scorer, EventSettings], Measure | None]


def _events(scorer: Scorer, settings: EventSettings) -> Measure | None:
    if scorer.threshold is None:
        return None
    return EventMeasure(
        scorer.clips, OperatingRule(scorer.threshold, settings, scorer.look_ahead_s)
    )


def _nexar(scorer: Scorer) -> Measure:
    """Clips that end before the event hold no later frames: their scores are known as they are."""
    if any(GROUP_TAG in scored.clip.tags for scored in scorer.clips):
        return NexarMeasure.of_cut_clips(scorer.clips)
    return NexarMeasure.of_clips(scorer.known())


def _intervals(scorer: Scorer, settings: EventSettings) -> Measure | None:
    if scorer.threshold is None:
        return None
    return IntervalMeasure(scorer.clips, scorer.threshold, settings)


def _pre_crash(scorer: Scorer, settings: EventSettings) -> Measure | None:
    if scorer.threshold is None:
        return None
    return PreCrashMeasure.of_clips(scorer.known(), scorer.threshold, settings)


PROTOCOLS: Mapping[str, Build] = {
    "drives": lambda scorer, settings: DrivesMeasure(scorer.clips, settings),
    "events": _events,
    "dota": lambda scorer, _: FrameMeasure(scorer.clips),
    "anticipation": lambda scorer, _: AnticipationMeasure.of_clips(scorer.known()),
    "nexar": lambda scorer, _: _nexar(scorer),
    "riskprop": lambda scorer, _: RiskPropMeasure.of_clips(scorer.known()),
    "clip": lambda scorer, _: ClipMeasure(scorer.clips, scorer.clip_threshold),
    "calibration": lambda scorer, _: CalibrationMeasure(scorer.clips),
    "intervals": _intervals,
    "precrash": _pre_crash,
}
ANSWER_PROTOCOLS: Mapping[str, tuple[str, ...]] = {  # of answers in files -> the tasks in it
    "crashchat": CRASHCHAT_TASKS,
    "metadata": ("metadata",),
    "risk": ("crash_risk",),
}
ALL = "all"


def build_measure(protocol: str, scorer: Scorer, settings: EventSettings) -> Measure | None:
    """The protocol over a scorer's clips; None where it needs a threshold that nobody chose.

    Raises AnnotationError naming the labels that it needs and the clips do not have.
    """
    if not scorer.clips:
        raise AnnotationError(f"protocol {protocol}: there is no clip with scores")
    return PROTOCOLS[protocol](scorer, settings)
