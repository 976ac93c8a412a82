"""Events as SubRip subtitles: one cue per event, on the clock of a video player."""

from pathlib import Path

from utils.atomic import atomic_write_text
from utils.plain_text import one_line
from utils.report import AnalysisReport, EventReport

MIN_CUE_S = 1.0
_HARMLESS = str.maketrans({"<": "\u2039", ">": "\u203a", "{": "(", "}": ")", "\\": "/", "&": "+"})


def write_srt(report: AnalysisReport, path: Path) -> None:
    """Write one cue per event. Raises OutputError."""
    atomic_write_text(path, report_to_srt(report))


def report_to_srt(report: AnalysisReport) -> str:
    """The cues, in order of time and at least one second long."""
    events = sorted(report.triggers, key=lambda found: found.event.start_s)
    cues = [_cue(report, event, number) for number, event in enumerate(events, start=1)]
    return "\n".join(cues)


def _cue(report: AnalysisReport, found: EventReport, number: int) -> str:
    start_s = report.video.start_s + found.event.start_s
    end_s = max(report.video.start_s + found.event.end_s, start_s + MIN_CUE_S)
    head = f"{found.event.label} (score {found.event.score:.2f})"
    lines = [head, found.analysis or ""]
    text = "\n".join(_escape(line) for line in lines if line.strip())
    return f"{number}\n{_stamp(start_s)} --> {_stamp(end_s)}\n{text}\n"


def _escape(line: str) -> str:
    """No mark-up, no braces (players read both as commands), no line break."""
    return one_line(line).translate(_HARMLESS)


def _stamp(seconds: float) -> str:
    millis = max(0, round(seconds * 1000))
    minutes, millis = divmod(millis, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{millis // 1000:02d},{millis % 1000:03d}"
