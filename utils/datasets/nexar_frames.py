"""Nexar's frame tables: rate and length of each clip; they hold no labels."""

from dataclasses import dataclass
from pathlib import Path

from utils.datasets.table import Row, read_table

KEYS = ("video_id", "fps", "total_frames", "duration")
SLACK_S = 0.5  # a labelled time may lie this far behind the last frame


@dataclass(frozen=True, slots=True)
class ClipFrames:
    """Rate, number of frames and length of one clip."""

    rate_fps: float
    count: int
    duration_s: float

    @property
    def end_s(self) -> float:
        """The last moment that a label may name."""
        return self.duration_s + SLACK_S


class FrameTable:
    """The clips of one or more tables by their number."""

    def __init__(self, clips: dict[str, ClipFrames]) -> None:
        self._clips = clips

    def __len__(self) -> int:
        return len(self._clips)

    def of(self, name: str) -> ClipFrames | None:
        """The frames of the clip of this number, None where no table lists it."""
        return self._clips.get(name)


def read_frame_tables(folder: Path) -> FrameTable:
    """All tables `*frames_metadata.csv` of a folder. Raises AnnotationError."""
    tables = sorted(folder.glob("*frames_metadata.csv"))
    rows = [row for table in tables for row in read_table(table, KEYS, unique="video_id")]
    return FrameTable({row.text("video_id"): _frames(row) for row in rows})


def _frames(row: Row) -> ClipFrames:
    values = {key: row.number(key) for key in KEYS[1:]}
    for key, value in values.items():
        if not value:
            raise row.fail(key, "a number above 0 is needed")
    rate_fps, count, duration_s = (value or 0.0 for value in values.values())
    return ClipFrames(rate_fps, int(count), duration_s)
