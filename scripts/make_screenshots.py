"""Photographs every tab of the app for docs/screenshots: `python -m scripts.make_screenshots`.

Starts the app in a copy of the project, lets it analyse, train and evaluate on rendered drives, and
looks at it with Chromium. Needs the development requirements; takes some minutes.
"""

import argparse
import io
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradio_client import Client
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from scripts.make_readme_picture import ARGUMENTS, BROWSERS, ROOT
from scripts.rendered_drives import DRIVES, write_drives

NEEDED = ("assets", "checkpoints/default", "models", "ui", "utils", "config.yaml")
ENTRY_POINTS = ("app.py", "train.py", "evaluate.py", "trust.py", "calibrate.py")
SIZES_PX = {"": (1280, 800), "-4k": (3840, 2160)}
MOST_BYTES, FLAT_COLOURS = 250_000, 96
PATIENCE_S = 1800.0
SETTLED_MS = 2500
NEW_CHECKPOINT, EPOCHS = "city-streets", 60
ENDED = ("finished", "stopped", "failed")


@dataclass(frozen=True, slots=True)
class World:
    """The app that is photographed, and the drives it knows."""

    address: str
    client: Client
    drives: Path

    def ask(self, endpoint: str, **values: Any) -> Any:
        """Call an endpoint of the app."""
        return self.client.predict(api_name=f"/{endpoint}", **values)

    def wait_for(self, endpoint: str, run_id: str) -> None:
        """Wait until a process that the app started has ended well."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            told = self.ask(endpoint, run_id=run_id)
            run = told.get("run", told)
            if run["state"] in ENDED:
                if run["state"] != "finished":
                    raise RuntimeError(f"{endpoint}: {run['state']}: {told['lines']}")
                return
            time.sleep(2)
        raise TimeoutError(f"{endpoint}: {run_id} did not end")


def main() -> None:
    """Fill the app, then photograph it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--large", action="store_true", help="also at 3840x2160, to look at")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running_app(Path(name)) as world:
        fill(world)
        options.output.mkdir(parents=True, exist_ok=True)
        photograph(world, options.output, "")
        if options.large:
            photograph(world, options.output, "-4k")


