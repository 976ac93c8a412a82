"""The report page: self-contained, escaped, and honest in every state."""

from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.report_factory import (
    draw_keyframes,
    hostile_report,
    make_answer,
    make_curve,
    make_event,
    make_event_report,
    make_report,
)
from utils.answers import SceneMetadata
from utils.clip import VideoInfo
from utils.report import AnalysisReport, Keyframe
from utils.writers import OutputLayout, report_to_html, write_html, write_keyframes
from utils.writers.chart import MAX_COLUMNS, draw_chart


class Page(HTMLParser):
    """Tags with their attributes, and all visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]

    def count(self, tag: str, **attrs: str) -> int:
        return sum(t == tag and attrs.items() <= a.items() for t, a in self.tags)


def with_pictures(report: AnalysisReport, layout: OutputLayout) -> AnalysisReport:
    info = VideoInfo(Path("x.mp4"), 640, 360, Fraction(30), 60.0)
    events = []
    for number, found in enumerate(report.triggers, start=1):
        frames = draw_keyframes([k.time_s for k in found.keyframes], info)
        kept = write_keyframes(frames, number, layout)
        events.append(found.model_copy(update={"keyframes": kept}))
    return report.model_copy(update={"triggers": events})


@pytest.fixture
def layout(tmp_path: Path) -> OutputLayout:
    return OutputLayout(tmp_path / "analysis.json")


@pytest.mark.parametrize("report", [make_report(), make_report([]), hostile_report()])
def test_the_page_asks_for_nothing_from_outside(
    report: AnalysisReport, layout: OutputLayout
) -> None:
    path = write_html(with_pictures(report, layout), layout)
    page = Page(path.read_text(encoding="utf-8"))
    assert page.count("script") == page.count("iframe") == page.count("form") == 0
    assert all(src.startswith("data:image/jpeg;base64,") for src in page.values("src"))
    assert all(href.startswith(("#", "./", "data:,")) for href in page.values("href"))
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "url(" not in path.read_text(encoding="utf-8")
    assert "default-src 'none'" in page.values("content")[0]


def test_hostile_text_is_shown_as_text(layout: OutputLayout) -> None:
    html = report_to_html(hostile_report(), layout)
    assert "<script" not in html
    assert "\u202e" not in html
    assert "\x07" not in html
    assert Page(html).text.count("<script>alert(1)</script>") > 8
    assert "{{7*7}}" in Page(html).text


def test_typed_answers_are_shown_with_their_doubts(layout: OutputLayout) -> None:
    scene = SceneMetadata(caption="A van cuts in.", event_type="near_miss", rule_violations=())
    values = scene.model_dump(mode="json")
    answers = [
        make_answer(task="metadata", text=scene.caption, value=values, flags=('"A van": no van',)),
        make_answer(task="crash_risk", text="No", value={"answer": False}, score=0.25),
    ]
    page = Page(report_to_html(make_report([make_event_report(answers=answers)]), layout))
    words = " ".join(page.text.split())
    assert 'Does not fit the evidence. "A van": no van' in words
    assert "event type near miss" in words.replace("event typenear", "event type near")
    assert "rule violationsnone seen" in words
    assert "Score of yes: 0.25" in words
    assert page.count("dl", **{"class": "categories"}) == 1


def test_pictures_carry_their_boxes(layout: OutputLayout) -> None:
    report = with_pictures(make_report(), layout)
    page = Page(report_to_html(report, layout))
    cards, thumbnails = 6, 2
    assert page.count("img") == cards + thumbnails
    assert page.count("rect") == 12
    assert page.count("g", **{"class": "box c0"}) == 6


def test_a_failed_description_says_so_and_shows_no_text(layout: OutputLayout) -> None:
    text = Page(report_to_html(make_report(), layout)).text
    assert "Describing failed: the server did not answer within 30 s" in " ".join(text.split())
    assert text.count("A white van brakes") == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"answers": [make_answer(status="abstained", text=None, error="too dark")]},
            "No description: llava-1.5-7b-hf abstained: too dark",
        ),
        ({"answers": [], "described": False}, "Not described: the limit of described frames (200)"),
        ({"answers": []}, "No description was asked for."),
        ({"event": make_event(horizon_s=2.0)}, "forecast: expected within 2 s"),
        ({"keyframes": []}, "No picture was kept for this event."),
    ],
)
def test_each_state_of_an_event_is_named(
    changes: dict[str, object], sentence: str, layout: OutputLayout
) -> None:
    html = report_to_html(make_report([make_event_report(**changes)]), layout)
    assert sentence in " ".join(Page(html).text.split())


def test_a_video_without_events_teaches(layout: OutputLayout) -> None:
    report = make_report(
        [], score_track=make_curve(60, [13.0], top=0.24), hints=["--threshold 0.2 gives 3 events"]
    )
    text = " ".join(Page(report_to_html(report, layout)).text.split())
    assert "No score reached the threshold of 0.30. The highest score is 0.24 at 0:13.0" in text
    assert "--threshold 0.2 gives 3 events" in text


def test_a_video_without_scores_says_that_nothing_is_known(layout: OutputLayout) -> None:
    track = make_report().score_track.model_copy(update={"times_s": [], "scores": []})
    report = make_report([], score_track=track)
    assert "nothing can be said" in Page(report_to_html(report, layout)).text


@pytest.mark.parametrize("image", ["../secret.jpg", "/etc/passwd", "gone.jpg", "text.jpg", "a\0b"])
def test_a_picture_that_cannot_be_shown_is_named(image: str, layout: OutputLayout) -> None:
    (layout.base.parent / "text.jpg").write_text("no picture")
    frame = Keyframe(time_s=12.3, frame_index=369, image=image)
    html = report_to_html(make_report([make_event_report(keyframes=[frame])]), layout)
    assert Page(html).count("img") == 0
    assert "The picture is not available." in Page(html).text


def test_a_partial_report_says_so(layout: OutputLayout) -> None:
    html = report_to_html(make_report(status="partial"), layout)
    assert "Only part of the file could be read" in Page(html).text


def test_a_long_curve_keeps_its_peaks_in_few_points() -> None:
    track = make_curve(7200, [5000.0], top=0.9)
    report = make_report(
        [], score_track=track, video=make_report().video.model_copy(update={"duration_s": 7200.0})
    )
    points = [tuple(map(float, point.split(","))) for point in draw_chart(report).line.split()]
    assert len(points) <= MAX_COLUMNS
    assert min(y for _, y in points) == pytest.approx(100 * (1 - max(track.scores)), abs=0.01)
    assert [x for x, _ in points] == sorted(x for x, _ in points)


@pytest.mark.parametrize("duration_s", [0.04, 1.0, 9.9, 60.0, 3600.0, 86_400.0])
def test_ticks_are_few_and_inside(duration_s: float) -> None:
    video = make_report().video.model_copy(update={"duration_s": duration_s})
    report = make_report([], video=video, score_track=make_curve(0.01, []))
    ticks = draw_chart(report).ticks
    assert 1 <= len(ticks) <= 10
    assert all(0 <= tick.left_pct <= 100 for tick in ticks)
    assert len({tick.text for tick in ticks}) == len(ticks)


def test_crowded_thumbnails_give_way_to_higher_scores() -> None:
    peaks = [10.0, 11.0, 50.0]
    events = [
        make_event_report(t, event=make_event(t, score=s))
        for t, s in zip(peaks, (0.5, 0.9, 0.6), strict=True)
    ]
    assert [band.room for band in draw_chart(make_report(events)).bands] == [
        "none",
        "narrow",
        "narrow",
    ]


def test_a_probability_stands_beside_the_score_where_there_is_one(tmp_path: Path) -> None:
    events = [make_event_report(event=make_event(probability=0.8125)), make_event_report(41.0)]
    text = Page(report_to_html(make_report(events), OutputLayout(tmp_path / "r.json"))).text
    assert text.count("Probability of a crash: 81 %") == 1
    assert text.count("Probability of a crash") == 1
