"""What a card shows of one event, for the templates event_frames and event_words; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ui.media import MediaShelf
from ui.sentences import without_folders
from utils.errors import AppError
from utils.report import AnalysisReport, Answer, Detection, EventReport, Keyframe
from utils.writers.layout import OutputLayout
from utils.writers.shown_frames import peak_row, shown_rows

Link = Callable[[str], str | None]

SAME_FRAME_S = 0.02
COLOURS = 5


@dataclass(frozen=True, slots=True)
class Picture:
    """A keyframe with its boxes, each with its colour's number; src is None without a file."""

    frame: Keyframe
    src: str | None
    boxes: tuple[tuple[Detection, int], ...]
    is_peak: bool


def card_values(report: AnalysisReport, number: int, link: Link) -> dict[str, Any]:
    """The values that both templates need for event `number` (from 1)."""
    found = report.triggers[number - 1]
    return {
        "report": report,
        "found": found,
        "number": number,
        "pictures": _pictures(found, link),
        "answers": found.answers,
        "main": found.main_answer,
        "reason": why_no_text(found),
        "objects": _count_objects(found.detections),
        "clip": link(found.clip) if found.clip else None,
        "plain": without_folders,
    }


def report_links(media: MediaShelf, layout: OutputLayout, *, download: bool = False) -> Link:
    """Addresses of the files that a report names; None for one that is not there."""

    def link(stored: str) -> str | None:
        try:
            path = layout.absolute(stored)
            return media.lend(path, download=download) if path.is_file() else None
        except (AppError, OSError, ValueError):
            return None

    return link


def why_no_text(found: EventReport) -> str:
    """Why an event has no text; empty where it has one."""
    if found.analysis:
        return ""
    if not found.described:
        return "Not described: the limit of described frames was reached."
    main = found.main_answer
    return _failure(main) if main and main.status != "ok" else "Not described."


def _failure(answer: Answer) -> str:
    what = "No description" if answer.status == "abstained" else "Description failed"
    return f"{what}: {without_folders(answer.error or 'no reason given')}"


def _pictures(found: EventReport, link: Link) -> list[Picture]:
    frames, peak_s = found.keyframes, found.event.peak_s
    peak = peak_row(frames, peak_s) if frames else None
    labels = sorted({box.label for box in found.detections})
    return [
        Picture(
            frame,
            link(frame.image) if frame.image else None,
            tuple(
                (box, labels.index(box.label) % COLOURS)
                for box in found.detections
                if abs(box.time_s - frame.time_s) <= SAME_FRAME_S
            ),
            row == peak,
        )
        for row, frame in ((row, frames[row]) for row in shown_rows(frames, peak_s))
    ]


def _count_objects(detections: Sequence[Detection]) -> list[tuple[str, int]]:
    """How many of each kind are in the frame that shows most of them."""
    most: dict[str, int] = {}
    for time_s in {box.time_s for box in detections}:
        labels = [box.label for box in detections if box.time_s == time_s]
        for label in labels:
            most[label] = max(most.get(label, 0), labels.count(label))
    return sorted(most.items(), key=lambda pair: (-pair[1], pair[0]))
