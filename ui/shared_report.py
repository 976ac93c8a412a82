"""Reports as other computers get them: paths of this one shrink to their last part."""

import json
from dataclasses import dataclass
from pathlib import Path

from ui.sentences import map_texts
from utils.atomic import atomic_write_text
from utils.errors import AppError
from utils.plain_text import bare_paths
from utils.report import AnalysisReport
from utils.writers import OutputLayout, read_json, report_to_html, write_csv, write_json

WITH_PATHS = ("json", "html", "csv")


def without_paths(report: AnalysisReport) -> AnalysisReport:
    """The report, all its texts without folders."""
    told = map_texts(report.model_dump(mode="json"), bare_paths)
    return AnalysisReport.model_validate_json(json.dumps(told))


@dataclass(frozen=True, slots=True)
class SharedCopy:
    """Makes the file that is sent instead of one of a report's, when that is asked for."""

    layout: OutputLayout
    folder: Path

    def __call__(self, path: Path) -> Path | None:
        """The copy of a file in one of the formats `WITH_PATHS`; None where it cannot be made."""
        target = self.folder / "shared" / path.parent.name / path.name
        try:
            report = without_paths(read_json(self.layout.base))
            if path.suffix == ".html":
                atomic_write_text(target, report_to_html(report, self.layout))
            elif path.suffix == ".csv":
                write_csv([report], target)
            else:
                write_json(report, target)
        except AppError:
            return None
        return target
