"""Writes the generated documents: `python scripts/generate_docs.py`, or `--check` to compare.

Each document is one function of one module here; tests/test_documents.py compares them all.
"""

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.api_pages import api_markdown  # noqa: E402
from scripts.config_pages import config_markdown, config_yaml  # noqa: E402
from scripts.report_pages import report_markdown, report_schema  # noqa: E402

DOCUMENTS: dict[str, Callable[[], str]] = {
    "config.yaml": config_yaml,
    "docs/api.md": api_markdown,
    "docs/config.md": config_markdown,
    "docs/report.md": report_markdown,
    "docs/report.schema.json": report_schema,
}


def stale_documents() -> list[str]:
    """Names of the documents that differ from what would be generated."""
    return [name for name, make in DOCUMENTS.items() if _committed(name) != make()]


def write_documents() -> None:
    """Write every document that differs."""
    for name in stale_documents():
        (ROOT / name).write_text(DOCUMENTS[name](), encoding="utf-8", newline="\n")
        print(f"wrote {name}")


def _committed(name: str) -> str:
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(arguments: list[str]) -> int:
    """Write, or with `--check` name what is stale and return 1."""
    if arguments == ["--check"]:
        stale = stale_documents()
        print(f"stale: {', '.join(stale)}" if stale else "all documents are up to date")
        return 1 if stale else 0
    write_documents()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
