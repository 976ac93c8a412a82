"""Parts of the Compare tab as HTML, made from what is shown and nothing else: pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ui.checkpoints import Checkpoint
from ui.compare.comparing import NAMES, Compared, ReviewedMoment, SideFacts, SideReport
from ui.decisions import DECISION_NAMES
from ui.event_card import Picture
from ui.markup import render
from ui.sentences import number_of, sentence, without_folders
from ui.views import STAGES, Live
from utils.plain_text import one_line
from utils.report import AnalysisReport
from utils.report_comparison import FieldDifference, MomentComparison, field_differences
from utils.text_difference import Words, changed_words
from utils.writers.chart import Tick, curve_points, shown_duration_s, svg_points, time_ticks

MAX_MOMENTS = 500


@dataclass(frozen=True, slots=True)
class Mark:
    """One event on its side's lane: of which moment (from 1), where, and its words."""

    moment: int
    start_s: float
    left_pct: float
    width_pct: float
    words: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One side's scores as an SVG line; in percent of the plot, 0 is the top."""

    name: str
    line: str
    threshold: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of differences, in words."""

    name: str
    state: str
    a: tuple[Words, ...]
    b: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One side's picture of a moment."""

    name: str
    number: int | None
    picture: Picture | None
    width_px: int
    height_px: int


def idle() -> str:
    """What the tab is for, before anything was compared."""
    return render("compare/idle")


def running(live: Live, *, at: int, of: Sequence[str], elapsed_s: float) -> str:
    """The status while sides are analysed: which of them, its stage, how far."""
    return render("compare/running", live=live, at=at, of=of, stages=STAGES, elapsed_s=elapsed_s)


def summary(compared: Compared) -> str:
    """The status after a comparison: who has which moments, and what is known of them."""
    count = compared.comparison.count
    return render(
        "compare/summary",
        compared=compared,
        both=count(a=True, b=True),
        only_a=count(a=True, b=False),
        only_b=count(a=False, b=True),
        truth=truth_sentence(compared.reviewed),
    )


def truth_sentence(reviewed: Sequence[ReviewedMoment]) -> str:
    """What reviews say of both sides, as one sentence; never which side is better."""
    real = [m for m in reviewed if m.decision in ("confirmed", "near_miss")]
    false = [m for m in reviewed if m.decision == "false_alarm"]
    said = []
    if real:
        said.append(
            f"Of {number_of(len(real), 'moment')} that reviews call a crash or near miss, "
            f"A has an event at {_of(real, 'a')} and B at {_of(real, 'b')}"
        )
    if false:
        said.append(
            f"of {number_of(len(false), 'reviewed false alarm')}, "
            f"A raises {_of(false, 'a')} and B {_of(false, 'b')}"
        )
    if not said:
        return "Nobody has reviewed this video, so neither side is known to be right."
    return sentence("; ".join(said))


def _of(moments: Sequence[ReviewedMoment], side: str) -> int:
    return sum(getattr(moment, side) is not None for moment in moments)


def curves(compared: Compared | None, a: SideReport | None, b: SideReport | None) -> str:
    """Both risk curves over each other; a quiet frame without them."""
    if compared is None or a is None or b is None:
        return render("compare/curves", compared=None, curves=(), ticks=(), duration_s=0, start_s=0)
    duration_s = max(shown_duration_s(side.report) for side in (a, b))
    drawn = [
        _curve(name, side.report, compared.comparison.moments, duration_s)
        for name, side in zip(NAMES, (a, b), strict=True)
    ]
    ticks: tuple[Tick, ...] = time_ticks(duration_s)
    return render(
        "compare/curves",
        compared=compared,
        curves=drawn,
        side_words=[side_words(facts) for facts in (compared.a, compared.b)],
        ticks=ticks,
        duration_s=duration_s,
        start_s=a.report.video.start_s,
    )


