"""The forms by keyboard and with a long form: what is left closes, what happens is in sight."""

from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import in_browser, open_page, served
from tests.ui.conftest import three_events

pytestmark = in_browser


def test_menus_close_when_left_and_a_refusal_is_seen_from_the_end_of_the_form(
    tmp_path, settings, page
):
    root = tmp_path / "served"
    root.mkdir()
    with served(FakeAnalyze(three_events()), settings, root) as address:
        open_page(page, address)
        menu = page.get_by_role("combobox", name="Checkpoint").locator("visible=true")
        menu.focus()
        page.wait_for_selector("ul[role=listbox]")
        menu.press("Tab")
        page.wait_for_selector("ul[role=listbox]", state="detached")

        page.get_by_role("tab", name="Compare").click()
        for side in "AB":
            page.get_by_role("button", name=f"Describer and threshold of {side}").click()
        page.get_by_label("Threshold").locator("visible=true").nth(1).scroll_into_view_if_needed()
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.get_by_role("button", name="Compare", exact=True).click()
        page.wait_for_selector("#nm-compare-status [data-state=error]")
        box = page.locator("#nm-compare-status [data-state=error]").bounding_box()
        assert page.evaluate("scrollY") > box["height"]
        assert box["y"] >= 0
