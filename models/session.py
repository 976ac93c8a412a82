"""Runs the pipeline for an entry point: loads the models once, analyses, writes the outputs.

The app and the command line both come through `AnalysisSession.analyze`, so their reports are
equal.
"""

import logging
from collections.abc import Generator, Iterator
from pathlib import Path

from models.build import build_pipeline
from models.pipeline import Pipeline
from utils.errors import AppError
from utils.progress import Finished, Progress
from utils.report import AnalysisReport, EventReport
from utils.settings import Settings
from utils.speech import speak
from utils.stopwatch import Stopwatch
from utils.writers import WRITERS, OutputLayout, write_event_clip, write_keyframes

log = logging.getLogger(__name__)

Steps = Generator[Progress | Finished, None, None]


class AnalysisSession:
    """Keeps the loaded pipeline between videos, as long as the settings ask for the same models."""

    def __init__(self) -> None:
        self._pipeline: Pipeline | None = None
        self._settings: Settings | None = None

    def analyze(self, path: Path, settings: Settings, layout: OutputLayout) -> Steps:
        """Progress steps and, last, the report with its files; closing it cancels the run.

        Raises OutputError before any work where the outputs cannot be written, and the errors
        of `build_pipeline` and `Pipeline.run`.
        """
        layout.check_writable()
        yield Progress("load", "Loading models")
        pipeline = self._load(settings)
        for step in pipeline.run(path, sink=lambda n, clip: write_keyframes(clip, n, layout)):
            if isinstance(step, Progress):
                yield step
            else:
                yield from _write(step, path, settings, layout)

    def _load(self, settings: Settings) -> Pipeline:
        if self._pipeline is None or settings != self._settings:
            self._pipeline = build_pipeline(settings)
            self._settings = settings
        return self._pipeline


def _write(report: AnalysisReport, path: Path, settings: Settings, layout: OutputLayout) -> Steps:
    formats = settings.outputs.formats
    stopwatch = Stopwatch()
    warnings: list[str] = []
    with stopwatch.timed("write"):
        if "mp4" in formats:
            triggers: list[EventReport] = []
            for number, event in enumerate(report.triggers, start=1):
                yield Progress(
                    "write",
                    f"Clip {number} of {len(report.triggers)}",
                    number / len(report.triggers),
                )
                triggers.append(_with_clip(event, (path, number), settings, layout))
            report = report.model_copy(update={"triggers": triggers})
        if "wav" in formats:
            yield Progress("write", "Spoken summary")
            report = _with_speech(report, settings, layout)
    report = report.model_copy(update={"timings_s": {**report.timings_s, **stopwatch.seconds}})
    files = {name: WRITERS[name](report, layout) for name in formats if name in WRITERS}
    yield Finished(report, files, layout.base.parent)
