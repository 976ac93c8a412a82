"""The page about a checkpoint: plain words that follow from the verdicts, hostile text, files."""

import re
from dataclasses import astuple

import pytest

from tests.report_factory import HOSTILE
from utils.trust_report import Finding, TrustReport
from utils.writers.trust_page import Gauge, gauge, trust_to_html, write_trust


def make_finding(verdict="pass", claim="to see", **changes):
    values = {"title": "A question", "done": "It was done.", "figure": "0.91 [0.83, 0.97], n = 25"}
    words = {"limit": "share: passes up to 0.1", "sentence": "It is so.", "claim": claim}
    return Finding(**(values | words | {"verdict": verdict} | changes))


def make_trust(*findings):
    return TrustReport(
        checkpoint="default",
        label="crash",
        threshold=0.5,
        footage="25 clips",
        findings=findings or (make_finding(),),
    )


def test_the_plain_words_follow_from_the_verdicts():
    report = make_trust(
        make_finding("pass", "to see"),
        make_finding("fail", "to hear"),
        make_finding("pass", "to wait"),
        make_finding("unknown", "to smell"),
    )
    assert report.lines() == [
        "You can rely on it ...",
        "  - to see",
        "  - to wait",
        "Do not rely on it ...",
        "  - to hear",
        "There are too few clips here to know whether you can rely on it ...",
        "  - to smell",
        "All of this was seen on 25 clips.",
    ]


def test_a_figure_stands_between_its_limits():
    finding = make_finding(value=0.3, low=0.1, high=0.6, pass_limit=0.2, fail_limit=0.4)
    assert astuple(gauge(finding)) == pytest.approx((50, 100 / 6, 100, 100 / 3, 200 / 3))
    assert gauge(make_finding()) is None
    nothing = make_finding(value=0, low=-0.2, high=0, pass_limit=0, fail_limit=0)
    assert gauge(nothing) == Gauge(0, 0, 0, 0, 0)


def test_the_page_shows_each_answer_and_ends_with_the_plain_words():
    page = trust_to_html(make_trust(make_finding("warn"), make_finding("fail", "to hear")))
    assert page.count('class="card"') == 2
    assert "0.91 [0.83, 0.97], n = 25" in page
    assert page.index("In plain words") > page.rindex('class="card"')
    assert "Do not rely on it" in page
    assert "<li>to hear</li>" in page
    assert "1 in part" in page


def test_hostile_text_stays_text():
    page = trust_to_html(make_trust(make_finding(title=HOSTILE, sentence=HOSTILE, claim=HOSTILE)))
    assert "<script>" not in page
    assert "\u202e" not in page
    assert not re.search(r'(src|href)="https?:', page)


def test_both_files_are_written_and_read_back(tmp_path):
    report = make_trust()
    page, record = write_trust(report, tmp_path / "new")
    assert page.read_text(encoding="utf-8") == trust_to_html(report)
    assert TrustReport.model_validate_json(record.read_text(encoding="utf-8")) == report
