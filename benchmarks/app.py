"""How soon the app's page answers with a filled library, in a real browser on the same machine.

    python -m benchmarks.app [--videos 200]

200 analysed videos with 5,000 events and pictures. Each time runs from the key, click or word until
the page shows the answer (the new list, the event's card), and until its first pictures are there,
which are made small as they are asked for.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.library import EVENTS, WHO, filled
from tests.report_factory import draw_keyframes
from tests.ui.browser_page import CHROMIUM, FLAGS
from utils.config import REPO_ROOT
from utils.writers.jpeg import write_jpeg

Times = tuple[float, float]  # milliseconds to the answer, and to its pictures
Action = Callable[[int], Times]
UNTIL_CHANGED = """async ([part, act, value]) => {
  const start = performance.now();
  const seen = document.querySelector(part)?.innerHTML;
  (new Function("value", act))(value);
  const until = async (done) => {
    while (!done(document.querySelector(part))) {
      if (performance.now() - start > 20000) throw new Error(`${part} did not change: ${act}`);
      await new Promise((next) => requestAnimationFrame(next));
    }
    return performance.now() - start;
  };
  const answered = await until((now) => now && now.innerHTML !== seen);
  const images = (now) => [...now.querySelectorAll("img")].slice(0, 8);
  return [answered, await until((now) => images(now).every((image) => image.complete))];
}"""
LIST, EVENT, CARD = ".nm-lib-list", "#nm-review", "#nm-review [data-part=card]"
FIRST_CARD = "#nm-review[data-event] [data-part=card]"  # there once an event is shown
REST_MS = 1000
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
            print(
                f"{'':<28}{'answer':>16}{'pictures':>18}\n{'':<28}{'median  slowest':>16}", end=""
            )
            print(f"{'median  slowest':>18}  ms")
            for words, action in actions(page, address, args.videos * EVENTS):
                times = [action(number) for number in range(args.repeat)]
                answers, pictures = zip(*times, strict=True)
                print(f"{words:<28}{told(answers):>16}{told(pictures):>18}", flush=True)


def told(times: Sequence[float]) -> str:
    """Median and slowest."""
    return f"{statistics.median(times):6.0f}{max(times):9.0f}"


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
    """The app's page at the Library tab, in a new browser."""
    with sync_playwright() as browsers:
        context = browsers.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": 1280, "height": 800},
        )
        page = context.pages[0]
        open_library(page, address)
        yield page
        context.close()


def open_library(page: Page, address: str) -> None:
    """Load the page anew, at the Library tab."""
    page.goto("about:blank")
    page.goto(address)
    show_tab(page, "Library")
    page.wait_for_selector(".nm-lib-open")


def show_tab(page: Page, name: str) -> None:
    """Open a tab."""
    page.get_by_role("tab", name=name).first.click()


def changed(page: Page, part: str, act: str, value: Any) -> Times:
    """Do something on the page, and wait until this part of it is another."""
    answered, pictured = page.evaluate(UNTIL_CHANGED, [part, act, value])
    return float(answered), float(pictured)


def card_of(number: int) -> str:
    """The button of one of the first moments in the list."""
    return f".nm-lib-card:nth-child({1 + number % 12}) .nm-lib-open"


def open_first(page: Page, address: str, number: int) -> Times:
    """Load the page, then open a moment from the library: Review was never shown before."""
    open_library(page, address)
    page.wait_for_timeout(REST_MS)
    return changed(page, FIRST_CARD, CLICK, card_of(number))


def go_back_and_open(page: Page, number: int) -> Times:
    """Open another moment from the library."""
    show_tab(page, "Library")
    page.wait_for_selector(".nm-lib-open")
    return changed(page, CARD, CLICK, card_of(number))


def open_link(page: Page, address: str, event_id: int) -> Times:
    """Load the page by the link of a moment."""
    page.goto("about:blank")
    start_s = time.perf_counter()
    page.goto(f"{address}/?event={event_id}")
    page.wait_for_selector(f"{EVENT}[data-event]")
    answered_s = time.perf_counter()
    page.wait_for_selector(f"{CARD} img", state="attached")
    return (answered_s - start_s) * 1000, (time.perf_counter() - start_s) * 1000


def actions(page: Page, address: str, events: int) -> Iterator[tuple[str, Action]]:
    """What a person does, in the order of a day."""
    change = partial(changed, page)
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
    yield "first opening of a page", partial(open_first, page, address)
    yield "open from the library", partial(go_back_and_open, page)
    yield "next event, by key", lambda n: change(CARD, PRESS, "j")
    yield "previous event, by key", lambda n: change(CARD, PRESS, "k")
    yield (
        "open a link, page and all",
        lambda n: open_link(page, address, 1 + n * 211 % events),
    )


if __name__ == "__main__":
    main()
