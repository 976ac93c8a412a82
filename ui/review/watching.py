"""What the player and the curve show of one analysed video, and the sections made for players.

All times are seconds from the first displayed frame; `offset_s` is where the file's own clock
stands then.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ui.media import MediaShelf
from utils.errors import AppError, VideoError
from utils.library.records import LibraryEvent
from utils.plain_text import one_line
from utils.report import AnalysisReport
from utils.settings import OutputSettings
from utils.video.playable import plays_in_browsers, write_section
from utils.writers.chart import peak_rows, shown_duration_s
from utils.writers.layout import OutputLayout

MAX_POINTS = 40_000
ROUND_S, MIN_SECTION_S, MAX_SECTION_S = 8.0, 20.0, 60.0
_SECTION = re.compile(r"event-\d+-from-(\d+)-for-(\d+)-ms\.mp4")


@dataclass(frozen=True, slots=True)
class Source:
    """A file for the player, and which part of the video it holds. src: None: nothing plays."""

    kind: str
    src: str | None
    offset_s: float
    note: str = ""
    start_s: float = 0.0
    duration_s: float | None = None


def find_source(video: Path, report: AnalysisReport, media: MediaShelf) -> Source:
    """How to play the video. kind: file, section (one must be made) or gone."""
    name, start_s = one_line(video.name), report.video.start_s
    if not video.is_file():
        note = (
            f"{name} is not at its place any more, so only pictures are shown. Put it back, or say "
            "where it is now on the computer that runs Nearmiss."
        )
        return Source("gone", None, start_s, note)
    note = ""
    if video.stat().st_size != report.video.size_bytes:
        note = f"{name} has changed since it was analysed; times may not fit."
    if plays_in_browsers(video):
        return Source("file", media.lend(video), start_s, note, 0.0, report.video.duration_s)
    return Source("section", None, start_s, note)


def curve(report: AnalysisReport) -> dict[str, Any]:
    """The risk curve in few bytes: whole milliseconds and thousandths."""
    track, made = report.score_track, report.components
    rows = list(peak_rows(track.scores, MAX_POINTS))
    return {
        "times_ms": [round(1000 * track.times_s[row]) for row in rows],
        "scores_pm": [round(1000 * track.scores[row]) for row in rows],
        "threshold": made.threshold,
        "duration_s": shown_duration_s(report),
        "horizon_s": track.horizon_s,
    }


def marks(report: AnalysisReport | None, events: Sequence[LibraryEvent]) -> list[dict[str, Any]]:
    """The events of the strip, with the times of their keyframes."""
    found = report.triggers if report else []
    return [
        {
            "id": event.id,
            "number": event.number,
            "start_s": event.start_s,
            "end_s": event.end_s,
            "peak_s": event.peak_s,
            "score": event.score,
            "decision": event.decision,
            "frames_s": [frame.time_s for frame in found[event.number - 1].keyframes]
            if event.number <= len(found)
            else [],
        }
        for event in events
    ]


class Sections:
    """Makes playable sections around events, each once."""

    def __init__(self, media: MediaShelf) -> None:
        self._media = media
        self._lock = threading.Lock()

    def source(self, event: LibraryEvent, layout: OutputLayout, settings: OutputSettings) -> Source:
        """A section around the event. Raises VideoError, OutputError."""
        with self._lock:  # one at a time; a second wish for the same finds the file
            made = _made(layout, event.number) or _make(event, layout, settings)
        path, start_s, duration_s = made
        why = "This file does not play in browsers"
        if not event.video.is_file():
            why = f"{one_line(event.video.name)} is not at its place any more"
        note = f"{why}; a copy of these {duration_s:.0f} s is shown."
        return Source("section", self._media.lend(path), -start_s, note, start_s, duration_s)


def section_span_s(event: LibraryEvent) -> tuple[float, float]:
    """Start and end of the section: the event with some before and after."""
    start_s = max(0.0, event.start_s - ROUND_S)
    end_s = max(event.end_s + ROUND_S, start_s + MIN_SECTION_S)
    return start_s, min(end_s, start_s + MAX_SECTION_S)


def _made(layout: OutputLayout, number: int) -> tuple[Path, float, float] | None:
    found = layout.files_folder.glob(f"event-{number:03d}-from-*-ms.mp4")
    for path in sorted(found):
        match = _SECTION.fullmatch(path.name)
        if match:
            return path, int(match.group(1)) / 1000, int(match.group(2)) / 1000
    return None


def _make(
    event: LibraryEvent, layout: OutputLayout, settings: OutputSettings
) -> tuple[Path, float, float]:
    if not event.video.is_file():
        raise VideoError(f"{one_line(event.video.name)} is not at its place any more")
    start_s, end_s = section_span_s(event)
    draft = layout.files_folder / f"event-{event.number:03d}-section.mp4"
    side = settings.clip_max_side_px
    info = write_section(event.video, start_s, end_s, draft, max_side_px=side)
    name = (
        f"event-{event.number:03d}-from-{round(1000 * info.start_s)}"
        f"-for-{round(1000 * info.duration_s)}-ms.mp4"
    )
    try:
        path = draft.replace(layout.files_folder / name)
    except OSError as error:
        raise AppError(f"the section cannot be kept: {error.strerror}") from error
    return path, info.start_s, info.duration_s
