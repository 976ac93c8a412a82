"""The one path from a video to a report: open, score, find events, look, describe.

Knows the interfaces only; which trigger, detector and describer run is decided in models.build.
Memory does not grow with the video's length: clips stream and events are looked at in groups.
"""

import os
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from models.inspector import InspectionPlan, Inspector, KeyframeSink
from models.interfaces import Describer, Detector, Trigger
from utils.asked_tasks import asked_tasks
from utils.cancellation import NEVER, Cancellation
from utils.clip import Clip, ScoreTrack, VideoInfo, join_tracks
from utils.errors import VideoError
from utils.events import find_events
from utils.hints import hints
from utils.memory import peak_memory_mib
from utils.narrative import summarise
from utils.plain_text import clock
from utils.prefetch import prefetch
from utils.progress import Progress
from utils.report import (
    AnalysisReport,
    Components,
    Counts,
    EventReport,
    ScoreCurve,
    TriggerEvent,
    VideoFacts,
)
from utils.settings import Settings
from utils.stopwatch import Stopwatch
from utils.version import APP_VERSION
from utils.video import ContentDigest, DecodeLimits, VideoFile

PROGRESS_S = 0.25  # each step finds the events so far: not for each of a day's 16,000 pieces


@dataclass(slots=True)
class _Run:
    """What one run gathers on its way to the report."""

    video: VideoFile
    inspector: Inspector
    stopwatch: Stopwatch
    digest: ContentDigest
    frames_scored: int = 0


