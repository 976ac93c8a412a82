"""A stand-in for AnalysisSession.analyze: a report made by hand, told step by step."""

import threading
import time
import wave
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.report_factory import draw_keyframes
from utils.progress import Finished, Progress
from utils.report import AnalysisReport
from utils.settings import Settings
from utils.writers import WRITERS, OutputLayout, write_keyframes


@dataclass
class FakeAnalyze:
    """Stands for AnalysisSession.analyze: yields `report`, with drawn keyframes, step by step.

    pause_s: time between steps. failure: raised after the first score. seen: what was asked.
    """

    report: AnalysisReport
    pause_s: float = 0.0
    failure: Exception | None = None
    seen: list[tuple[Path, Settings, OutputLayout]] = field(default_factory=list)
    closed: int = 0

    def __call__(
        self, path: Path, settings: Settings, layout: OutputLayout
    ) -> Generator[Progress | Finished, None, None]:
        """The steps of a run."""
        self.seen.append((path, settings, layout))
        try:
            for step in self._steps(path):
                time.sleep(self.pause_s)
                yield step
                if self.failure and step.stage == "score":
                    raise self.failure
            yield self._finish(path, settings, layout)
        finally:
            self.closed += 1

    def _steps(self, path: Path) -> Iterator[Progress]:
        events = tuple(found.event for found in self.report.triggers)
        yield Progress("load", "Loading models")
        yield Progress("open", f"Opening {path.name}")
        for tenth in range(1, 11):
            found = events[: len(events) * tenth // 10]
            yield Progress("score", f"Scored up to 0:{tenth:02d}, 12x real time", tenth / 10, found)
        for number, found in enumerate(self.report.triggers, start=1):
            share = number / len(events)
            yield Progress("describe", f"Event {number}", share, events, inspected=found)
        yield Progress("write", "Spoken summary")

    def _finish(self, path: Path, settings: Settings, layout: OutputLayout) -> Finished:
        triggers = []
        for number, found in enumerate(self.report.triggers, start=1):
            clip = draw_keyframes([k.time_s for k in found.keyframes], None)
            frames = write_keyframes(clip, number, layout)
            triggers.append(found.model_copy(update={"keyframes": frames}))
        spoken = layout.sibling(".wav")
        write_silence(spoken)
        changes = {
            "triggers": triggers,
            "video_path": str(path),
            "spoken_summary": layout.relative(spoken),
        }
        report = self.report.model_copy(update=changes)
        files = {k: w(report, layout) for k, w in WRITERS.items() if k in settings.outputs.formats}
        return Finished(report, files, layout.base.parent)


@dataclass
class HeldAnalyze(FakeAnalyze):
    """Goes on scoring, from the share `held_from` of the video, until it is let go."""

    go: threading.Event = field(default_factory=threading.Event)
    held_from: float = 0.1

    def _steps(self, path: Path) -> Iterator[Progress]:
        for step in super()._steps(path):
            yield step
            while step.stage == "score" and self._is_held(step):
                time.sleep(0.05)
                yield step

    def _is_held(self, step: Progress) -> bool:
        return (step.fraction or 0.0) >= self.held_from and not self.go.is_set()


def write_silence(path: Path, *, seconds: float = 1.0) -> None:
    """A WAV file of silence, 8 kHz mono."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * round(8000 * seconds)))
