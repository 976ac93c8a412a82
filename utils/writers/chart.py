"""The geometry of the timeline: risk curve, event bands, ticks and thumbnails as percentages.

Everything is in [0, 100] of the plot's width and height (0 is the top), so that a page can draw it
at any size. Nothing here knows HTML.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from utils.plain_text import clock
from utils.report import AnalysisReport, ScoreCurve

MAX_COLUMNS = 600
MAX_TICKS = 8
MIN_BAND_PCT = 0.5
_STEPS_S = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the time axis; minor ones may be hidden where there is no room."""

    left_pct: float
    text: str
    minor: bool


@dataclass(frozen=True, slots=True)
class Band:
    """One event on the time axis. number counts from 1; centre_pct is its peak.

    room: how narrow a page may be for the thumbnail still to fit: "narrow", "wide" or "none".
    """

    number: int
    left_pct: float
    width_pct: float
    centre_pct: float
    room: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All that a timeline shows. line and area are SVG point lists."""

    duration_s: float
    line: str
    area: str
    threshold_pct: float
    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]


def svg_points(places: Iterable[tuple[float, float]]) -> str:
    """Places as the points of an SVG line."""
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in places)


def draw_chart(report: AnalysisReport) -> Chart:
    """The timeline of a report."""
    duration_s = shown_duration_s(report)
    points = list(curve_points(report.score_track, duration_s))
    line = svg_points(points)
    area = f"{points[0][0]:.2f},100 {line} {points[-1][0]:.2f},100" if points else ""
    return Chart(
        duration_s=duration_s,
        line=line,
        area=area,
        threshold_pct=100 * (1 - report.components.threshold),
        bands=_bands(report, duration_s),
        ticks=time_ticks(duration_s),
    )


def shown_duration_s(report: AnalysisReport) -> float:
    """The length of the time axis: the headers' duration, or the last thing that is known."""
    known = [report.video.duration_s or 0.0, *report.score_track.times_s[-1:]]
    known += [found.event.end_s for found in report.triggers]
    return max(*known, 0.001)


def curve_points(track: ScoreCurve, duration_s: float) -> Iterator[tuple[float, float]]:
    """The curve; a long one keeps the highest score of each column, so that no peak is lost."""
    for row in peak_rows(track.scores, MAX_COLUMNS):
        yield _percent(track.times_s[row], duration_s), 100 * (1 - track.scores[row])


def peak_rows(scores: Sequence[float], columns: int) -> Iterator[int]:
    """The row of the highest score of each column; all rows where there are no more of them."""
    count = len(scores)
    size = max(1, -(-count // columns))
    for start in range(0, count, size):
        yield max(range(start, min(start + size, count)), key=scores.__getitem__)


def _percent(time_s: float, duration_s: float) -> float:
    return min(100.0, max(0.0, 100 * time_s / duration_s))


def _bands(report: AnalysisReport, duration_s: float) -> tuple[Band, ...]:
    events = [found.event for found in report.triggers]
    centres = [_percent(event.peak_s, duration_s) for event in events]
    scores = [event.score for event in events]
    narrow = _fitting(centres, scores, 34.0)
    wide = _fitting(centres, scores, 13.0)
    bands = []
    for row, event in enumerate(events):
        start, end = _percent(event.start_s, duration_s), _percent(event.end_s, duration_s)
        width = max(end - start, MIN_BAND_PCT)
        left = _inside((start + end) / 2, width) - width / 2
        room = "narrow" if row in narrow else "wide" if row in wide else "none"
        bands.append(Band(row + 1, left, width, centres[row], room))
    return tuple(bands)


def _fitting(centres: Sequence[float], scores: Sequence[float], width_pct: float) -> set[int]:
    """Rows whose boxes of this width do not overlap, the highest scores first."""
    kept: set[int] = set()
    for row in sorted(range(len(centres)), key=lambda row: -scores[row]):
        centre = _inside(centres[row], width_pct)
        others = (_inside(centres[k], width_pct) for k in kept)
        if all(abs(centre - other) >= width_pct for other in others):
            kept.add(row)
    return kept


def _inside(centre: float, width_pct: float) -> float:
    """The centre moved so that a box of this width stays inside the plot."""
    return min(100 - width_pct / 2, max(width_pct / 2, centre))


def time_ticks(duration_s: float) -> tuple[Tick, ...]:
    """At most eight times from 0 on, at round steps."""
    step_s = next((s for s in _STEPS_S if duration_s / s <= MAX_TICKS), duration_s / MAX_TICKS)
    digits = 0 if step_s >= 1 else 1
    times = [k * step_s for k in range(int(duration_s / step_s + 1e-9) + 1)]
    return tuple(
        Tick(_percent(time_s, duration_s), clock(time_s, digits=digits), bool(row % 2))
        for row, time_s in enumerate(times)
    )