class Pipeline:
    """Trigger, detector and describer in a row: `run` yields progress, `analyze` the report."""

    def __init__(
        self,
        trigger: Trigger,
        detector: Detector | None,
        describer: Describer,
        *,
        settings: Settings,
        components: Components,
    ) -> None:
        self.trigger = trigger
        self.detector = detector
        self.describer = describer
        self.settings = settings
        self.components = components
        self.threshold = components.threshold

    def analyze(self, path: Path, *, sink: KeyframeSink | None = None) -> AnalysisReport:
        """The report on one video. Raises VideoError where it cannot be read."""
        for step in self.run(path, sink=sink):
            if isinstance(step, AnalysisReport):
                return step
        raise AssertionError("a run ends with its report")

    def run(
        self,
        path: Path,
        *,
        sink: KeyframeSink | None = None,
        cancellation: Cancellation = NEVER,
    ) -> Generator[Progress | AnalysisReport, None, None]:
        """Progress steps and, last, the report.

        Closing the generator at a step cancels the run; between steps, `cancellation` ends it with
        Cancelled.
        """
        yield Progress("open", f"Opening {path.name}")
        stopwatch = Stopwatch()
        inspector = self._inspector(stopwatch, cancellation)
        with (
            stopwatch.timed("total"),
            self._open(path, cancellation) as video,
            video.digest() as digest,
        ):
            run = _Run(video, inspector, stopwatch, digest)
            track = yield from self._score(run)
            events = self._find_events(track)
            reports = yield from self._inspect(run, track, events, sink)
            yield from self._await_digest(run)
        yield self._report(run, track, reports)

    def _await_digest(self, run: _Run) -> Generator[Progress, None, None]:
        """Rarely waits: only where most of a large file was not looked at."""
        with run.stopwatch.timed("checksum"):
            while not run.digest.is_ready(PROGRESS_S):
                yield Progress("describe", "Checksum of the file", run.digest.fraction)

    def _inspector(self, stopwatch: Stopwatch, cancellation: Cancellation) -> Inspector:
        settings = self.settings.describer
        plan = InspectionPlan(
            tasks=asked_tasks(settings),
            group_size=settings.batch_size,
            max_described_frames=self.settings.limits.max_described_frames,
            reach_s=(settings.look_before_s, settings.look_after_s),
        )
        return Inspector(
            self.detector, self.describer, plan, stopwatch=stopwatch, cancellation=cancellation
        )

    def _open(self, path: Path, cancellation: Cancellation) -> VideoFile:
        limits = self.settings.limits
        return VideoFile(
            path,
            DecodeLimits(
                max_duration_s=limits.max_hours * 3600,
                max_file_bytes=int(limits.max_file_gib * 2**30),
                cancellation=cancellation,
            ),
        )

    def _clips(self, run: _Run) -> Generator[Clip, None, None]:
        """Sampled clips, decoded ahead in a thread; `decode` is what that thread spent."""
        limit = self.settings.limits.max_sampled_frames
        clips = run.video.sample(self.trigger.sampling, max_frames=limit)
        for clip in prefetch(_timed(clips, run.stopwatch)):
            run.frames_scored += len(clip)
            yield clip

    def _score(self, run: _Run) -> Generator[Progress, None, ScoreTrack]:
        pieces: list[ScoreTrack] = []
        started = shown = time.perf_counter()
        with run.stopwatch.timed("score"), closing(self._clips(run)) as clips:
            for piece in self.trigger.score(clips):
                pieces.append(piece)
                if len(pieces) == 1 or time.perf_counter() - shown > PROGRESS_S:
                    yield self._scoring_progress(run.video.info, pieces, started)
                    shown = time.perf_counter()
        if not pieces:
            raise VideoError(f"{run.video.info.path.name}: no picture could be read")
        return join_tracks(pieces)

    def _scoring_progress(
        self, info: VideoInfo, pieces: list[ScoreTrack], started: float
    ) -> Progress:
        now_s = float(pieces[-1].times_s[-1])
        fraction = min(now_s / info.duration_s, 1.0) if info.duration_s else None
        rate = now_s / max(time.perf_counter() - started, 1e-3)
        message = f"Scored up to {clock(now_s)}, {rate:.0f}x real time"
        return Progress("score", message, fraction, tuple(self._find_events(join_tracks(pieces))))

    def _find_events(self, track: ScoreTrack) -> list[TriggerEvent]:
        label = self.trigger.label
        events = find_events(track, self.threshold, settings=self.settings.events, label=label)
        return [self._with_probability(event) for event in events]

    def _with_probability(self, event: TriggerEvent) -> TriggerEvent:
        """A score becomes a probability only where the checkpoint was calibrated for it."""
        calibration = self.trigger.calibration
        if calibration is None or calibration.probability is None:
            return event
        probability = calibration.probability.probability(event.score)
        return event.model_copy(update={"probability": round(probability, 4)})

    def _inspect(
        self,
        run: _Run,
        track: ScoreTrack,
        events: list[TriggerEvent],
        sink: KeyframeSink | None,
    ) -> Generator[Progress, None, list[EventReport]]:
        reports: list[EventReport] = []
        for report in run.inspector.inspect(run.video, track, events, sink=sink):
            reports.append(report)
            message = f"Looked at event {len(reports)} of {len(events)}"
            yield Progress(
                "describe", message, len(reports) / len(events), tuple(events), inspected=report
            )
        return reports

    def _report(self, run: _Run, track: ScoreTrack, reports: list[EventReport]) -> AnalysisReport:
        info = run.video.info
        events = [r.event for r in reports]
        settings = self.settings
        return AnalysisReport(
            video_path=os.fsencode(info.path).decode("utf-8", "replace"),
            num_frames_analyzed=len(track),
            triggers=reports,
            video_summary=summarise(info, track, events, threshold=self.threshold),
            app_version=APP_VERSION,
            created_at=datetime.now(UTC),
            video=_video_facts(info, run.digest.hex(), float(track.times_s[-1])),
            score_track=_curve(track),
            components=self.components,
            counts=self._counts(run, track, reports),
            timings_s={k: round(v, 3) for k, v in run.stopwatch.seconds.items()},
            status="partial" if run.video.counts.damaged else "complete",
            warnings=[
                *info.notes,
                *run.video.counts.warnings,
                *self._limit_warning(info, track),
                *track.notes,
                *run.inspector.warnings,
            ],
            hints=hints(track, events, self.threshold, settings.events),
            settings=settings.model_dump(mode="json"),
        )

    def _limit_warning(self, info: VideoInfo, track: ScoreTrack) -> list[str]:
        limit, last_s = self.settings.limits.max_sampled_frames, float(track.times_s[-1])
        step_s = 1 / self.trigger.sampling.rate_fps
        if limit is None or len(track) < limit or last_s + 2 * step_s > (info.duration_s or 0.0):
            return []
        return [
            f"only the first {clock(last_s)} of {clock(info.duration_s or 0.0)} were analysed: "
            f"max_sampled_frames is {limit}"
        ]

    def _counts(self, run: _Run, track: ScoreTrack, reports: list[EventReport]) -> Counts:
        decoded, looked = run.video.counts, run.inspector.counts
        return Counts(
            frames_read=decoded.frames_read,
            frames_decoded=decoded.frames_decoded,
            frames_sampled=decoded.frames_sampled,
            frames_scored=run.frames_scored,
            windows_asked=track.windows_asked,
            frames_detected=looked.frames_detected,
            frames_described=looked.frames_described,
            events_found=len(reports),
            events_described=looked.events_described,
            max_sampled_frames=self.settings.limits.max_sampled_frames,
            max_described_frames=self.settings.limits.max_described_frames,
            peak_memory_mib=peak_memory_mib(),
        )


def _timed(clips: Iterator[Clip], stopwatch: Stopwatch) -> Generator[Clip, None, None]:
    while True:
        with stopwatch.timed("decode"):
            clip = next(clips, None)
        if clip is None:
            return
        yield clip


def _video_facts(info: VideoInfo, digest: str, last_s: float) -> VideoFacts:
    return VideoFacts(
        width_px=info.width_px,
        height_px=info.height_px,
        duration_s=info.duration_s if info.duration_s is not None else last_s,
        frame_rate_fps=float(info.frame_rate) if info.frame_rate else None,
        start_s=info.start_s,
        rotation_deg=info.rotation_deg,
        codec=info.codec,
        size_bytes=info.size_bytes,
        sha256=digest,
    )


def _curve(track: ScoreTrack) -> ScoreCurve:
    return ScoreCurve(
        times_s=[round(float(t), 4) for t in track.times_s],
        scores=[round(float(s), 5) for s in track.scores],
        source=track.source,
        horizon_s=track.horizon_s,
    )
