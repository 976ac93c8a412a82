"""How soon the app's page answers with a filled library, in a real browser on the same machine.

    python -m benchmarks.app [--videos 200]

200 analysed videos with 5,000 events and pictures. Each time runs from the key, click or word until
the page shows the answer: the new list with its pictures loaded, the event with its card and curve.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.library import EVENTS, WHO, filled
from tests.report_factory import draw_keyframes
from tests.ui.browser_page import CHROMIUM, FLAGS
from utils.config import REPO_ROOT
from utils.writers.jpeg import write_jpeg

Action = Callable[[int], float]
# Does something on the page, and tells the milliseconds until the part has changed and its pictures
# are there.
UNTIL_CHANGED = """async ([part, act, value]) => {
  const start = performance.now();
  const seen = document.querySelector(part)?.innerHTML;
  (new Function("value", act))(value);
  for (;;) {
    await new Promise((next) => requestAnimationFrame(next));
    const now = document.querySelector(part);
    if (now && now.innerHTML !== seen
        && [...now.querySelectorAll("img")].slice(0, 8).every((image) => image.complete)) break;
    if (performance.now() - start > 20000) throw new Error(`${part} did not change: ${act}`);
  }
  return performance.now() - start;
}"""
LIST, EVENT = ".nm-lib-list", "#nm-review"
SEARCH = """
const field = document.querySelector("#nm-library-bar input[type=text], #nm-library-bar textarea");
Object.getOwnPropertyDescriptor(field.constructor.prototype, "value").set.call(field, value);
field.dispatchEvent(new Event("input", {bubbles: true}));"""
PRESS = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: value, bubbles: true}));"
CLICK = "document.querySelector(value).click();"


def main() -> None:
    """Fill a library, then print the times of every kind of answer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled(folder, args.videos).close()
        add_pictures(folder)
        with served(folder) as address, opened(folder, address) as page:
            print(f"{'answer':<28} median ms  slowest ms")
            for words, action in actions(page, address, args.videos * EVENTS):
                times = [action(number) for number in range(args.repeat)]
                print(f"{words:<28} {statistics.median(times):9.0f} {max(times):11.0f}", flush=True)


def add_pictures(folder: Path) -> None:
    """The pictures that the reports name: one drawn frame under many names."""
    picture = folder / "frame.jpg"
    write_jpeg(draw_keyframes([0.0], None).frames[0], picture)
    for report in folder.glob("drive-*/*.json"):
        for event in json.loads(report.read_text())["triggers"]:
            for frame in event["keyframes"]:
                if frame["image"]:
                    place = report.parent / frame["image"]
                    place.parent.mkdir(exist_ok=True)
                    os.link(picture, place)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the app with this library."""
    command = [sys.executable, "app.py", "--port", "0", "--no-browser"]
    settings = ["--set", f"app.output_dir={folder}"]
    process = subprocess.Popen(
        [*command, *settings], cwd=REPO_ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = next(text for text in process.stdout if "http" in text)
        found = re.search(r"http://\S+", line)
        assert found is not None, line
        yield found.group()
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def opened(folder: Path, address: str) -> Iterator[Page]:
    """The app's page at the Library tab."""
    with sync_playwright() as browsers:
        context = browsers.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": 1280, "height": 800},
        )
        page = context.pages[0]
        page.goto(address)
        show_tab(page, "Library")
        page.wait_for_selector(".nm-lib-open")
        yield page
        context.close()


def show_tab(page: Page, name: str) -> None:
    """Open a tab."""
    page.get_by_role("tab", name=name).first.click()


def actions(page: Page, address: str, events: int) -> Iterator[tuple[str, Action]]:
    """What a person does, in the order of a day."""

    def change(part: str, act: str, value: Any) -> float:
        return float(page.evaluate(UNTIL_CHANGED, [part, act, value]))

    def open_link(number: int) -> float:
        page.goto("about:blank")
        start = page.evaluate("Date.now()")
        page.goto(f"{address}/?event={1 + number * 211 % events}")
        page.wait_for_selector(f"{EVENT}[data-event] img")
        return float(page.evaluate("Date.now()") - start)

    def go_back_and_open(number: int) -> float:
        show_tab(page, "Library")
        page.wait_for_selector(".nm-lib-open")
        return change(EVENT, CLICK, f".nm-lib-card:nth-child({1 + number % 12}) .nm-lib-open")

    next_page = ".nm-lib-pager [data-library^=page]:last-of-type:not([disabled])"
    yield "search a word", lambda n: change(LIST, SEARCH, f"{WHO[n % len(WHO)]} {n}")
    change(LIST, SEARCH, "van")
    yield "next page of a search", lambda n: change(LIST, CLICK, next_page)
    change(LIST, SEARCH, "")
    yield (
        "similar moments",
        lambda n: change(LIST, CLICK, f".nm-lib-card:nth-child({2 + n % 5}) .nm-lib-more"),
    )
    change(LIST, CLICK, "[data-library='all:0']")
    show_tab(page, "Review")
    page.wait_for_selector(f"{EVENT}[data-event]")
    yield "open from the library", go_back_and_open
    yield "next event, by key", lambda n: change(EVENT, PRESS, "j")
    yield "previous event, by key", lambda n: change(EVENT, PRESS, "k")
    yield "open a link, page and all", open_link


if __name__ == "__main__":
    main()
