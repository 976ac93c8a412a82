"""Where the files of a report go: everything is named after report.json and lies beside it.

Nothing is written here; `check_writable` proves before an analysis that writing will work.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from utils.atomic import probe_writable
from utils.errors import OutputError
from utils.plain_text import one_line

FORMATS = ("json", "csv", "html", "srt", "mp4", "wav")
_UNSAFE = re.compile(r"[^\w.()+ -]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OutputLayout:
    """The files of one report; `base` is its JSON file."""

    base: Path

    @property
    def files_folder(self) -> Path:
        """Pictures and clips of the events."""
        return self.base.with_name(f"{self.base.stem}_files")

    def sibling(self, suffix: str) -> Path:
        """The report in another format, such as `.html`."""
        return self.base.with_name(f"{self.base.stem}{suffix}")

    def keyframe(self, event_number: int, frame_number: int) -> Path:
        """The JPEG of one keyframe; both numbers start at 1."""
        return self.files_folder / f"event-{event_number:03d}-frame-{frame_number}.jpg"

    def event_clip(self, event_number: int) -> Path:
        """The annotated clip of one event, numbered from 1."""
        return self.files_folder / f"event-{event_number:03d}.mp4"

    def relative(self, path: Path) -> str:
        """The path as the report stores it: relative to the report, with forward slashes."""
        return path.relative_to(self.base.parent).as_posix()

    def absolute(self, stored: str) -> Path:
        """The file that a stored path names. Raises OutputError where it leaves the folder."""
        folder = self.base.parent.resolve()
        path = (folder / stored).resolve()
        if not path.is_relative_to(folder):
            raise OutputError(f"{stored!r} lies outside the report's folder; it is not opened")
        return path

    def check_writable(self) -> None:
        """Raise OutputError now rather than after the analysis."""
        if self.files_folder.exists() and not self.files_folder.is_dir():
            raise OutputError(f"{self.files_folder} is a file; move it or choose another output")
        probe_writable(self.base)


def plan_layouts(videos: Sequence[Path], output: Path) -> list[OutputLayout]:
    """One layout per video. A name such as `analysis.json` serves one video, a folder any number.

    Several videos with one JSON name go to that name's folder. Equal stems get -2, -3, ...
    """
    if len(videos) == 1 and output.suffix and not output.is_dir():
        return [OutputLayout(_json_name(output))]
    taken: set[str] = set()
    return [OutputLayout(_unused(output_folder(output), video, taken)) for video in videos]


def output_folder(output: Path) -> Path:
    """The folder that `--output` means."""
    return output.parent if output.suffix and not output.is_dir() else output


def _json_name(output: Path) -> Path:
    if output.suffix.lower().lstrip(".") in set(FORMATS) - {"json"}:
        raise OutputError(f"the output {output} names the JSON report; let it end with .json")
    return output


def _unused(folder: Path, video: Path, taken: set[str]) -> Path:
    stem = safe_stem(video)
    name, number = stem, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name.casefold())
    return folder / f"{name}.json"


def safe_stem(video: Path) -> str:
    """The video's name without its suffix, free of characters that shells or systems misread."""
    stem = _UNSAFE.sub("_", one_line(video.stem)).strip(" .-")[:100]
    return f"_{stem}" if _RESERVED.fullmatch(stem) else stem or "video"
