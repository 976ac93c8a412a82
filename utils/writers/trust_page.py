"""An examination as one self-contained HTML page, and as JSON: no request, no script."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from utils.atomic import atomic_write_text
from utils.plain_text import one_line
from utils.trust_report import TrustReport

VERDICTS = {"pass": "pass", "warn": "in part", "fail": "fail", "unknown": "not known"}


def write_trust(report: TrustReport, folder: Path) -> list[Path]:
    """Write trust.html and trust.json into a folder. Raises OutputError."""
    page, record = folder / "trust.html", folder / "trust.json"
    atomic_write_text(record, report.model_dump_json(indent=2) + "\n")
    atomic_write_text(page, trust_to_html(report))
    return [page, record]


def trust_to_html(report: TrustReport) -> str:
    """The page; every text is escaped."""
    return _template().render(report=report, verdicts=VERDICTS)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(line=one_line)
    return environment.get_template("trust.html.j2")
