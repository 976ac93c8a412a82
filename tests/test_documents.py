"""The generated documents and the frozen report schema are what the classes say."""

from scripts.generate_docs import DOCUMENTS, stale_documents


def test_generated_documents_are_up_to_date() -> None:
    assert stale_documents() == [], "run: python scripts/generate_docs.py"


def test_the_report_documents_are_generated() -> None:
    assert {"docs/report.md", "docs/report.schema.json"} <= set(DOCUMENTS)
