"""What was analysed in a period and how people judged it, counted; pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from utils.calibration import hours_words, upper_rate_per_hour
from utils.exports.decision_words import DECISION_WORDS
from utils.library.records import Analysis, LibraryEvent, ReviewState

ENOUGH_HOURS = 1.0  # less footage gives no rate per hour


@dataclass(frozen=True, slots=True)
class VideoLine:
    """One analysed video with its events."""

    analysis: Analysis
    events: tuple[LibraryEvent, ...]

    @property
    def is_reviewed(self) -> bool:
        """Whether no event is left to decide; true where there is none."""
        return all(event.decision != "unreviewed" for event in self.events)

    def count(self, decision: ReviewState) -> int:
        """How many events were decided so."""
        return sum(event.decision == decision for event in self.events)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What scored some of the videos, and from which score on an event is one."""

    checkpoint: str
    trigger: str
    threshold: float
    videos: int


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """The figures of a period."""

    lines: tuple[VideoLine, ...]

    @property
    def events(self) -> list[LibraryEvent]:
        """All events, those of interest first and the highest scores first among equals."""
        order = list(DECISION_WORDS)
        every = [event for line in self.lines for event in line.events]
        return sorted(every, key=lambda e: (order.index(e.decision), -e.score, e.id))

    @property
    def counts(self) -> dict[ReviewState, int]:
        """Events per decision, in the order of reports."""
        found = Counter(event.decision for line in self.lines for event in line.events)
        return {decision: found[decision] for decision in DECISION_WORDS}

    @property
    def hours(self) -> float:
        """Length of all videos of known length."""
        return hours_of(self.lines)

    @property
    def reviewed_lines(self) -> list[VideoLine]:
        """Videos with nothing left to decide: only they can give a rate of false alarms."""
        return [line for line in self.lines if line.is_reviewed]

    @property
    def recipes(self) -> list[Recipe]:
        """What the videos were scored with, the commonest first."""
        used = Counter(
            (line.analysis.checkpoint, line.analysis.trigger, line.analysis.threshold)
            for line in self.lines
        )
        return [Recipe(*recipe, videos=count) for recipe, count in used.most_common()]

    def alarm_words(self) -> str:
        """False alarms per hour of reviewed footage in a sentence, or why there is no rate."""
        hours = hours_of(self.reviewed_lines)
        count = sum(line.count("false_alarm") for line in self.reviewed_lines)
        unsure = sum(line.count("unsure") for line in self.reviewed_lines)
        alarms = f"{count} false alarm{'' if count == 1 else 's'} in {hours_words(hours)}"
        if not self.reviewed_lines:
            return "No video has all its events reviewed, so no rate can be given."
        if hours < ENOUGH_HOURS:
            return f"{alarms} of fully reviewed footage: too little for a rate per hour."
        upper = upper_rate_per_hour(count, hours)
        doubt = f" {unsure} judged unsure are not among them." if unsure else ""
        return (
            f"{alarms} of fully reviewed footage: {count / hours:.1f} per hour, and up to "
            f"{upper:.1f} are possible (95 %).{doubt}"
        )


def hours_of(lines: Sequence[VideoLine]) -> float:
    """Length of the videos, hours; unknown lengths count nothing."""
    return sum(line.analysis.duration_s or 0.0 for line in lines) / 3600
