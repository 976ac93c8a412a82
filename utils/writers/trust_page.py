"""An examination as one self-contained HTML page, and as JSON: no request, no script."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Template

from utils.atomic import atomic_write_text
from utils.plain_text import one_line
from utils.trust_report import Finding, TrustReport
from utils.writers.templates import load_template

VERDICTS = {"pass": "pass", "warn": "in part", "fail": "fail", "unknown": "not known"}


def write_trust(report: TrustReport, folder: Path) -> list[Path]:
    """Write trust.html and trust.json into a folder. Raises OutputError."""
    page, record = folder / "trust.html", folder / "trust.json"
    atomic_write_text(record, report.model_dump_json(indent=2) + "\n")
    atomic_write_text(page, trust_to_html(report))
    return [page, record]


def trust_to_html(report: TrustReport) -> str:
    """The page; every text is escaped."""
    gauges = [gauge(finding) for finding in report.findings]
    return _template().render(report=report, gauges=gauges, verdicts=VERDICTS)


@dataclass(frozen=True, slots=True)
class Gauge:
    """Where a figure, its interval and its limits stand on a scale from 0, in percent of it."""

    at: float
    low: float
    high: float
    passes: float
    fails: float


def gauge(finding: Finding) -> Gauge | None:
    """The scale of a finding; None where it has no figure or no limits."""
    found = (finding.value, finding.low, finding.high, finding.pass_limit, finding.fail_limit)
    numbers = [number for number in found if number is not None]
    if len(numbers) < len(found):
        return None
    _, _, high, _, fails = numbers
    end = max(1.5 * fails, high) or 1.0
    at, low, high, passes, fails = (100 * max(number, 0.0) / end for number in numbers)
    return Gauge(at, low, high, passes, fails)


@cache
def _template() -> Template:
    return load_template("trust.html.j2", line=one_line, sentence=_sentence)


def _sentence(text: str) -> str:
    """One line that begins with a capital; the rest stays, so that AUC stays AUC."""
    line = one_line(text)
    return line[:1].upper() + line[1:]
