"""The report as one self-contained HTML page: no request, no script, pictures inside.

The page is report.html.j2; here its views are made from the report. Everything a video, a model
or a file name says is escaped by the template engine.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Template

from utils.atomic import atomic_write_text
from utils.errors import OutputError
from utils.plain_text import clock, one_line, plain_text
from utils.report import AnalysisReport, Answer, Detection, EventReport, Keyframe
from utils.writers.chart import draw_chart
from utils.writers.jpeg import jpeg_data_uri
from utils.writers.layout import OutputLayout
from utils.writers.shown_frames import peak_row, shown_rows
from utils.writers.templates import OWN, load_template

MAX_PEAK_WIDTH_PX = 1120
MAX_KEYFRAME_WIDTH_PX = 560
MAX_THUMBNAIL_WIDTH_PX = 260
SAME_FRAME_S = 0.02
COLOURS = 5


@dataclass(frozen=True, slots=True)
class Picture:
    """A keyframe with its boxes (each with its colour's number); src is None without a JPEG."""

    src: str | None
    time_s: float
    boxes: tuple[tuple[Detection, int], ...]
    peak: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One event as the page shows it."""

    number: int
    found: EventReport
    pictures: tuple[Picture, ...]
    thumbnail: str | None
    description: Answer | None
    other_answers: tuple[Answer, ...]
    clip_href: str | None


def write_html(report: AnalysisReport, layout: OutputLayout) -> Path:
    """Write the page beside the JSON report. Raises OutputError."""
    path = layout.sibling(".html")
    atomic_write_text(path, report_to_html(report, layout))
    return path


def report_to_html(report: AnalysisReport, layout: OutputLayout) -> str:
    """The page. Pictures are read from the report's own folder only."""
    cards = [event_card(found, n, layout) for n, found in enumerate(report.triggers, start=1)]
    scores = report.score_track.scores
    top = max(range(len(scores)), key=scores.__getitem__) if scores else None
    return page_template("report.html.j2").render(
        report=report,
        cards=cards,
        chart=draw_chart(report),
        top_score=None if top is None else scores[top],
        top_time_s=None if top is None else report.score_track.times_s[top],
        name=one_line(Path(report.video_path).name) or "video",
        spoken_href=_href(report.spoken_summary),
    )


@cache
def page_template(name: str, folder: Path = OWN) -> Template:
    """A template with the filters that the card of an event needs."""
    return load_template(
        name,
        folder=folder,
        clock=clock,
        plain=plain_text,
        line=one_line,
        pretty=_pretty,
        size=_size,
    )


def event_card(found: EventReport, number: int, layout: OutputLayout) -> Card:
    """What a page shows of an event, its pictures read from the report's own folder only."""
    frames = found.keyframes
    peak_s = found.event.peak_s
    peak = peak_row(frames, peak_s) if frames else None
    rows = shown_rows(frames, peak_s)
    pictures = tuple(_picture(found, row, row == peak, layout) for row in rows)
    return Card(
        number=number,
        found=found,
        pictures=tuple(sorted(pictures, key=lambda picture: not picture.peak)),
        thumbnail=None if peak is None else _data_uri(frames[peak], MAX_THUMBNAIL_WIDTH_PX, layout),
        description=found.main_answer,
        other_answers=tuple(found.other_answers),
        clip_href=_href(found.clip),
    )


def _picture(found: EventReport, row: int, peak: bool, layout: OutputLayout) -> Picture:
    frame = found.keyframes[row]
    width_px = MAX_PEAK_WIDTH_PX if peak else MAX_KEYFRAME_WIDTH_PX
    labels = sorted({box.label for box in found.detections})
    boxes = tuple(
        (box, labels.index(box.label) % COLOURS)
        for box in found.detections
        if abs(box.time_s - frame.time_s) <= SAME_FRAME_S
    )
    return Picture(_data_uri(frame, width_px, layout), frame.time_s, boxes, peak)


def _data_uri(frame: Keyframe, width_px: int, layout: OutputLayout) -> str | None:
    if frame.image is None:
        return None
    try:
        return jpeg_data_uri(layout.absolute(frame.image), width_px)
    except (OutputError, ValueError, OSError):
        return None


def _href(stored: str | None) -> str | None:
    """A link to a file beside the report; the leading ./ keeps any text from naming a scheme."""
    return None if stored is None else "./" + quote(stored, errors="replace")


def _pretty(value: Any) -> str:
    if isinstance(value, str):
        return plain_text(value)
    return plain_text(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def _size(size_bytes: int) -> str:
    """A file's size in the unit that keeps it readable."""
    units = ((1 << 30, "GiB", 2), (1 << 20, "MiB", 1), (1 << 10, "KiB", 0))
    for unit, name, digits in units:
        if size_bytes >= unit:
            return f"{size_bytes / unit:.{digits}f} {name}"
    return f"{size_bytes} bytes"
