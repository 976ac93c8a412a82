"""A page served to a real browser, and what went through it: requests, errors."""

import shutil
import threading
from contextlib import contextmanager

import pytest
import uvicorn

from tests.conftest import ROOT
from tests.waiting import HANG_S, wait_until
from ui.server import bind, forget_gradio_environment
from ui.web_app import build_app

SAMPLE = ROOT / "assets" / "sample.mp4"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
in_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@contextmanager
def served(analyze, settings, folder):
    """The address of the page while it is served; analyses are made by `analyze`."""
    uploads = folder / "temp"
    uploads.mkdir()
    forget_gradio_environment(uploads)
    app_settings = settings.app.model_copy(update={"output_dir": str(folder / "out")})
    settings = settings.model_copy(update={"app": app_settings})
    app = build_app(analyze, settings, uploads, password=None)
    with bind("127.0.0.1", 0) as listener:
        server = uvicorn.Server(
            uvicorn.Config(app.asgi, log_level="warning", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(HANG_S)


@pytest.fixture
def page(tmp_path):
    """A fresh browser that writes down every request and every error."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as browsers:
        context = browsers.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=FLAGS,
            timeout=1000 * HANG_S,
            viewport={"width": 1280, "height": 800},
        )
        page = context.pages[0]
        page.set_default_timeout(1000 * HANG_S)
        page.requests, page.errors = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else None)
        yield page
        context.close()


def open_page(page, address):
    """Go to the page and wait until it has loaded its first values, as a person would."""
    page.goto(address)
    page.wait_for_selector("#nm-card .nm-card", state="attached")


def assert_nothing_left_this_machine(page, address):
    assert page.errors == [], page.errors
    own = (address, "data:", f"blob:{address}")
    foreign = [url for url in page.requests if not url.startswith(own)]
    assert foreign == [], foreign


def analyse_sample(page, address):
    """Upload the sample clip and start its analysis."""
    open_page(page, address)
    page.set_input_files("#nm-upload input[type=file]", str(SAMPLE))
    page.wait_for_selector("#nm-player video")
    page.get_by_role("button", name="Analyze Video").click()
