"""The report of a period: which videos count, the figures, their limits, a page that is inert."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.report_factory import HOSTILE, make_answer
from utils.errors import ConfigError, OutputError
from utils.exports import period_report
from utils.exports.period_report import period_figures, write_period_report
from utils.writers import read_json, write_json

DAY = date(2026, 11, 20)
WIDE = (DAY - timedelta(days=2), DAY + timedelta(days=2))  # wherever this computer's clock is
HOUR_S = 3600.0


def write(shelf, since=WIDE[0], until=WIDE[1], **options) -> str:
    target = shelf.folder / "period.html"
    assert write_period_report(shelf.library, since, until, target, **options) == target
    return target.read_text(encoding="utf-8")


def text_of(page: str) -> str:
    body = page[page.index("<body>") :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def add_long(shelf, name: str, hours: float, peaks_s=(2.0,)):
    """An analysis whose report tells of so many hours."""
    analysis = shelf.add(name, peaks_s)
    report = read_json(analysis.report)
    video = report.video.model_copy(update={"duration_s": hours * HOUR_S})
    write_json(report.model_copy(update={"video": video}), analysis.report)
    return shelf.library.analyses.add(analysis.report)


def test_all_events_are_counted_by_decision(shelf) -> None:
    shelf.review(shelf.add("a.mp4", (1.0, 2.0, 3.0)), "confirmed", "false_alarm", None)
    shelf.review(shelf.add("b.mp4", (1.0,)), "near_miss")
    shelf.add("c.mp4", ())
    figures = period_figures(shelf.library, *WIDE)
    assert figures.counts == {
        "confirmed": 1, "near_miss": 1, "unsure": 0, "unreviewed": 1, "false_alarm": 1,
    }  # fmt: skip
    assert [e.decision for e in figures.events] == [
        "confirmed", "near_miss", "unreviewed", "false_alarm",
    ]  # fmt: skip
    said = text_of(write(shelf))
    assert "3 videos were analysed on these days" in said
    assert "Reviewed by a person: 3 of 4." in said


def test_false_alarms_per_hour_count_over_fully_reviewed_videos_only(shelf) -> None:
    shelf.review(add_long(shelf, "a.mp4", 2.0, (1.0, 2.0)), "false_alarm", "confirmed")
    shelf.review(add_long(shelf, "b.mp4", 5.0, (1.0, 2.0)), "false_alarm", None)
    add_long(shelf, "c.mp4", 2.0, ())
    said = period_figures(shelf.library, *WIDE).alarm_words()
    assert said.startswith("1 false alarm in 4.0 h of fully reviewed footage: 0.2 per hour")
    assert "up to 1.2 are possible (95 %)" in said  # 4.744 / 4 hours, exact Poisson


def test_unsure_events_are_told_beside_the_rate(shelf) -> None:
    shelf.review(add_long(shelf, "a.mp4", 2.0, (1.0, 2.0)), "false_alarm", "unsure")
    assert (
        "1 judged unsure are not among them" in period_figures(shelf.library, *WIDE).alarm_words()
    )


def test_too_little_footage_gives_no_rate(shelf) -> None:
    shelf.review(add_long(shelf, "a.mp4", 0.5), "false_alarm")
    said = period_figures(shelf.library, *WIDE).alarm_words()
    assert (
        said
        == "1 false alarm in 30.0 min of fully reviewed footage: too little for a rate per hour."
    )


def test_nothing_reviewed_gives_no_rate(shelf) -> None:
    add_long(shelf, "a.mp4", 3.0)
    assert "no rate can be given" in period_figures(shelf.library, *WIDE).alarm_words()


def test_both_ends_of_the_period_are_included(shelf) -> None:
    shelf.add("a.mp4")
    day = datetime(2026, 11, 20, 12, 1, tzinfo=UTC).astimezone().date()
    assert len(period_figures(shelf.library, day, day).lines) == 1
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    assert period_figures(shelf.library, before, before).lines == ()
    assert period_figures(shelf.library, after, after).lines == ()


def test_a_video_that_was_analysed_again_counts_once(shelf) -> None:
    shelf.add("a.mp4", (1.0, 2.0))
    shelf.add("a.mp4", (1.0,))
    assert sum(period_figures(shelf.library, *WIDE).counts.values()) == 1


def test_decisions_choose_the_listed_events_and_change_no_figure(shelf) -> None:
    shelf.review(shelf.add("a.mp4", (1.0, 2.0)), "confirmed", "false_alarm")
    page = write(shelf, decisions=("confirmed",))
    assert page.count('<tr><td class="pic">') == 1
    assert "false alarm: 1" in text_of(page)
    empty = text_of(write(shelf, decisions=("unsure",)))
    assert "No event of these days has the decisions that were asked for." in empty


def test_long_lists_are_cut_and_the_page_says_so(shelf, monkeypatch) -> None:
    monkeypatch.setattr(period_report, "MAX_EVENTS", 1)
    monkeypatch.setattr(period_report, "MAX_VIDEOS", 1)
    shelf.add("a.mp4", (1.0, 2.0))
    shelf.add("b.mp4", ())
    said = text_of(write(shelf))
    assert "1 of 2 events are listed" in said
    assert "1 of 2 videos are listed" in said


def test_days_without_an_analysis_are_explained(shelf) -> None:
    said = text_of(write(shelf, date(2020, 1, 1), date(2020, 1, 2)))
    assert "Nothing was analysed on these days" in said


def test_the_page_carries_its_pictures_and_asks_for_nothing(shelf) -> None:
    shelf.add("a.mp4")
    page = write(shelf)
    assert page.count("data:image/jpeg;base64,") == 1
    assert "<script" not in page
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    assert str(shelf.folder) not in page


def test_what_others_wrote_is_escaped(shelf) -> None:
    analysis = shelf.add("<b>a.mp4")
    report = read_json(analysis.report)
    found = report.triggers[0].model_copy(update={"answers": [make_answer(text=HOSTILE)]})
    parts = report.components.model_copy(update={"trigger": HOSTILE, "checkpoint": HOSTILE})
    changed = report.model_copy(update={"triggers": [found], "components": parts})
    write_json(changed, analysis.report)
    shelf.library.analyses.add(analysis.report)
    page = write(shelf)
    assert "<script" not in page
    assert "<b>a" not in page
    assert "\u202e" not in page


def test_a_period_or_decision_that_is_none_is_refused(shelf) -> None:
    with pytest.raises(ConfigError, match="before it starts"):
        write(shelf, date(2026, 2, 1), date(2026, 1, 1))
    for since, until in ((date.min, DAY), (DAY, date.max)):
        with pytest.raises(ConfigError, match="is no day of an analysis"):
            write(shelf, since, until)
    with pytest.raises(ConfigError, match="'perhaps' is no decision"):
        write(shelf, decisions=("perhaps",))
    (shelf.folder / "x").write_text("")
    with pytest.raises(OutputError, match="a file stands where a folder"):
        write_period_report(shelf.library, *WIDE, shelf.folder / "x" / "period.html")
