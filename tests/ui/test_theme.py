"""Light and dark: the system's choice until the button says otherwise; the browser remembers."""

from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import in_browser, open_page, served
from tests.ui.conftest import three_events

pytestmark = in_browser
TOGGLE = "[data-theme-toggle]"


def is_dark(page):
    page.wait_for_selector(TOGGLE)
    page.wait_for_function(
        "() => document.querySelector('[data-theme-toggle]').getAttribute('aria-pressed') ==="
        " String(document.body.classList.contains('dark'))"
    )
    return page.evaluate("document.body.classList.contains('dark')")


def test_the_choice_outlives_a_reload(page, settings, tmp_path):
    with served(FakeAnalyze(three_events()), settings, tmp_path) as address:
        page.emulate_media(color_scheme="dark")
        open_page(page, address)
        page.wait_for_selector("body.dark")
        assert is_dark(page)
        page.click(TOGGLE)
        assert not is_dark(page)
        page.reload()
        page.wait_for_selector("#nm-analyze")
        assert not is_dark(page)
        page.click(TOGGLE)
        assert is_dark(page)
