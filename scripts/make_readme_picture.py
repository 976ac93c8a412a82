"""Draws assets/report.png: the report of the sample clip, as a browser shows it.

`python scripts/make_readme_picture.py` needs Chromium and the development requirements.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("/usr/bin/chromium", "/usr/bin/google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDTH_PX, HEIGHT_PX = 1180, 1130


def main() -> None:
    """Analyse the sample clip and photograph the page."""
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "analysis.json"
        command = [sys.executable, "inference.py", "--video", "assets/sample.mp4"]
        subprocess.run([*command, "--output", str(report)], cwd=ROOT, check=True)
        photograph(report.with_suffix(".html"), ROOT / "assets" / "report.png")


def photograph(page_file: Path, picture: Path) -> None:
    """The upper part of an HTML file as PNG."""
    browser_path = next(path for path in BROWSERS if Path(path).exists())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH_PX, "height": HEIGHT_PX})
        page.goto(page_file.as_uri())
        page.screenshot(path=str(picture))
        browser.close()


if __name__ == "__main__":
    main()
