"""Train in a real browser: a tiny real run, started, left, found again and shown."""

from tests.ui.browser_page import assert_nothing_left_this_machine, in_browser, open_page, served
from tests.ui.train.small_app import small_settings
from ui.checkpoints import CheckpointShelf

pytestmark = in_browser
STATUS = "#nm-train-status .nm-status[data-state={}]"


def open_train(page, address):
    open_page(page, address)
    page.get_by_role("tab", name="Train").click()
    page.get_by_role("button", name="Start training").wait_for()


def choose_preset(page, title):
    page.get_by_label("Preset").click()
    page.get_by_role("option", name=title).click()


def test_a_tiny_run_is_started_left_found_again_and_shown(folder, page, monkeypatch):
    root = folder / "checkpoints"
    monkeypatch.setattr("ui.web_app.CheckpointShelf", lambda now: CheckpointShelf(now, root))
    with served(lambda *_: iter(()), small_settings(folder), folder) as address:
        open_train(page, address)
        page.get_by_text("Nothing was trained yet").wait_for()
        page.get_by_text("1 crash clip to learn from").wait_for()
        choose_preset(page, "As the settings say")
        page.get_by_label("Name of the run").fill("tiny")
        page.get_by_role("button", name="Start training").click()
        page.wait_for_selector(STATUS.format("running"))

        open_train(page, address)
        page.errors.clear()  # requests that were under way when the page was left
        page.wait_for_selector(STATUS.format("none"))
        page.get_by_role("heading", name="Checkpoint tiny/best").wait_for()
        assert page.locator(".nm-chart svg[role=img]").count() == 4
        page.get_by_role("button", name="What the run says").click()
        assert "2 training clips, 2 validation clips" in page.locator(".nm-log").inner_text()

        page.get_by_label("Name of the run").fill("tiny")
        page.get_by_role("button", name="Start training").click()
        page.get_by_text("Choose another name").wait_for()
        assert_nothing_left_this_machine(page, address)
