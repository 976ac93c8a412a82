"""The Car Crash Dataset: `Crash-1500.txt`, 50 frames at 10 a second, and its normal clips.

Its crash clips come from few YouTube videos; clips of one video are one group.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from utils.datasets.label_text import read_text
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip, Split
from utils.video_files import VIDEO_SUFFIXES

FRAMES_PER_S = 10.0
FRAMES = 50
TAIL = ("startframe", "youtubeID", "timing", "weather", "egoinvolve")
CELLS = 1 + FRAMES + len(TAIL)
CRASH_FOLDERS = ("Crash-1500", "Crash", "positive")
NORMAL_FOLDERS = ("Normal", "negative")


def read_ccd(labels: Path, video_dir: Path) -> list[LabeledClip]:
    """The crash clips of Crash-1500.txt and the clips of the folder Normal, where there is one.

    train.txt and test.txt of the published split are followed where they lie beside the labels
    (else all train). Raises AnnotationError.
    """
    file = labels / "Crash-1500.txt" if labels.is_dir() else labels
    splits = _splits(file.parent)
    crashes = [_crash(row, video_dir, splits) for row in _rows(file)]
    normal = _folder(video_dir, NORMAL_FOLDERS)
    films = sorted(normal.iterdir()) if normal != video_dir else []
    clips = [_normal(p, splits) for p in films if p.suffix.lower() in VIDEO_SUFFIXES]
    return [*crashes, *clips]


class CrashLine:
    """One line: clip number, 50 labels, and five properties, all in one comma-separated row."""

    def __init__(self, file: Path, number: int, text: str) -> None:
        """Raises AnnotationError."""
        self._where = f"{file.name}, line {number}"
        cells = [cell.strip() for cell in text.split(",")]
        if len(cells) != CELLS:
            raise AnnotationError(f"{self._where}: {len(cells)} cells; {CELLS} are needed")
        self.clip, self.labels = cells[0], cells[1 : FRAMES + 1]
        self.tail = dict(zip(TAIL, cells[FRAMES + 1 :], strict=True))
        self._check()

    def _check(self) -> None:
        if not re.fullmatch(r"\d{1,9}", self.clip):
            raise self.fail("clip", self.clip, "a number such as 000001 is needed")
        wrong = next((n for n, label in enumerate(self.labels) if label not in ("0", "1")), None)
        if wrong is not None:
            raise self.fail(f"label {wrong}", self.labels[wrong], "0 or 1 is needed")
        if "1" not in self.labels:
            raise self.fail("labels", "0 ... 0", "a crash clip needs a frame labelled 1")
        if not re.fullmatch(r"[\w-]{1,64}", self.tail["youtubeID"]):
            raise self.fail("youtubeID", self.tail["youtubeID"], "a source video is needed")
        if self.tail["egoinvolve"] not in ("Yes", "No"):
            raise self.fail("egoinvolve", self.tail["egoinvolve"], "Yes or No is needed")

    def fail(self, key: str, value: str, wanted: str) -> AnnotationError:
        """An error that names this line's place and value."""
        return AnnotationError(f"{self._where}: {key} {value[:60]!r}: {wanted}")

    def spans_s(self) -> Iterator[tuple[float, float]]:
        """Seconds [start, end) of each run of ones."""
        for label, run in groupby(enumerate(self.labels), key=lambda pair: pair[1]):
            frames = [n for n, _ in run]
            if label == "1":
                yield frames[0] / FRAMES_PER_S, (frames[-1] + 1) / FRAMES_PER_S


def _rows(file: Path) -> list[CrashLine]:
    numbered = enumerate(read_text(file).split("\n"), start=1)
    rows = [CrashLine(file, number, text) for number, text in numbered if text.strip()]
    seen: set[str] = set()
    for row in rows:
        if row.clip in seen:
            raise row.fail("clip", row.clip, "it is listed twice; keep one line")
        seen.add(row.clip)
    return rows


def _crash(row: CrashLine, video_dir: Path, splits: dict[str, Split]) -> LabeledClip:
    spans_s, tail = tuple(row.spans_s()), row.tail
    return LabeledClip(
        path=_folder(video_dir, CRASH_FOLDERS) / f"{row.clip}.mp4",
        kind="crash",
        events_s=(spans_s[0][0],),
        group=f"ccd/{tail['youtubeID']}",
        split=splits.get(f"positive/{row.clip}", "train"),
        spans_s=spans_s,
        dataset="ccd",
        tags={
            "ego": "ego" if tail["egoinvolve"] == "Yes" else "other",
            "light": tail["timing"],
            "weather": tail["weather"],
        },
    )


def _normal(path: Path, splits: dict[str, Split]) -> LabeledClip:
    split = splits.get(f"negative/{path.stem}", "train")
    return LabeledClip(path, "normal", (), f"ccd/normal/{path.stem}", split, dataset="ccd-normal")


def _folder(video_dir: Path, names: tuple[str, ...]) -> Path:
    """The first of the folders that is there, also one level down in `videos`; else video_dir."""
    places = [video_dir / name for name in names] + [video_dir / "videos" / n for n in names]
    return next((place for place in places if place.is_dir()), video_dir)


def _splits(folder: Path) -> dict[str, Split]:
    """The published lists, lines such as `positive/000001.npz 1`, where they are there."""
    names: tuple[Split, ...] = ("train", "test")
    found: dict[str, Split] = {}
    for split in names:
        file = folder / f"{split}.txt"
        for line in read_text(file).split("\n") if file.is_file() else ():
            found[line.partition(".npz")[0].strip()] = split
    return found
