"""A run outlives the page that began it, in a real browser: reloaded, closed, beside another."""

import re
import time

import pytest

from tests.fake_analyze import HeldAnalyze
from tests.ui.browser_page import (
    analyse_sample,
    assert_nothing_left_this_machine,
    in_browser,
    open_page,
    served,
)
from tests.ui.conftest import three_events
from tests.waiting import wait_until

RUNNING = "#nm-status [data-state=running]"

pytestmark = in_browser


@pytest.fixture
def analyze():
    return HeldAnalyze(three_events())


@pytest.fixture
def address(analyze, settings, tmp_path):
    with served(analyze, settings, tmp_path) as address:
        yield address


def start(page, address):
    """Upload the sample, press Analyze Video and wait for the first score."""
    analyse_sample(page, address)
    page.wait_for_selector(f"{RUNNING}:has-text('Scored up to')")


def go_on(page, address):
    """Open the page until it shows the run: that another was closed is heard a moment later."""

    def shows_the_run():
        open_page(page, address)
        page.wait_for_selector(f"#nm-analyze:enabled, {RUNNING}")
        return page.locator(RUNNING).count()

    wait_until(shows_the_run)


def elapsed_s(page):
    minutes, seconds = re.search(r"(\d+):(\d\d) elapsed", page.inner_text(RUNNING)).groups()
    return 60 * int(minutes) + int(seconds)


def test_a_run_goes_on_while_its_page_is_loaded_again(address, analyze, page):
    start(page, address)
    while (before_s := elapsed_s(page)) < 2:
        time.sleep(0.05)
    page.reload()
    page.wait_for_selector(f"{RUNNING}:has-text('Scored up to')")
    assert elapsed_s(page) >= before_s
    page.wait_for_selector("#nm-player video")
    assert page.get_by_role("button", name="Analyze Video").is_disabled()

    page.errors.clear()  # those of the streams that the page had open

    beside = page.context.new_page()
    open_page(beside, address)
    beside.wait_for_selector("#nm-analyze:enabled")
    assert beside.locator(RUNNING).count() == 0
    beside.close()

    analyze.go.set()
    page.wait_for_selector(".nm-status[data-state=found]")
    assert page.locator("#nm-events tr[data-event]").count() == 3
    page.click("tr[data-event='2'] button")
    page.wait_for_selector(".nm-details[aria-label='Event 2']")
    assert page.get_by_role("button", name="Analyze Video").is_enabled()
    assert len(analyze.seen) == analyze.closed == 1
    assert_nothing_left_this_machine(page, address)


def test_a_run_of_a_closed_page_is_cancelled_from_a_new_one(address, analyze, page, tmp_path):
    start(page, address)
    opened = page.context.new_page()
    page.close()
    go_on(opened, address)
    opened.get_by_role("button", name="Cancel", exact=True).click()
    opened.wait_for_selector("#nm-status [data-state=cancelled]")
    wait_until(lambda: analyze.closed)
    assert analyze.closed == 1
    opened.reload()
    opened.wait_for_selector("#nm-analyze:enabled")
    assert opened.locator(".nm-status:not([data-state=idle])").count() == 0
    wait_until(lambda: not list((tmp_path / "out").glob("sample*")))
