"""Comparing in a real browser: run, look, seek, hover; nothing leaves the machine."""

import pytest

from tests.fake_analyze import FakeAnalyze, HeldAnalyze
from tests.ui.browser_page import assert_nothing_left_this_machine, in_browser, open_page, served
from tests.ui.conftest import three_events

pytestmark = in_browser

SEEK = """async (selector) => {
  const video = document.querySelector('#nm-compare-player video');
  document.querySelector(selector).click();
  await new Promise((done) => { video.seeking ? video.onseeked = done : done(); });
  return video.currentTime;
}"""


def start(page, address, video):
    """Fill the form in and press Compare."""
    open_page(page, address)
    page.get_by_role("tab", name="Compare").click()
    page.locator("#nm-compare-path textarea, #nm-compare-path input").fill(str(video))
    page.get_by_text("Describer and threshold of B").click()
    page.locator("#nm-compare-source-b input").click()
    page.get_by_role("option", name="default").first.click()
    page.get_by_label("Threshold").locator("visible=true").fill("0.2")
    page.get_by_role("button", name="Compare", exact=True).click()


def test_two_checkpoints_are_compared_on_one_video(tmp_path, settings, page, video):
    root = tmp_path / "served"
    root.mkdir()
    with served(FakeAnalyze(three_events(), pause_s=0.03), settings, root) as address:
        start(page, address, video)
        page.wait_for_selector("#nm-compare-status [data-state=found]")

        page.wait_for_selector("#nm-compare-moments tr[data-event='3']")
        row = "#nm-compare-moments tr[data-event='3'] button"
        assert page.evaluate(SEEK, row) == pytest.approx(6.5, abs=0.01)
        page.wait_for_selector(".nm-cmp-moment[aria-label='Moment 3']")
        page.wait_for_function(
            """document.querySelectorAll(".nm-cmp-lane .nm-mark[data-event='3'][aria-current]")
            .length === 2"""
        )
        assert page.locator("#nm-compare-curves .nm-playhead").is_visible()

        plot = page.locator("#nm-compare-curves .nm-plot")
        plot.hover(position={"x": plot.bounding_box()["width"] / 2, "y": 20})
        assert page.locator(".nm-cmp-at").inner_text().startswith("0:05.0 · A 0.8")
        assert_nothing_left_this_machine(page, address)


def test_cancel_is_the_last_word_of_a_comparison(tmp_path, settings, page, video):
    root = tmp_path / "served"
    root.mkdir()
    with served(HeldAnalyze(three_events(), pause_s=0.5), settings, root) as address:
        start(page, address, video)
        page.wait_for_selector("#nm-compare-status [data-state=running]")
        page.locator("#nm-compare-cancel").click()
        page.wait_for_selector("#nm-compare-status [data-state=cancelled]")
        page.wait_for_selector("#nm-compare-start:enabled")
        page.wait_for_timeout(500)
        assert page.locator("#nm-compare-status [data-state=cancelled]").count() == 1