def _curve(
    name: str, report: AnalysisReport, moments: Sequence[MomentComparison], duration_s: float
) -> Curve:
    points = curve_points(report.score_track, duration_s)
    own = {number: row for row, m in enumerate(moments, 1) if (number := _number(m, name))}
    marks = []
    for number, found in enumerate(report.triggers, start=1):
        event = found.event
        words = f"{name}, event {number}: score {event.score:.2f}"
        left, right = (100 * s / duration_s for s in (event.start_s, event.end_s))
        width = max(right - left, 0.5)
        marks.append(Mark(own[number], event.start_s, min(left, 100 - width), width, words))
    line = svg_points(points)
    return Curve(name, line, report.components.threshold, tuple(marks))


def _number(moment: MomentComparison, name: str) -> int | None:
    return moment.a if name == "A" else moment.b


def moments(compared: Compared | None, a: SideReport | None, b: SideReport | None) -> str:
    """The table of moments: who has an event there, how far times and scores differ."""
    known = compared.comparison.moments if compared else ()
    return render(
        "compare/moments",
        compared=compared,
        moments=known[:MAX_MOMENTS],
        left_out=len(known[MAX_MOMENTS:]),
        events_a=[found.event for found in a.report.triggers] if a else [],
        events_b=[found.event for found in b.report.triggers] if b else [],
    )


def moment(compared: Compared, number: int, pictures: Sequence[Shown]) -> str:
    """One moment (from 1): the frame at each side's peak, and what both say field by field."""
    found = compared.comparison.moments[number - 1]
    rows = [_row(field) for field in found.fields]
    return render(
        "compare/moment",
        number=number,
        last=len(compared.comparison.moments),
        others={row + 1: m.time_s for row, m in enumerate(compared.comparison.moments)},
        found=found,
        pictures=pictures,
        rows=rows,
        equal=sum(row.state == "equal" for row in rows),
    )


def reviewed(compared: Compared | None) -> str:
    """The moments that somebody decided on, and who has an event there."""
    rows = compared.reviewed if compared else ()
    return render("compare/reviewed", rows=rows, decisions=DECISION_NAMES) if rows else ""


def setups(compared: Compared, cards: Sequence[Checkpoint | None]) -> str:
    """What the sides are made of: parts, checkpoints, settings, speed."""
    comparison = compared.comparison
    of_checkpoints = field_differences(*(_facts(card) for card in cards))
    parts = [_row(f) for f in (*comparison.components, *of_checkpoints)]
    return render(
        "compare/setups",
        compared=compared,
        parts=[row for row in parts if row.state != "equal"],
        equal_parts=[row for row in parts if row.state == "equal"],
        settings=[_row(f) for f in comparison.settings],
        seconds=[_row(f) for f in comparison.seconds],
        speeds=[_speed(side) for side in (compared.a, compared.b)],
    )


def _facts(checkpoint: Checkpoint | None) -> dict[str, str]:
    if checkpoint is None:
        return {}
    facts = {
        "it sees": checkpoint.sees,
        "time encoder": checkpoint.time_encoder,
        "measured": checkpoint.figures,
        "its promise": checkpoint.promise,
        "doubts about the promise": checkpoint.doubts,
    }
    return {name: one_line(words) for name, words in facts.items() if words}


def _speed(side: SideFacts) -> str:
    if side.total_s is None:
        return "not measured"
    rate = f", {side.times_real_time:.1f} times real time" if side.times_real_time else ""
    return f"{side.total_s:.1f} s{rate}"


def _row(field: FieldDifference) -> Row:
    a, b = (_lines(text or "") for text in (field.a, field.b))
    if field.state in ("only_a", "only_b"):
        return Row(field.name, field.state, (Words(text=a),), (Words(text=b),))
    left, right = changed_words(a, b)
    state = "equal" if a == b else "changed"  # folders may differ where names do not
    return Row(field.name, state, tuple(left), tuple(right))


def _lines(text: str) -> str:
    return "\n".join(without_folders(line) for line in text.splitlines())


def side_words(facts: SideFacts) -> str:
    """A side in one line: checkpoint, describer, threshold."""
    name = one_line(facts.checkpoint) or "no checkpoint"
    return f"{name}, {one_line(Path(facts.describer).name)}, threshold {facts.threshold:.2f}"
