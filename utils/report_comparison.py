"""Two analyses of one video beside each other: moments, what is said of them, settings, speed.

Pure: neither side is the right one here, and nothing is judged.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from utils.errors import AppError
from utils.event_matching import EventMatch, match_events
from utils.report import AnalysisReport, Answer, EventReport, Record

State = Literal["equal", "changed", "only_a", "only_b"]
SEPARATOR = "; "
COMPONENTS = ("trigger", "checkpoint", "threshold", "threshold_reason", "detector", "describer")


class FieldDifference(Record):
    """One field of both sides as text."""

    name: str = Field(description="what it is, such as `description` or `metadata: weather`")
    state: State = Field(description="equal, changed, only_a or only_b")
    a: str | None = Field(description="what A says; null where it has no such field")
    b: str | None = Field(description="what B says; null where it has no such field")


class MomentComparison(Record):
    """One moment: the event of each side, or of the one that has it."""

    a: int | None = Field(description="number of A's event, from 1; null: A has none here")
    b: int | None = Field(description="number of B's event, from 1; null: B has none here")
    inside: int | None = Field(
        description="where one side has no event of its own: the number of its longer event that "
        "goes on at this time"
    )
    time_s: float = Field(description="peak of A's event, else of B's, seconds")
    b_later_s: float | None = Field(description="peak of B minus peak of A, seconds")
    b_higher: float | None = Field(description="score of B minus score of A")
    fields: tuple[FieldDifference, ...] = Field(description="what both sides say of it")


class ReportComparison(Record):
    """Everything that differs between two analyses of one video."""

    moments: tuple[MomentComparison, ...] = Field(description="in order of time")
    components: tuple[FieldDifference, ...] = Field(description="which part did what")
    settings: tuple[FieldDifference, ...] = Field(description="settings that differ")
    seconds: tuple[FieldDifference, ...] = Field(description="wall seconds per stage")

    def count(self, *, a: bool, b: bool) -> int:
        """How many moments these sides have an event at."""
        return sum((m.a is not None, m.b is not None) == (a, b) for m in self.moments)


def compare_reports(a: AnalysisReport, b: AnalysisReport) -> ReportComparison:
    """What differs. Raises AppError where they are of different videos."""
    if a.video.sha256 != b.video.sha256:
        raise AppError("the two analyses are of different videos; choose two of the same one")
    matches = match_events([x.event for x in a.triggers], [y.event for y in b.triggers])
    of_parts = (_texts(_parts(report)) for report in (a, b))
    of_settings = (_texts(_flat(report.settings)) for report in (a, b))
    of_stages = (_texts(report.timings_s) for report in (a, b))
    return ReportComparison(
        moments=tuple(_moment(match, a, b) for match in matches),
        components=tuple(field_differences(*of_parts)),
        settings=tuple(f for f in field_differences(*of_settings) if f.state != "equal"),
        seconds=tuple(field_differences(*of_stages)),
    )


def field_differences(a: Mapping[str, str], b: Mapping[str, str]) -> list[FieldDifference]:
    """All fields of both, A's first."""
    names = [*a, *(name for name in b if name not in a)]
    return [
        FieldDifference(name=n, state=_state(a.get(n), b.get(n)), a=a.get(n), b=b.get(n))
        for n in names
    ]


def _moment(match: EventMatch, a: AnalysisReport, b: AnalysisReport) -> MomentComparison:
    x = a.triggers[match.a - 1] if match.a else None
    y = b.triggers[match.b - 1] if match.b else None
    both = x is not None and y is not None
    return MomentComparison(
        a=match.a,
        b=match.b,
        inside=match.inside,
        time_s=next(found.event.peak_s for found in (x, y) if found),
        b_later_s=y.event.peak_s - x.event.peak_s if both else None,  # type: ignore[union-attr]
        b_higher=y.event.score - x.event.score if both else None,  # type: ignore[union-attr]
        fields=tuple(field_differences(_said(x), _said(y))),
    )


def _said(found: EventReport | None) -> dict[str, str]:
    """What is said of an event, field by field; empty without one."""
    if found is None:
        return {}
    fields: dict[str, Any] = {}
    for answer in found.answers:
        fields |= _of_answer(answer)
    return _texts({**fields, "evidence": "\n".join(found.evidence)})


def _of_answer(answer: Answer) -> dict[str, Any]:
    task = answer.task.replace("_", " ")
    if answer.status != "ok":
        why = answer.error or "no reason given"
        return {task: f"{'no answer' if answer.status == 'abstained' else 'failed'}: {why}"}
    values = answer.value if isinstance(answer.value, Mapping) else {}
    whole = answer.text if answer.text or values else answer.value
    parts = {f"{task}: {k}".replace("_", " "): v for k, v in values.items() if v != answer.text}
    doubts = {f"{task}: does not fit the evidence": answer.flags}
    return {task: whole, **parts, f"{task}: score of yes": answer.score, **doubts}


def _parts(report: AnalysisReport) -> dict[str, Any]:
    values = report.components.model_dump()
    return {name.replace("_", " "): values[name] for name in COMPONENTS} | {
        "program version": report.app_version
    }


def _flat(tree: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        name = f"{before}{key}"
        flat |= _flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return flat


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as text; what is empty is no field."""
    texts = {name: _text(value) for name, value in values.items()}
    return {name: text for name, text in texts.items() if text}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return SEPARATOR.join(_text(part) for part in value)
    return str(value)


def _state(a: str | None, b: str | None) -> State:
    if a is None:
        return "only_b"
    if b is None:
        return "only_a"
    return "equal" if a == b else "changed"