@contextmanager
def running_app(folder: Path) -> Iterator[World]:
    """The app in a copy of the project, with rendered drives beside it."""
    project, drives = folder / "nearmiss", folder / "drives"
    for part in (*NEEDED, *ENTRY_POINTS):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        (project / part).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / part, project / part)
    write_drives(drives)
    command = [sys.executable, "app.py", "--port", "0", "--no-browser"]
    app = subprocess.Popen(
        [*command, "--set", "describer.kind=template"],
        cwd=project,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        first = re.search(r"http://\S+", app.stdout.readline() if app.stdout else "")
        if first is None:
            raise RuntimeError("the app did not start")
        yield World(first[0], Client(first[0], verbose=False), drives)
    finally:
        app.terminate()
        app.wait(30)


def fill(world: World) -> None:
    """Analyse, review, train and evaluate through the app's own endpoints."""
    paths = [str(world.drives / f"{drive.name}.mp4") for drive in DRIVES]
    know_data(world)
    world.ask("queue_add", paths=paths)
    train = world.ask("train_start", name=NEW_CHECKPOINT, preset="quick", epochs=EPOCHS)
    wait_for_queue(world, len(paths))
    review(world)
    world.wait_for("train_status", train["id"])
    world.ask("train_compare", run_id=train["id"])
    wait_for_comparison(world, train["id"])
    checkpoints = [row["name"] for row in world.ask("checkpoints")]
    measured = world.ask("evaluate_start", checkpoints=checkpoints)
    world.wait_for("evaluate_status", measured["id"])
    world.ask("change_settings", changes={"events.merge_gap_s": 3.0, "outputs.pre_roll_s": 5.0})


def know_data(world: World) -> None:
    """Let the settings name the rendered drives as the data of training."""
    folder = world.drives
    labels = {"train": folder / "training.json", "val": folder / "held_out.json"}
    changes = {f"data.{name}_annotations": str(path) for name, path in labels.items()}
    changes |= {f"data.{name}_video_dir": str(folder) for name in labels}
    changes["training.best_metric"] = "log_loss"  # the AUC of so few clips is 1 too early
    world.ask("change_settings", changes=changes)


def wait_for_queue(world: World, count: int) -> None:
    """Wait until every drive was analysed."""
    deadline = time.monotonic() + PATIENCE_S
    while world.ask("queue_list")["counts"].get("done", 0) < count:
        if time.monotonic() > deadline:
            raise TimeoutError("the queue did not end")
        time.sleep(2)


def wait_for_comparison(world: World, run_id: str) -> None:
    """Wait for the new checkpoint beside the one that ships."""
    deadline = time.monotonic() + PATIENCE_S
    while (
        time.monotonic() < deadline and not world.ask("train_status", run_id=run_id)["comparison"]
    ):
        time.sleep(2)


def review(world: World) -> None:
    """Decide on some events, and leave the best one for the picture."""
    events = world.ask("list_events")["events"]
    for event, decision in zip(events[1:], ("confirmed", "near_miss", "confirmed"), strict=False):
        world.ask("review_event", event_id=event["id"], decision=decision, notes="Rendered.")


def photograph(world: World, output: Path, size: str) -> None:
    """A picture of every tab in light, and of Review in dark."""
    width_px, height_px = SIZES_PX[size]
    executable = next(path for path in BROWSERS if Path(path).exists())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": width_px, "height": height_px})
        page.set_default_timeout(120_000)
        page.goto(world.address)
        for name, show in TABS.items():
            show(page, world)
            page.wait_for_timeout(SETTLED_MS)
            save(page, output / f"{name}{size}.png")
        page.get_by_role("button", name="Dark").click()
        review_event(page, world)
        page.wait_for_timeout(SETTLED_MS)
        save(page, output / f"review-dark{size}.png")
        browser.close()


def save(page: Page, path: Path) -> None:
    """The page as PNG: in all its colours where MOST_BYTES allow it, else in 256."""
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    picture.save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        with_few_colours(picture).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def with_few_colours(picture: Image.Image) -> Image.Image:
    """The picture in 256 colours: its flat areas keep theirs to the bit, photos share the rest."""
    common = sorted(picture.getcolors(1 << 24), reverse=True)[:FLAT_COLOURS]
    shared = picture.quantize(256 - FLAT_COLOURS, Image.Quantize.MEDIANCUT, kmeans=1)
    flat = [value for _, colour in common for value in colour]
    palette = Image.new("P", (1, 1))
    palette.putpalette(flat + shared.getpalette()[: 3 * (256 - FLAT_COLOURS)])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def open_tab(page: Page, name: str) -> None:
    """Open a tab by its name."""
    page.get_by_role("tab", name=name.capitalize(), exact=True).click()


def wait_for_end(page: Page, status: str) -> None:
    """Wait until a run on the page has ended well."""
    ended = page.locator(f"{status} [data-state=found], {status} [data-state=error]")
    try:
        ended.wait_for()
    finally:
        words = page.locator(status).inner_text()
        print(f"{status}: {words[:100]!r}")
    if ended.get_attribute("data-state") == "error":
        raise RuntimeError(words)


def analyze(page: Page, world: World) -> None:
    """A finished analysis with its first event."""
    path = page.locator("#nm-path textarea, #nm-path input")
    path.fill(str(world.drives / "harbour-road.mp4"))
    page.get_by_role("button", name="Analyze Video").click()
    wait_for_end(page, "#nm-status")
    path.fill("/videos/harbour-road.mp4")


def review_event(page: Page, world: World) -> None:
    """The highest event that nobody decided on, at its peak."""
    open_tab(page, "review")
    page.wait_for_timeout(SETTLED_MS)
    page.get_by_role("button", name="Peak").click()
    page.evaluate("document.querySelectorAll('video').forEach(video => video.pause())")


def compare(page: Page, world: World) -> None:
    """The checkpoint that ships and the new one on one drive."""
    open_tab(page, "compare")
    path = page.locator("#nm-compare-path textarea, #nm-compare-path input")
    path.fill(str(world.drives / "delivery-route.mp4"))
    page.get_by_role("button", name="Compare", exact=True).click()
    wait_for_end(page, "#nm-compare-status")
    path.fill("/videos/delivery-route.mp4")


def train(page: Page, world: World) -> None:
    """The run that has ended, and the data that it learned from."""
    know_data(world)
    open_tab(page, "train")


def settings(page: Page, world: World) -> None:
    """Two changes; the temporary folders of the data are no matter of the picture."""
    for key in ("data", "training"):
        world.ask("reset_setting", key=key)
    open_tab(page, "settings")


TABS: dict[str, Callable[[Page, World], None]] = {
    "analyze": analyze,
    "library": lambda page, _: open_tab(page, "library"),
    "review": review_event,
    "compare": compare,
    "train": train,
    "evaluate": lambda page, _: open_tab(page, "evaluate"),
    "settings": settings,
}


if __name__ == "__main__":
    main()
