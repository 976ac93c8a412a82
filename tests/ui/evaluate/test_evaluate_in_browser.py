"""Evaluate in a real browser: move the budget, measure, look at the figures."""

from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import assert_nothing_left_this_machine, in_browser, open_page, served
from tests.ui.conftest import three_events
from tests.ui.evaluate.conftest import calibrate_checkpoint, write_project
from ui.commands import Commands

pytestmark = in_browser


def test_a_budget_is_chosen_and_a_checkpoint_measured(
    tmp_path, settings, checkpoint_root, page, monkeypatch
):
    calibrate_checkpoint(checkpoint_root / "default")
    project, root = write_project(tmp_path / "made-up"), tmp_path / "served"
    root.mkdir()
    monkeypatch.setattr("ui.web_app.Commands", lambda folder: Commands(folder, project))
    with served(FakeAnalyze(three_events()), settings, root) as address:
        open_page(page, address)
        page.get_by_role("tab", name="Evaluate").click()
        words = page.locator("#nm-evaluate-words")
        words.get_by_text("Threshold 0.60").wait_for()
        budget = page.locator("#nm-evaluate-budget input[type=number]")
        budget.fill("6")
        budget.press("Enter")
        words.get_by_text("Threshold 0.30").wait_for()
        page.get_by_role("button", name="Use this in Analyze").click()
        page.get_by_text("New analyses use default with threshold 0.30").wait_for()

        page.get_by_role("tab", name="Figures").click()
        page.get_by_role("button", name="Measure").click()
        page.wait_for_selector("#nm-evaluate-evaluate-run [data-state=none]")
        page.get_by_text("0.920 [0.80, 1.00]").first.wait_for()
        assert_nothing_left_this_machine(page, address)
