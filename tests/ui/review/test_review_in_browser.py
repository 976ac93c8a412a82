"""A reviewer's keys in a real browser, on the sample clip as it was really analysed."""

import pytest

from models.session import AnalysisSession
from tests.conftest import ROOT
from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import assert_nothing_left_this_machine, in_browser, open_page, served
from tests.ui.conftest import three_events
from tests.ui.review.stored import library_of_a_drive
from tests.waiting import wait_until
from utils.library.records import EventFilter, Review
from utils.settings import Settings
from utils.writers import OutputLayout

pytestmark = in_browser
SAMPLE, FRAME_S = ROOT / "assets" / "sample.mp4", 1 / 25
PLAYER = "document.querySelector('#nm-review-player video')"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="module")
def library(folder):
    """The sample clip's one event (0.90) and three events of a drawn video (0.87 each)."""
    library = library_of_a_drive(folder)
    layout = OutputLayout(folder / "out" / "sample" / "sample.json")
    for _ in AnalysisSession().analyze(SAMPLE, Settings(), layout):
        pass
    library.analyses.add(layout.base)
    return library


@pytest.fixture(scope="module")
def address(folder, library):
    with served(FakeAnalyze(three_events()), Settings(), folder) as address:
        yield address


def opened(page, number, place=None):
    page.wait_for_selector(f"#nm-review[data-event='{number}']")
    if place:
        page.locator("#nm-review-place").get_by_text(place, exact=True).wait_for()


def time_s(page):
    """The player's time once it has come to rest."""
    page.wait_for_function(f"!{PLAYER}.seeking && {PLAYER}.readyState > 1")
    return page.evaluate(f"{PLAYER}.currentTime")


def test_moments_are_gone_through_and_decided_with_keys_alone(address, page, library):
    best, second, *_ = [e.id for e in library.events.find(EventFilter()).rows]
    event = library.events.get(best)
    open_page(page, address)
    page.get_by_role("tab", name="Review").click()
    opened(page, best, "1 of 4")
    page.wait_for_function(f"!{PLAYER}.paused")  # it plays by itself
    page.keyboard.press(" ")

    page.keyboard.press("g")
    assert time_s(page) == pytest.approx(event.peak_s, abs=0.01)
    page.keyboard.press("h")
    assert time_s(page) == pytest.approx(event.peak_s - 1, abs=0.01)
    page.keyboard.press(".")
    page.keyboard.press(",")
    assert time_s(page) == pytest.approx(event.peak_s - 1, abs=FRAME_S)
    page.keyboard.press("[")
    assert "(corrected)" in page.inner_text("#nm-review-span")
    page.keyboard.press("n")
    page.keyboard.type("2 lorries, just missed")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    opened(page, second, "2 of 4")
    page.wait_for_function("document.querySelector('#nm-review-progress').textContent[0] === '1'")
    saved = wait_until(lambda: library.reviews.latest(best)).review
    assert (saved.decision, saved.notes) == ("near_miss", "2 lorries, just missed")
    assert saved.start_s == pytest.approx(event.peak_s - 1, abs=FRAME_S)
    assert saved.end_s is None

    page.keyboard.press("3")
    assert library.reviews.latest(second) is None
    page.keyboard.press("2")
    page.wait_for_function("document.querySelector('#nm-review-said').textContent !== ''")
    page.keyboard.press("k")
    opened(page, second, "2 of 4")
    page.wait_for_selector("[data-decision=false_alarm][aria-pressed=true]")
    assert wait_until(lambda: library.reviews.latest(second)).review.reason == "camera shake"
    page.keyboard.press("u")
    page.wait_for_selector("[data-decision=false_alarm][aria-pressed=false]")
    page.wait_for_function(
        "document.querySelector('#nm-review-said').textContent.includes('Undone')"
    )
    assert library.reviews.latest(second) is None

    page.keyboard.press("?")
    assert "one frame back" in page.inner_text("#nm-review-help")
    page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#nm-review").bounding_box()["height"] < 700
    assert_nothing_left_this_machine(page, address)


def test_a_conflict_with_another_window_loses_nothing(address, page, library):
    number = library.events.find(EventFilter()).rows[2].id
    open_page(page, f"{address}/?event={number}")
    opened(page, number)
    page.click(f".nm-rv-strip button[data-event_id='{number + 1}']")
    opened(page, number + 1)
    page.keyboard.press("k")
    opened(page, number)

    library.reviews.save(number, Review("confirmed", notes="I was there"))
    page.keyboard.press("4")
    page.wait_for_selector("#nm-review-alert:not([hidden])")
    told = page.inner_text("#nm-review-alert")
    assert "you chose unsure" in told
    assert "confirmed" in told
    assert library.reviews.latest(number).review.decision == "confirmed"
    page.click("text=Save mine too")
    page.wait_for_function(
        "document.querySelector('#nm-review-said').textContent === 'Saved: unsure.'"
    )
    decisions = [saved.review.decision for saved in library.reviews.history(number)]
    assert decisions == ["unsure", "confirmed"]
    assert page.errors == []
