"""Looks at events: grabs keyframes, finds and links objects, asks the describer.

Knows the interfaces only. Works on a group of events at a time, so that a vision-language model
can batch and pictures of a thousand events are never held together.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from models.interfaces import Describer, Detector
from utils.cancellation import NEVER, Cancellation
from utils.clip import Clip, ScoreTrack
from utils.errors import AppError
from utils.evidence import (
    DEFAULT_REACH_S,
    Evidence,
    event_report,
    keyframe_records,
    keyframe_times,
    track_around,
)
from utils.report import Answer, EventReport, Keyframe, TriggerEvent
from utils.stopwatch import Stopwatch
from utils.tasks import Task
from utils.tracks import link
from utils.video import VideoFile

log = logging.getLogger(__name__)

# Keeps the pictures of event number n (from 1) as files while they are at hand.
KeyframeSink = Callable[[int, Clip], list[Keyframe]]


@dataclass(frozen=True, slots=True)
class InspectionPlan:
    """What is asked about every event, and how much is looked at.

    reach_s: how far before and after the peak keyframes are taken. max_described_frames: in the
    whole video; None = no limit.
    """

    tasks: tuple[Task, ...]
    group_size: int = 4
    max_described_frames: int | None = None
    reach_s: tuple[float, float] = DEFAULT_REACH_S


@dataclass(slots=True)
class InspectionCounts:
    """Frames that were looked at, and events that were described."""

    frames_detected: int = 0
    frames_described: int = 0
    events_described: int = 0


class Inspector:
    """Turns events into event reports."""

    def __init__(
        self,
        detector: Detector | None,
        describer: Describer,
        plan: InspectionPlan,
        *,
        stopwatch: Stopwatch | None = None,
        cancellation: Cancellation = NEVER,
    ) -> None:
        """cancellation: looked at between small steps; `inspect` then raises Cancelled."""
        self.detector = detector
        self.describer = describer
        self.plan = plan
        self.counts = InspectionCounts()
        self.stopwatch = stopwatch or Stopwatch()
        self.warnings: list[str] = []
        self._cancellation = cancellation

    def inspect(
        self,
        video: VideoFile,
        track: ScoreTrack,
        events: Sequence[TriggerEvent],
        *,
        sink: KeyframeSink | None = None,
    ) -> Iterator[EventReport]:
        """Event reports in the order of `events`."""
        chosen = self._within_budget(events)
        numbered = iter(enumerate(events, start=1))
        while group := list(islice(numbered, self.plan.group_size)):
            evidence = {n: self._collect(video, track, event) for n, event in group}
            described = {n: e for n, e in evidence.items() if n in chosen}
            answers = self._describe(described)
            for number, seen in evidence.items():
                keyframes = self._keep(sink, number, seen.keyframes)
                yield event_report(seen, answers.get(number, []), keyframes)

    def _within_budget(self, events: Sequence[TriggerEvent]) -> set[int]:
        """Numbers of the events to describe: the highest scores that fit the frame budget."""
        by_score = sorted(enumerate(events, start=1), key=lambda pair: -pair[1].score)
        limit = self.plan.max_described_frames
        if limit is not None:
            by_score = by_score[: limit // self.describer.frames_per_event]
        if len(by_score) < len(events):
            self.warnings.append(
                f"{len(by_score)} of {len(events)} events are described: max_described_frames is "
                f"{limit}, {self.describer.frames_per_event} frames per event"
            )
        return {number for number, _ in by_score}

    def _collect(self, video: VideoFile, track: ScoreTrack, event: TriggerEvent) -> Evidence:
        last_s = float(track.times_s[-1])
        count, reach_s = self.describer.frames_per_event, self.plan.reach_s
        times_s = keyframe_times(event, count=count, last_s=last_s, reach_s=reach_s)
        with self.stopwatch.timed("grab"):
            keyframes = video.grab(times_s)
        self._cancellation.check()
        with self.stopwatch.timed("detect"):
            boxes = self.detector.detect(keyframes) if self.detector else []
        self.counts.frames_detected += len(keyframes) if self.detector else 0
        detections = tuple(link(boxes))
        return Evidence(video.info, event, keyframes, detections, track_around(track, event))

    def _describe(self, evidence: dict[int, Evidence]) -> dict[int, list[Answer]]:
        self._cancellation.check()
        if not evidence:
            return {}
        with self.stopwatch.timed("describe"):
            answers = self._ask(list(evidence.values()))
        self.counts.frames_described += sum(len(e.keyframes) for e in evidence.values())
        self.counts.events_described += sum(any(a.status == "ok" for a in said) for said in answers)
        return dict(zip(evidence, answers, strict=True))

    def _ask(self, evidence: list[Evidence]) -> list[list[Answer]]:
        try:
            return self.describer.answer(evidence, self.plan.tasks)
        except AppError as error:
            failure = str(error)
        except Exception as error:  # the one broad guard: a bad reply must not lose other events
            log.exception("the describer %s failed", self.describer.name)
            failure = f"{type(error).__name__}: {error}"
        source, error_text = self.describer.name, failure[:500]
        answers = [
            Answer(task=task.name, status="failed", source=source, error=error_text)
            for task in self.plan.tasks
        ]
        return [answers] * len(evidence)

    def _keep(self, sink: KeyframeSink | None, number: int, clip: Clip) -> list[Keyframe]:
        self._cancellation.check()
        with self.stopwatch.timed("pictures"):
            return sink(number, clip) if sink else keyframe_records(clip)
