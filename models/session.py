"""Runs the pipeline for an entry point: loads the models once, analyses, writes the outputs.

The app and the command line both come through `AnalysisSession.analyze`, so their reports are
equal.
"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from models.build import build_pipeline
from models.event_vectors import EventVectors
from models.pipeline import Pipeline
from utils.cancellation import Cancellation
from utils.clip import Clip
from utils.errors import ModelUnavailableError, OutputError, VideoError
from utils.event_features import write_event_features
from utils.prefetch import Attended
from utils.progress import Finished, Progress
from utils.report import AnalysisReport, EventReport, Keyframe
from utils.settings import Settings
from utils.speech import SpeechWorker, speak
from utils.stopwatch import Stopwatch
from utils.video import DecodeLimits, VideoFile
from utils.writers import WRITERS, OutputLayout, write_event_clip, write_keyframes

STILL_HERE_S = 0.25
PATIENCE_S = 1.5

Steps = Generator[Progress | Finished, None, None]


class AnalysisSession:
    """Keeps the loaded pipeline between videos, as long as the settings stay the same."""

    def __init__(self) -> None:
        self._pipeline: Pipeline | None = None
        self._turn = Lock()

    def analyze(self, path: Path, settings: Settings, layout: OutputLayout) -> Steps:
        """Progress steps and, last, the report with its files; closing it cancels the run.

        Steps come at least every `STILL_HERE_S`, the last one again where there is no news, and
        closing takes `PATIENCE_S` at most. What cannot be broken off sooner (a model that loads or
        answers) then ends by itself, writes nothing, and other runs of this session wait for it.

        Raises OutputError before any work where the outputs cannot be written, and the errors
        of `build_pipeline` and `Pipeline.run`. A clip or a sound that cannot be made is a
        warning in the report: the other outputs are written.
        """
        layout.check_writable()
        last = Progress("load", "Loading models")
        yield last
        task = _Task(path, settings, layout, Cancellation())
        attended = Attended(self._in_turn(task), task.cancellation)
        try:
            for step in attended.items(STILL_HERE_S):
                if isinstance(step, Progress):
                    last = replace(step, inspected=None)
                yield step or last
                if isinstance(step, Finished):
                    return
        finally:
            attended.leave(PATIENCE_S)

    def _in_turn(self, task: "_Task") -> Steps:
        """The steps, each made while no other run of this session makes one: they share models."""
        with closing(self._steps(task)) as steps:
            while True:
                while not self._turn.acquire(timeout=STILL_HERE_S):
                    task.cancellation.check()
                try:
                    task.cancellation.check()
                    step = next(steps, None)
                finally:
                    self._turn.release()
                if step is None:
                    return
                yield step

    def _steps(self, task: "_Task") -> Steps:
        pipeline = self._load(task.settings)
        pictures = _Pictures(task, EventVectors(pipeline.trigger.frame_encoder))
        run = pipeline.run(task.video, sink=pictures.keep, cancellation=task.cancellation)
        for step in run:
            if isinstance(step, Progress):
                yield step
            else:
                outputs = _Outputs(step, task)
                outputs.keep_features(pictures.vectors)
                yield from outputs.write()

    def _load(self, settings: Settings) -> Pipeline:
        if self._pipeline is None or settings != self._pipeline.settings:
            self._pipeline = build_pipeline(settings)
        return self._pipeline


@dataclass(frozen=True, slots=True)
class _Task:
    """What one run is asked to do."""

    video: Path
    settings: Settings
    layout: OutputLayout
    cancellation: Cancellation


@dataclass(frozen=True, slots=True)
class _Pictures:
    """Keeps the keyframes of each event as files, and what they look like as a vector."""

    task: _Task
    vectors: EventVectors

    def keep(self, number: int, keyframes: Clip) -> list[Keyframe]:
        self.vectors.add(number, keyframes)
        self.task.cancellation.check()
        return write_keyframes(keyframes, number, self.task.layout)


class _Outputs:
    """Writes what the settings ask for; the JSON comes last, because it names all the others."""

    def __init__(self, report: AnalysisReport, task: _Task) -> None:
        self.report = report
        self.video = task.video
        self.settings = task.settings
        self.layout = task.layout
        self.cancellation = task.cancellation
        self.files: dict[str, Path] = {}

    def keep_features(self, vectors: EventVectors) -> None:
        """Write what the events look like; what an earlier run left is replaced or removed."""
        try:
            write_event_features(self.layout, vectors.features())
        except OutputError as error:
            self._warn(f"no search for similar events: {error}")

    def write(self) -> Steps:
        formats = self.settings.outputs.formats
        stopwatch = Stopwatch()
        with stopwatch.timed("write"):
            if "mp4" in formats and self.report.triggers:
                yield from self._clips()
            if "wav" in formats:
                yield Progress("write", "Speaking the summary")
                self._speech()
            for name in (n for n in formats if n in WRITERS and n != "json"):
                self.cancellation.check()
                self.files[name] = WRITERS[name](self.report, self.layout)
        self.cancellation.check()
        self._change(timings_s={**self.report.timings_s, **stopwatch.seconds})
        files = {"json": WRITERS["json"](self.report, self.layout), **self.files}
        yield Finished(self.report, files, self.layout.base.parent)

    def _clips(self) -> Steps:
        triggers: list[EventReport] = []
        count = len(self.report.triggers)
        limits = DecodeLimits(cancellation=self.cancellation)
        with VideoFile(self.video, limits) as video:
            for number in range(1, count + 1):
                yield Progress("write", f"Clip {number} of {count}", (number - 1) / count)
                triggers.append(self._clip(video, number))
        self._change(triggers=triggers)
        self.files["mp4"] = self.layout.files_folder

    def _clip(self, video: VideoFile, number: int) -> EventReport:
        try:
            return write_event_clip(
                video,
                self.report,
                number=number,
                layout=self.layout,
                settings=self.settings.outputs,
            )
        except (OutputError, VideoError) as error:
            self._warn(f"no clip of event {number}: {error}")
            return self.report.triggers[number - 1]

    def _speech(self) -> None:
        path = self.layout.sibling(".wav")
        try:
            worker = SpeechWorker(cancellation=self.cancellation)
            speak(self.report.video_summary, path, self.settings.speech, worker=worker)
        except (OutputError, ModelUnavailableError) as error:
            self._warn(f"no spoken summary: {error}")
            return
        self._change(spoken_summary=self.layout.relative(path))
        self.files["wav"] = path

    def _warn(self, warning: str) -> None:
        self._change(warnings=[*self.report.warnings, warning])

    def _change(self, **values: object) -> None:
        self.report = self.report.model_copy(update=values)
