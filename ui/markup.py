"""Fills the templates of the page. What videos, models or file names say is escaped here."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from pydantic import BaseModel

from utils.plain_text import clock, one_line, plain_text

# Gradio's HTML component is a template itself; its own marks must never come from a value.
_TEMPLATE_MARKS = str.maketrans({"{": "&#123;", "}": "&#125;", "$": "&#36;", "`": "&#96;"})


def render(template: str, **values: Any) -> str:
    """The HTML of one template, such as `events`."""
    return _environment().get_template(f"{template}.html.j2").render(**values)


def safe(value: Any) -> Markup:
    """A value as HTML text: no tags, no control characters, no template marks."""
    if isinstance(value, Markup):
        return value
    return Markup(str(escape(plain_text(str(value)))).translate(_TEMPLATE_MARKS))  # noqa: S704


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates", encoding="utf-8"),
        autoescape=True,
        finalize=safe,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(clock=clock, line=one_line, size=file_size, pretty=pretty)
    return environment


def pretty(value: Any) -> str:
    """A structured value as indented JSON."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def file_size(size_bytes: float) -> str:
    """Bytes as KB, MB or GB."""
    for unit in ("B", "KB", "MB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} {unit}" if unit == "B" else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.1f} GB"
