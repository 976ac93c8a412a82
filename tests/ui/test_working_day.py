"""An analyst's day on real clips, in a real browser: queue, cancel, review, package, compare."""

import shutil
import zipfile

import pytest

from models.session import AnalysisSession
from tests.conftest import DATA
from tests.ui.browser_page import assert_nothing_left_this_machine, in_browser, open_page, served
from tests.waiting import wait_until
from utils.library import LIBRARY_FILE, Library
from utils.library.records import EventFilter
from utils.settings import Settings

CLIPS = DATA / "drives" / "crash"
NAMES = ("cctv_bus_dust_screen_recording.mp4", "cctv_dusk_tower_view.mp4")
LONGER = CLIPS / "cctv_newyork_firetruck_then_crash.mp4"
CRASH_S = 4.4  # of cctv_dusk_tower_view, read by eye

pytestmark = [
    *in_browser,
    pytest.mark.skipif(not LONGER.is_file(), reason="the real clips are not beside the project"),
]


@pytest.fixture
def footage(tmp_path):
    folder = tmp_path / "monday"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(CLIPS / name, folder / name)
    return folder


def show(page, tab):
    page.get_by_role("tab", name=tab, exact=True).click()


def analyse_the_folder(page, footage):
    show(page, "Library")
    page.get_by_label("Folders or videos, one per line").fill(str(footage))
    page.get_by_role("button", name="Add to the queue").click()
    page.get_by_text("2 done").wait_for()


def cancel_an_analysis(page, outputs):
    """What was begun is gone a moment after the page says so."""
    show(page, "Analyze")
    page.locator("#nm-path textarea, #nm-path input").fill(str(LONGER))
    page.get_by_role("button", name="Analyze Video").click()
    page.wait_for_selector("#nm-status [data-state=running]")
    page.locator("#nm-cancel").click()
    page.wait_for_selector("#nm-status [data-state=cancelled]")
    wait_until(lambda: not list(outputs.glob(f"{LONGER.stem}*")))


def decide(page, best):
    """Confirm the best moment with a key, and take its evidence package."""
    show(page, "Review")
    page.wait_for_selector(f"#nm-review[data-event='{best.id}']")
    page.locator("#nm-review-advance").uncheck()
    page.keyboard.press("1")
    page.wait_for_selector("[data-decision=confirmed][aria-pressed=true]")
    page.locator("[data-do=package]").click()
    link = page.locator("#nm-review-package a")
    link.wait_for()
    with page.expect_download() as download:
        link.click()
    return download.value.path()


def compare_with_a_lower_threshold(page, footage):
    show(page, "Compare")
    page.locator("#nm-compare-path textarea, #nm-compare-path input").fill(
        str(footage / "cctv_dusk_tower_view.mp4")
    )
    page.get_by_text("Describer and threshold of B").click()
    page.locator("#nm-compare-source-b input").click()
    page.get_by_role("option", name="default").first.click()
    page.get_by_label("Threshold").locator("visible=true").fill("0.2")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_selector("#nm-compare-status [data-state=found]")


def test_a_day_from_a_folder_to_evidence(page, tmp_path, footage):
    with served(AnalysisSession().analyze, Settings(), tmp_path) as address:
        library = Library(tmp_path / "out" / LIBRARY_FILE)
        open_page(page, address)
        analyse_the_folder(page, footage)
        cancel_an_analysis(page, tmp_path / "out")

        best = library.events.find(EventFilter()).rows[0]
        assert best.video.name == "cctv_dusk_tower_view.mp4"
        assert best.peak_s == pytest.approx(CRASH_S, abs=1.0)
        package = decide(page, best)
        assert library.reviews.latest(best.id).review.decision == "confirmed"
        with zipfile.ZipFile(package) as archive:
            names = {name.rpartition("/")[2] for name in archive.namelist()}
        assert {"clip.mp4", "event.json", "index.html", "hashes.txt"} <= names

        compare_with_a_lower_threshold(page, footage)
        page.wait_for_selector("#nm-compare-moments tr[data-event]")
        assert page.locator("#nm-compare-curves polyline, #nm-compare-curves path").count() >= 2
        assert_nothing_left_this_machine(page, address)
