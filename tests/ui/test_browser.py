"""The whole flow in a real browser: upload, analyse, look, seek, listen, save; nothing leaves."""

import json

import pytest

from models.session import AnalysisSession
from tests.fake_analyze import HeldAnalyze
from tests.ui.browser_page import (
    analyse_sample,
    assert_nothing_left_this_machine,
    in_browser,
    open_page,
    served,
)
from tests.ui.conftest import three_events
from utils.settings import Settings

COLLISION_S = 8.0
SEEK_AND_READ = """async (selector) => {
  const video = document.querySelector('#nm-player video');
  document.querySelector(selector).click();
  await new Promise((done) => { video.seeking ? video.onseeked = done : done(); });
  return video.currentTime;
}"""

pytestmark = in_browser


@pytest.fixture
def analyze():
    """An analysis told by hand: three events at known times."""
    return HeldAnalyze(three_events())


@pytest.fixture
def address(analyze, tmp_path, settings):
    """A served page with that analysis."""
    with served(analyze, settings, tmp_path) as address:
        yield address


@pytest.fixture
def real_address(tmp_path):
    """A served page with the real analysis by the shipped checkpoint."""
    with served(AnalysisSession().analyze, Settings(), tmp_path) as address:
        yield address


def saved_report(page):
    """The JSON report as the page's download link gives it."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Report for programs (JSON)").click()
    return json.loads(download.value.path().read_text(encoding="utf-8"))


def test_a_moment_of_one_tab_leaves_the_players_of_others_alone(address, page):
    open_page(page, address)
    page.get_by_role("tab", name="Compare").click()
    page.wait_for_selector("#nm-compare-player .nm-player")
    for tab in ("#nm-player", "#nm-compare-player"):
        page.evaluate(f"document.querySelector('{tab} .nm-player').innerHTML = '<video></video>'")
    page.evaluate(
        """document.querySelector('#nm-compare-moments').insertAdjacentHTML(
            'beforeend', '<button type="button" data-seek="3">3</button>')"""
    )
    page.click("#nm-compare-moments [data-seek]")
    read = "document.querySelector('{} video').currentTime"
    assert page.evaluate(read.format("#nm-compare-player")) == 3
    assert page.evaluate(read.format("#nm-player")) == 0


def test_the_sample_clips_collision_is_found_and_shown(real_address, page):
    analyse_sample(page, real_address)
    page.wait_for_selector(".nm-status[data-state=found]")
    page.wait_for_selector("#nm-events tr[data-event]")
    assert page.locator("#nm-events tr[data-event]").count() == 1
    page.wait_for_function(
        "() => [...document.querySelectorAll('#nm-details img')].filter(i => i.naturalWidth)"
        ".length >= 3"
    )
    report = saved_report(page)
    (trigger,) = report["triggers"]
    assert trigger["timestamp"] == pytest.approx(COLLISION_S, abs=0.5)
    assert trigger["analysis"] in page.locator("#nm-details").inner_text()
    assert_nothing_left_this_machine(page, real_address)


def test_a_video_is_analysed_looked_at_and_its_report_saved(address, analyze, page):
    analyse_sample(page, address)
    page.wait_for_selector("[data-state=running]")
    analyze.go.set()
    page.wait_for_selector(".nm-status[data-state=found]")

    page.wait_for_selector("#nm-events tr[data-event='3']")
    rows = page.locator("#nm-events tr[data-event]")
    assert rows.count() == 3
    assert rows.nth(1).inner_text().split()[0] == "0:03.6"

    assert page.evaluate(SEEK_AND_READ, "tr[data-event='2'] button") == pytest.approx(3.6, abs=0.01)
    page.wait_for_selector(".nm-details[aria-label='Event 2']")
    assert page.evaluate(SEEK_AND_READ, ".nm-mark[data-event='3']") == pytest.approx(6.5, abs=0.01)
    page.wait_for_selector(".nm-details[aria-label='Event 3']")
    page.wait_for_selector(".nm-mark[data-event='3'][aria-current]")

    page.wait_for_function(
        "() => [...document.querySelectorAll('#nm-details img')].filter(i => i.naturalWidth)"
        ".length === 6"
    )
    page.locator(".nm-strip label").nth(0).click()
    assert page.locator(".nm-stage figure").nth(0).is_visible()
    page.wait_for_function("document.querySelector('#nm-outcome audio').duration > 0.9")

    assert saved_report(page)["num_triggers_detected"] == 3
    assert_nothing_left_this_machine(page, address)
