"""A report file as rows of the library: the analysis, its events, what they look like.

Nothing is stored here.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utils.answers import YesNo
from utils.errors import LibraryError, OutputError
from utils.event_features import EventFeatures, read_event_features
from utils.library.stored_values import plain_text, stored_time
from utils.report import AnalysisReport, Answer, EventReport
from utils.tasks import TASKS
from utils.writers import OutputLayout, read_json

Facts = dict[str, tuple[str, ...]]
Row = dict[str, Any]

SEPARATOR = "; "
NOT_FACTS = ("unknown", "")
_NO_FACTS = ("description", "causal_reasoning", "prevention_reasoning")  # prose


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event's columns, its facts, and what it looks like where that is known."""

    columns: Row
    facts: Facts


@dataclass(frozen=True, slots=True)
class ReportRows:
    """Everything the library keeps of one report."""

    analysis: Row
    events: list[EventRow]
    features: EventFeatures | None


def read_report(path: Path) -> ReportRows:
    """The rows of a report file. Raises LibraryError where it is none."""
    digest = report_sha256(path)
    try:
        report = read_json(path)
    except OutputError as error:
        raise LibraryError(str(error)) from error
    layout = OutputLayout(path)
    events = [_event(number, e, layout) for number, e in enumerate(report.triggers, 1)]
    features = read_event_features(layout)
    if features is not None and len(features) != len(events):
        features = None  # of another run
    analysis = _analysis(report, layout, events) | {"report_sha256": digest}
    return ReportRows(analysis, events, features)


def report_sha256(path: Path) -> str:
    """The checksum of a report file. Raises LibraryError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise LibraryError(f"cannot read {path}: {error.strerror}; check the name") from error


def _analysis(report: AnalysisReport, layout: OutputLayout, events: list[EventRow]) -> Row:
    highest = max(events, key=lambda e: float(e.columns["score"]), default=None)
    score, time_s = _top(report, highest)
    video = find_video(report.video_path, layout.base)
    return {
        "video": plain_text(str(video)),
        "video_name": plain_text(video.name),
        "video_sha256": report.video.sha256,
        "size_bytes": report.video.size_bytes,
        "duration_s": report.video.duration_s,
        "created_at": stored_time(report.created_at),
        "status": report.status,
        "checkpoint": report.components.checkpoint,
        "trigger": report.components.trigger,
        "describer": report.components.describer,
        "threshold": report.components.threshold,
        "top_score": score,
        "top_time_s": time_s,
        "summary": report.video_summary,
        "thumbnail": highest.columns["thumbnail"] if highest else None,
    }


def find_video(named: str, report: Path) -> Path:
    """The video that a report names, absolute.

    A relative name is the folder's where the program runs, or the report's where it is there.
    """
    path = Path(named)
    beside = report.parent / path
    if not path.is_absolute() and not path.exists() and beside.exists():
        return beside.absolute()
    return path.absolute()


def _top(report: AnalysisReport, highest: EventRow | None) -> tuple[float | None, float | None]:
    """The highest score and its time; without events the highest of the whole video."""
    if highest is not None:
        return highest.columns["score"], highest.columns["peak_s"]
    track = report.score_track
    pairs = zip(track.scores, track.times_s, strict=False)
    return max(pairs, key=lambda pair: pair[0], default=(None, None))


def _event(number: int, event: EventReport, layout: OutputLayout) -> EventRow:
    found = event.event
    facts = event_facts(event)
    words = [*(v for values in facts.values() for v in values), *_other_texts(event)]
    columns = {
        "number": number,
        "start_s": found.start_s,
        "end_s": found.end_s,
        "peak_s": found.peak_s,
        "score": found.score,
        "probability": found.probability,
        "label": found.label,
        "description": event.analysis or "",
        "answers": "\n".join(words),
        "facts": json.dumps({name: SEPARATOR.join(values) for name, values in facts.items()}),
        "thumbnail": _thumbnail(event, layout),
    }
    return EventRow(columns, facts)


def event_facts(event: EventReport) -> Facts:
    """What structured answers say, `unknown` left out.

    Fields of the scene's metadata keep their names (`weather`); a yes or no is named by its task
    (`crash_risk`), a field of another answer by both (`crash_description_verb`).
    """
    facts: Facts = {}
    for answer in event.answers:
        for name, value in _fields(answer):
            words = tuple(dict.fromkeys(w for w in _words(value) if w not in NOT_FACTS))
            if words:
                facts[name] = words
    return facts


def _fields(answer: Answer) -> Iterator[tuple[str, Any]]:
    task = TASKS.get(answer.task)
    if task is None or answer.task in _NO_FACTS or not isinstance(answer.value, Mapping):
        return
    known = {*task.answer_type.model_fields, *task.answer_type.model_computed_fields}
    for field in sorted(known - {"caption", "text"}):
        if answer.task == "metadata":
            yield field, answer.value.get(field)
        elif task.answer_type is YesNo:
            yield answer.task, answer.value.get(field)
        else:
            yield f"{answer.task}_{field}", answer.value.get(field)


def _words(value: Any) -> tuple[str, ...]:
    """The categories of a field; numbers are none."""
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple):
        return tuple(part for part in value if isinstance(part, str))
    return ()


def _other_texts(event: EventReport) -> list[str]:
    """Texts besides the description that a search should find."""
    return [a.text for a in event.other_answers if a.text is not None]


def _thumbnail(event: EventReport, layout: OutputLayout) -> str | None:
    """The picture nearest the peak, relative to the report, where it stays in its folder."""
    pictures = [k for k in event.keyframes if k.image]
    if not pictures:
        return None
    image = min(pictures, key=lambda k: abs(k.time_s - event.event.peak_s)).image or ""
    try:
        layout.absolute(image)
    except OutputError:
        return None
    return image
