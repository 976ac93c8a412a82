"""Reports in a library as the app stores them: with pictures, about a drawn video."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tests.fake_analyze import FakeAnalyze
from tests.ui.conftest import three_events
from tests.video_factory import VideoPlan, write_video
from utils.library import LIBRARY_FILE, Library
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


def library_of_a_drive(folder: Path) -> Library:
    """The library of an app served from this folder, with three events of a drawn video."""
    library = Library(folder / "out" / LIBRARY_FILE)
    video = write_video(folder / "drive.mp4", VideoPlan(frames=100, rate=Fraction(10)))
    store(library, three_events(), video, folder / "out" / "drive")
    return library
