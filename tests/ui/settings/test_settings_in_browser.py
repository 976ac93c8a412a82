"""The Settings tab in a real browser: change, refuse, search, take back; every change counts."""

from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import assert_nothing_left_this_machine, in_browser, open_page, served
from tests.ui.conftest import three_events
from utils.config import load_settings
from utils.settings import Settings

pytestmark = in_browser


def control(page, key):
    return page.locator(f"#nm-settings-{key.replace('.', '-')}")


def say(page, words):
    page.locator(".nm-settings-said", has_text=words).wait_for()


def test_settings_are_changed_found_refused_and_taken_back(tmp_path, page):
    file = tmp_path / "out" / "settings.yaml"
    with served(FakeAnalyze(three_events()), Settings(), tmp_path) as address:
        open_page(page, address)
        page.get_by_role("tab", name="Settings").click()
        gap, strict = control(page, "events.merge_gap_s"), control(page, "trigger.strict_loading")
        gap.fill("2.5")
        strict.click()  # leaves the field and changes another at once
        say(page, "Strict loading: on")
        settings = load_settings(file)
        assert (settings.events.merge_gap_s, settings.trigger.strict_loading) == (2.5, True)

        gap.fill("900")
        gap.press("Tab")
        say(page, "Not saved: Merge gap should be less than or equal to 60")
        assert gap.input_value() == "900"
        assert gap.get_attribute("aria-invalid") == "true"
        assert load_settings(file).events.merge_gap_s == 2.5

        page.fill("#nm-settings-search", "spoken voice")
        control(page, "speech.voice").wait_for()
        assert not gap.is_visible()
        page.fill("#nm-settings-search", "")
        page.locator('[data-key="events.merge_gap_s"] [data-reset]').click()
        say(page, "Merge gap is as it was")
        assert gap.input_value() == "4"

        page.check("#nm-settings-only")
        assert page.locator("[data-key]:visible").count() == 1
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Forget all changes").click()
        say(page, "All changes are forgotten")
        assert not file.exists()
        assert not strict.is_checked()
        assert_nothing_left_this_machine(page, address)
