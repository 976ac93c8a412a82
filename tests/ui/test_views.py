"""The parts of the page: what they say, where marks stand, that nothing hostile gets through."""

import re
from html.parser import HTMLParser

import pytest

from tests.report_factory import (
    HOSTILE,
    failed_answer,
    hostile_report,
    make_event_report,
    make_report,
)
from tests.ui.conftest import three_events
from ui import views
from utils.progress import Progress

ALLOWED_TAGS = {
    *("section", "header", "nav", "div", "h1", "h2", "h3", "h4", "p", "span", "strong", "em"),
    *("i", "b", "ol", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd"),
    *("button", "label", "input", "a", "details", "summary", "figure", "figcaption", "img"),
    *("video", "audio", "svg", "path", "rect", "line", "polyline", "polygon"),
}


class Page(HTMLParser):
    """All tags with their attributes, and the text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", "".join(self.words)).strip()

    def find(self, **wanted):
        wanted = {k.replace("_", "-"): v for k, v in wanted.items()}
        return [a for _, a in self.tags if wanted.items() <= a.items()]


def link(stored):
    return f"/media/token/{stored}" if stored.endswith(".jpg") else None


def hostile_parts():
    report = hostile_report()
    download = views.Download(HOSTILE, "/media/x/y", 12)
    live = views.Live(message=HOSTILE, events=tuple(e.event for e in report.triggers))
    return [
        views.finished(report),
        views.notes(report),
        views.timeline(report),
        views.events(views.report_rows(report.triggers), state="finished"),
        views.details(report, 1, link),
        views.outcome(report, [download]),
        views.running(live, 3.0),
        views.stopped(HOSTILE, HOSTILE, kind="error"),
        views.player("/media/x/y", HOSTILE),
    ]


@pytest.mark.parametrize("html", hostile_parts())
def test_hostile_texts_stay_text(html):
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= ALLOWED_TAGS
    assert not [a for _, a in page.tags if any(name.startswith("on") for name in a)]
    links = [a.get(name, "") or "" for _, a in page.tags for name in ("href", "src")]
    assert all(value == "" or value.startswith("/media/") for value in links)
    assert "\u202e" not in html
    assert "\x07" not in html
    assert not re.search(r"[{}$`]", html), "Gradio's component would read these as a template"


def test_the_hostile_text_is_still_shown():
    page = Page(views.finished(hostile_report()))
    assert "<script>alert(1)</script>" in page.text
    assert "{{7*7}}" in page.text


def test_marks_stand_where_their_events_are():
    report = three_events()
    page = Page(views.timeline(report))
    marks = [a for tag, a in page.tags if "nm-mark" in (a.get("class") or "")]
    assert [a["data-event"] for a in marks] == ["1", "2", "3"]
    first = report.triggers[0].event
    assert float(marks[0]["data-seek"]) == pytest.approx(first.start_s)
    left, width = re.findall(r"([\d.]+)%", marks[0]["style"])
    assert float(left) == pytest.approx(100 * first.start_s / 10, abs=0.01)
    assert float(width) == pytest.approx(100 * 2.5 / 10, abs=0.01)


def test_the_timeline_carries_the_players_clock():
    report = three_events()
    video = report.video.model_copy(update={"start_s": 1.4})
    page = Page(views.timeline(report.model_copy(update={"video": video})))
    assert page.find(data_start="1.4", data_duration="10.0")


def test_a_row_shows_time_length_score_and_text():
    page = Page(views.events(views.report_rows(three_events().triggers), state="finished"))
    assert "0:00.8 2.5 s 0.87 A white van brakes" in page.text
    rows = [a for tag, a in page.tags if tag == "tr" and "data-event" in a]
    assert [a["data-event"] for a in rows] == ["1", "2", "3"]
    assert float(rows[0]["data-seek"]) == pytest.approx(0.8)


def test_a_failed_answer_is_a_reason_and_never_content():
    page = Page(views.details(three_events(), 2, link))
    assert "Description failed: cannot reach llava: busy" in page.text
    assert "/home" not in page.text
    assert not page.find(**{"class": "nm-description"})


def test_an_event_beyond_the_limit_says_so():
    assert "limit of described frames" in Page(views.details(three_events(), 3, link)).text


def test_boxes_lie_on_their_own_frame():
    html = views.details(three_events(), 1, link)
    first_frame = html.split('data-frame="2"')[0]
    assert first_frame.count("<rect") == 2
    assert 'x="300.0" y="180.0" width="80.0" height="70.0"' in first_frame


def test_the_first_event_has_no_previous_and_the_last_no_next():
    report = three_events()
    first, last = Page(views.details(report, 1, link)), Page(views.details(report, 3, link))
    disabled = [[a.get("data-event") for _, a in p.tags if "disabled" in a] for p in (first, last)]
    assert disabled == [["0"], ["4"]]


def test_no_event_says_how_close_it_came_and_offers_the_threshold():
    hint = "0 triggers: the highest score is 0.24 at 00:22; --threshold 0.24 gives 1 event"
    report = make_report([], hints=[hint])
    status, notes = Page(views.finished(report)), Page(views.notes(report))
    assert "No event found" in status.text
    assert "not proof" in status.text
    assert "a threshold of 0.24 gives 1 event" in notes.text
    assert "--threshold" not in notes.text
    assert notes.find(data_threshold="0.24")


def test_a_video_without_scores_is_not_called_safe():
    empty = make_report([]).score_track.model_copy(update={"times_s": [], "scores": []})
    page = Page(views.finished(make_report([], score_track=empty)))
    assert "nothing can be said" in page.text


def test_events_appear_while_the_analysis_runs():
    live = views.Live()
    found = three_events().triggers
    live.take(Progress("score", "Scored up to 0:05", 0.5, tuple(e.event for e in found[:2])))
    live.take(Progress("describe", "Event 1", 0.5, (), inspected=found[0]))
    page = Page(views.events(views.live_rows(live), state="running"))
    assert "A white van" in page.text
    assert "not looked at yet" in page.text
    status = Page(views.running(live, 65.0))
    assert "2 events · 1:05 elapsed" in status.text
    assert status.find(role="progressbar", aria_valuenow="50.0")


def test_a_thousand_rows_at_most_are_drawn():
    events = [make_event_report(i * 2.0 + 2) for i in range(views.MAX_ROWS + 3)]
    html = views.events(views.report_rows(events), state="finished")
    assert html.count("<tr data-event") == views.MAX_ROWS
    assert "3 more in the files" in html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cannot write /home/ann/out.json: disk full", "cannot write out.json: disk full"),
        ("C:\\Users\\ann\\drive.mp4 holds no video", "drive.mp4 holds no video"),
        ("no video at 30/s or 1/2", "no video at 30/s or 1/2"),
        ("see https://example.org/a/b", "see https://example.org/a/b"),
    ],
)
def test_messages_lose_their_folders(text, shown):
    assert views.without_folders(text) == shown


def test_a_failure_becomes_a_sentence():
    assert views.sentence("the file /a/b/c.mp4 is empty") == "The file c.mp4 is empty."
    assert views.sentence("drive.mp4: is empty; copy it") == "drive.mp4: is empty; copy it."


def test_an_unknown_error_in_an_answer_is_shown_short():
    event = make_event_report(3.0, answers=[failed_answer("")])
    assert "no reason given" in Page(views.details(make_report([event]), 1, link)).text
