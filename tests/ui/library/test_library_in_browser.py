"""The Library tab in a real browser: a folder becomes moments; a killed app goes on."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from models.session import AnalysisSession
from tests.conftest import ROOT
from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import assert_nothing_left_this_machine, in_browser, open_page, served
from tests.ui.conftest import three_events
from tests.waiting import HANG_S
from utils.library import LIBRARY_FILE, Library
from utils.settings import Settings

SAMPLE = ROOT / "assets" / "sample.mp4"
VIDEOS = ("friday.mp4", "monday.mp4")

pytestmark = in_browser


@pytest.fixture
def footage(tmp_path):
    """A folder with the sample clip under two names."""
    folder = tmp_path / "footage"
    folder.mkdir()
    for name in VIDEOS:
        shutil.copy(SAMPLE, folder / name)
    return folder


@pytest.fixture
def address(tmp_path, settings):
    with served(FakeAnalyze(three_events(), pause_s=0.02), settings, tmp_path) as address:
        yield address


def open_library(page, address):
    open_page(page, address)
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector("#nm-library-queue .nm-lib-queue")


def add_folder(page, folder):
    page.get_by_label("Folders or videos, one per line").fill(str(folder))
    page.get_by_role("button", name="Add to the queue").click()
    page.get_by_text("2 videos joined the queue.").wait_for()


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


def test_a_folder_becomes_moments_that_are_searched_and_opened_with_keys(address, page, footage):
    open_library(page, address)
    page.get_by_text("Nothing has been analysed yet").wait_for()
    add_folder(page, footage)
    page.get_by_text("2 done").wait_for()
    page.get_by_role("button", name="Refresh").or_(page.get_by_text("Show ")).first.click()
    page.get_by_text("of 3 moments").first.wait_for()

    page.get_by_label("Search", exact=True).fill("elephant")
    page.get_by_text("Asked for: “elephant”").wait_for()
    page.get_by_role("button", name="Clear search and filters").click()
    page.wait_for_selector(".nm-lib-open")

    page.locator(".nm-lib-open").first.focus()
    first = focused(page)
    page.keyboard.press("ArrowRight")
    assert focused(page) != first
    page.keyboard.press("ArrowLeft")
    assert focused(page) == first
    page.keyboard.press("Enter")
    page.wait_for_selector("#nm-tab-review-button[aria-selected=true]")

    page.get_by_role("tab", name="Library").click()
    remove_video_after_asking(page, VIDEOS[1])
    assert_nothing_left_this_machine(page, address)


def remove_video_after_asking(page, name):
    page.get_by_label("Videos", exact=True).click()
    remove = page.get_by_role("button", name=f"Remove {name} from the library")
    remove.wait_for()
    page.once("dialog", lambda dialog: dialog.dismiss())
    remove.click()
    page.once("dialog", lambda dialog: dialog.accept())
    remove.click()
    page.get_by_text(f"{name} was removed from the library").wait_for()


def test_an_app_that_was_killed_goes_on_with_its_queue(page, tmp_path, footage):
    library = Library(tmp_path / "out" / LIBRARY_FILE)
    with app(tmp_path / "out") as (process, address):
        open_library(page, address)
        add_folder(page, footage)
        page.wait_for_selector("#nm-library-queue li[data-state=running] [role=progressbar]")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert library.queue.counts()["running"] == 1
    assert library.queue.counts()["done"] < len(VIDEOS)
    with served(AnalysisSession().analyze, Settings(), tmp_path) as address:
        open_library(page, address)
        page.get_by_text("2 done").wait_for()
    ended = library.queue.find(state="done")
    assert {item.video.name for item in ended} == set(VIDEOS)
    assert all(library.analyses.get(item.analysis_id).event_count == 1 for item in ended)
    reports = {library.analyses.get(item.analysis_id).report.parent for item in ended}
    assert set((tmp_path / "out").glob("*-????????-??????-????")) == reports  # nothing half done
    library.close()


@contextmanager
def app(outputs):
    """The real app in a process of its own, and its address."""
    command = [sys.executable, "app.py", "--port", "0", "--no-browser"]
    given = [*command, "--set", f"app.output_dir={outputs}", "--set", "outputs.formats=[json]"]
    process = subprocess.Popen(given, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process, _address(process)
    finally:
        process.terminate()
        process.wait(HANG_S)
        process.stdout.close()


def _address(process):
    for line in process.stdout:  # to its end where the app does not start
        found = [word for word in line.split() if word.startswith("http://")]
        if found:
            return found[0]
    raise AssertionError("the app did not start")
