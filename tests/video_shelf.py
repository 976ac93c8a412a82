"""A library with drawn videos and reports made by hand, pictures included."""

import hashlib
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.report_factory import (
    draw_keyframes,
    make_curve,
    make_event,
    make_event_report,
    make_report,
)
from tests.video_factory import VideoPlan, write_video
from utils.clip import VideoInfo
from utils.library import LIBRARY_FILE, Library
from utils.library.records import Analysis, Decision, LibraryEvent, Review
from utils.report import AnalysisReport, EventReport
from utils.video import file_sha256
from utils.writers import OutputLayout, write_json, write_keyframes

DURATION_S = 4.0
INFO = VideoInfo(Path("drive.mp4"), 640, 360, Fraction(10), DURATION_S)


class Shelf:
    """Adds analysed videos to a library; each video differs in its last bytes."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder = folder
        self.videos = folder / "my videos"
        self.videos.mkdir()
        self.library = Library(folder / "outputs" / LIBRARY_FILE)
        self._template = template
        self._count = 0

    def video(self, name: str) -> Path:
        """A file of its own content that plays for 4 s."""
        path = self.videos / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            shutil.copyfile(self._template, path)
            with path.open("ab") as file:
                file.write(b"\0\0\0\x28free" + hashlib.sha256(name.encode()).digest())
        return path

    def add(
        self, name: str = "drive.mp4", peaks_s: Sequence[float] = (2.0,), **changes: Any
    ) -> Analysis:
        """One analysis of the video with an event of 0.6 s at each peak, pictures included."""
        self._count += 1
        layout = OutputLayout(self.folder / "outputs" / f"run-{self._count}" / "analysis.json")
        events = [self._event(layout, n, peak_s) for n, peak_s in enumerate(peaks_s, start=1)]
        write_json(self._report(name, events, **changes), layout.base)
        return self.library.analyses.add(layout.base)

    def move(self, name: str, place: Path) -> None:
        """Move a video's file, and tell the library where it is now."""
        place.parent.mkdir(parents=True, exist_ok=True)
        self.video(name).rename(place)
        (missing,) = self.library.places.missing()
        self.library.places.move(missing, place)

    def events(self, analysis: Analysis) -> list[LibraryEvent]:
        return self.library.events.of(analysis.id)

    def review(self, analysis: Analysis, *decisions: Decision | None, **values: Any) -> None:
        """Decide on the events in order; None leaves one open."""
        for event, decision in zip(self.events(analysis), decisions, strict=True):
            if decision is not None:
                self.library.reviews.save(event.id, Review(decision, **values))

    def _event(self, layout: OutputLayout, number: int, peak_s: float) -> EventReport:
        span = {"start_s": peak_s - 0.3, "end_s": peak_s + 0.3}
        found = make_event_report(peak_s, event=make_event(peak_s, **span))
        drawn = draw_keyframes([frame.time_s for frame in found.keyframes], INFO)
        return found.model_copy(update={"keyframes": write_keyframes(drawn, number, layout)})

    def _report(self, name: str, events: list[EventReport], **changes: Any) -> AnalysisReport:
        video = self.video(name)
        values = {
            "video_path": str(video),
            "created_at": datetime(2026, 11, 20, 12, self._count, tzinfo=UTC),
            "score_track": make_curve(DURATION_S, [e.event.peak_s for e in events]),
        }
        report = make_report(events, **(values | changes))
        facts = {
            "sha256": file_sha256(video),
            "size_bytes": video.stat().st_size,
            "duration_s": DURATION_S,
        }
        given = report.video.model_dump() if "video" in changes else {}
        return report.model_copy(update={"video": report.video.model_copy(update=facts | given)})


def draw_template(path: Path) -> Path:
    """The video of 4 s that every video of a shelf is a copy of."""
    return write_video(path, VideoPlan(frames=40, rate=Fraction(10), size_px=(640, 360)))
