"""Reports in a library as the app stores them: with pictures, about a drawn video."""

from dataclasses import dataclass
from pathlib import Path

from tests.fake_analyze import FakeAnalyze
from utils.library import Library
from utils.report import AnalysisReport
from utils.settings import Settings
from utils.writers import OutputLayout, write_json


@dataclass(frozen=True)
class Analysed:
    """A stored analysis with the ids of its events."""

    layout: OutputLayout
    ids: list[int]


def store(library: Library, report: AnalysisReport, video: Path, folder: Path) -> Analysed:
    """Write a report on `video` into a folder and take it into the library."""
    layout = OutputLayout(folder / f"{folder.name}.json")
    facts = report.video.model_copy(update={"size_bytes": video.stat().st_size})
    *_, end = FakeAnalyze(report.model_copy(update={"video": facts}))(video, Settings(), layout)
    write_json(end.report, layout.base)
    analysis = library.analyses.add(layout.base)
    return Analysed(layout, [event.id for event in library.events.of(analysis.id)])
