"""Report files for a library, with checksums and features that tests choose."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from tests.report_factory import make_event, make_event_report, make_report
from utils.event_features import EventFeatures, unit_rows, write_event_features
from utils.report import EventReport
from utils.writers import OutputLayout, write_json

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Reports:
    """Writes report files into a folder, each an hour younger than the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def write(self, video: str = "drive", *peaks_s: float, **changes: Any) -> Path:
        """A new report on a video whose checksum is made of its name.

        changes: of `make_report`, and `name` of the file.
        """
        self.count += 1
        name = changes.pop("name", f"{video}-{self.count}")
        values = {
            "events": [make_event_report(peak_s) for peak_s in peaks_s],
            "video_path": f"/footage/{video}.mp4",
            "created_at": START + timedelta(hours=self.count),
        }
        report = make_report(**(values | changes))
        sha256 = video.encode().hex().ljust(64, "0")[:64] if video else ""
        facts = report.video.model_copy(update={"sha256": sha256})
        path = self.folder / f"{name}.json"
        write_json(report.model_copy(update={"video": facts}), path)
        return path


def scored_event(peak_s: float, score: float, **changes: Any) -> EventReport:
    """An event with this score; changes: of `make_event`."""
    return make_event_report(peak_s, event=make_event(peak_s, score=score, **changes))


def write_vectors(report: Path, rows: list[list[float]], encoder: str = "net") -> None:
    """Features of a report's events: one row per event, scaled to unit length."""
    vectors = unit_rows(np.array(rows, np.float32))
    write_event_features(OutputLayout(report), EventFeatures(encoder, vectors))
