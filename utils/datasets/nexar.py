"""Nexar collision prediction: metadata.csv per folder of clips, or the competition's tables.

Positive means a collision or a near miss. A positive clip without a moment ends before its event.
"""

from pathlib import Path

from utils.datasets.nexar_frames import FrameTable, read_frame_tables
from utils.datasets.split_name import split_of
from utils.datasets.table import Row, read_table, refuse_twins, require_columns
from utils.labeled_clip import LabeledClip, Split

SIDES = ("positive", "negative")
TAGS = {"light_conditions": "light", "weather": "weather", "scene": "scene"}
FURTHER = ("time_to_accident", "group", "Usage")


def read_nexar(labels: Path, video_dir: Path) -> list[LabeledClip]:
    """The clips of a table, or of every metadata.csv in the folders positive and negative.

    Tables name videos by `file_name`, or by `id` with `target` (0 or 1). Frame tables beside
    them (`*frames_metadata.csv`) bound the times, and give the rate where a clip is a folder of
    frames `video_dir/<id>`. Raises AnnotationError.
    """
    if not labels.is_dir():
        return _table(labels, video_dir)
    files = sorted(path for path in labels.rglob("metadata.csv") if path.parent.name in SIDES)
    files = files or [labels / "metadata.csv"]
    return [clip for file in files for clip in _table(file, file.parent)]


def _table(labels: Path, video_dir: Path) -> list[LabeledClip]:
    side = labels.parent.name if labels.parent.name in SIDES else ""
    folder = labels.parent.parent.name if side else ""
    split = split_of(labels.stem, split_of(folder))
    rows = read_table(labels, ())
    by_file = "file_name" in rows[0].cells
    require_columns(rows, ("file_name", "time_of_event") if by_file else ("id", "target"))
    refuse_twins(rows, "file_name" if by_file else "id")
    place = _Place(video_dir, side, split, read_frame_tables(labels.parent))
    return [_clip(row, place) for row in rows]


class _Place:
    """Where the videos of one table lie."""

    def __init__(self, video_dir: Path, side: str, split: Split, frames: FrameTable) -> None:
        self.split = split
        self.frames = frames
        self._video_dir = video_dir
        self._side = side

    def path(self, row: Row, positive: bool) -> Path:
        """The video; looked for in positive or negative where these folders are there."""
        if not row.optional("file_name"):
            return row.path("id", self._video_dir, ".mp4")
        folder = self._video_dir / SIDES[not positive]
        named = row.text("file_name").startswith(SIDES) or not folder.is_dir()
        return row.path("file_name", self._video_dir if named else folder)

    def is_positive(self, row: Row) -> bool:
        """By the target, the folder, or a time. Raises AnnotationError."""
        if row.optional("target"):
            return row.one_of("target", ("0", "1", "0.0", "1.0")).startswith("1")
        said = row.optional("file_name").partition("/")[0]
        side = said if said in SIDES else self._side
        timed = bool(row.optional("time_of_event") or row.optional("time_to_accident"))
        return side == "positive" or (not side and timed)


def _clip(row: Row, place: _Place) -> LabeledClip:
    positive = place.is_positive(row)
    event_s, alert_s = row.number("time_of_event"), row.number("time_of_alert")
    if event_s is not None and not positive:
        raise row.fail("time_of_event", "a negative clip has no event")
    if alert_s is not None and (event_s is None or alert_s > event_s):
        raise row.fail("time_of_alert", "a moment at or before time_of_event is needed")
    path = place.path(row, positive)
    frames = place.frames.of(path.stem)
    if event_s is not None and frames is not None and event_s > frames.end_s:
        raise row.fail("time_of_event", f"the clip ends at {frames.duration_s:.2f} s")
    in_folder = frames is not None and not path.is_file() and path.with_suffix("").is_dir()
    return LabeledClip(
        path=path.with_suffix("") if in_folder else path,
        kind="crash" if positive else "normal",
        events_s=() if event_s is None else (event_s,),
        group=f"nexar/{path.stem}",
        split=place.split,
        alert_s=alert_s,
        dataset="nexar",
        frame_rate=frames.rate_fps if frames is not None and in_folder else None,
        tags={TAGS.get(k, k): v for k, v in row.tags((*TAGS, *FURTHER)).items()},
    )
