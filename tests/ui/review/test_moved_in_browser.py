"""A video that moved is found again in a real browser, without an analysis."""

import pytest

from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import assert_nothing_left_this_machine, in_browser, open_page, served
from tests.ui.conftest import three_events
from tests.ui.review.stored import store
from tests.ui.review.test_finder import report_on
from utils.library import LIBRARY_FILE, Library
from utils.settings import Settings

pytestmark = in_browser
PLAYS = "document.querySelector('#nm-review-player video').readyState > 1"


@pytest.fixture
def moved(tmp_path, video):
    """The number of an event whose video is in another folder now, under another name."""
    library = Library(tmp_path / "out" / LIBRARY_FILE)
    event_id = store(library, report_on(video), video, tmp_path / "out" / "drive").ids[0]
    (tmp_path / "disk").mkdir()
    video.rename(tmp_path / "disk" / "renamed.mp4")
    return event_id


def test_a_video_plays_again_once_a_person_says_where_it_is(tmp_path, moved, page):
    with served(FakeAnalyze(three_events()), Settings(), tmp_path) as address:
        open_page(page, f"{address}/?event={moved}")
        page.wait_for_selector("#nm-review-moved:not([hidden])")
        place = page.get_by_label("The video is not where it was: drive one.mp4. Where is it now?")
        place.fill(str(tmp_path / "disk" / "nothing.mp4"))
        place.press("Enter")
        page.wait_for_selector("text=There is no file at that path: nothing.mp4.")
        place.fill(str(tmp_path / "disk"))
        place.press("Enter")
        page.wait_for_function(PLAYS)
        page.locator(".nm-rv-message").get_by_text("1 video found.", exact=True).wait_for()
        page.wait_for_selector("#nm-review-moved", state="hidden")
        page.wait_for_selector("#nm-review-card >> text=renamed.mp4")
        assert_nothing_left_this_machine(page, address)
