"""One file per output format, and the registry that maps a format's name to its writer."""

from collections.abc import Callable
from pathlib import Path

from utils.report import AnalysisReport
from utils.writers.csv_table import write_csv
from utils.writers.event_clip import write_event_clip
from utils.writers.html_page import report_to_html, write_html
from utils.writers.jpeg import write_jpeg, write_keyframes
from utils.writers.json_report import read_json, report_to_dict, report_to_json, write_json
from utils.writers.layout import FORMATS, OutputLayout, output_folder, plan_layouts
from utils.writers.srt_cues import report_to_srt, write_srt

Writer = Callable[[AnalysisReport, OutputLayout], Path]


def _json(report: AnalysisReport, layout: OutputLayout) -> Path:
    write_json(report, layout.base)
    return layout.base


def _csv(report: AnalysisReport, layout: OutputLayout) -> Path:
    path = layout.sibling(".csv")
    write_csv([report], path)
    return path


def _srt(report: AnalysisReport, layout: OutputLayout) -> Path:
    path = layout.sibling(".srt")
    write_srt(report, path)
    return path


WRITERS: dict[str, Writer] = {"json": _json, "csv": _csv, "html": write_html, "srt": _srt}

__all__ = [
    "FORMATS",
    "WRITERS",
    "OutputLayout",
    "Writer",
    "output_folder",
    "plan_layouts",
    "read_json",
    "report_to_dict",
    "report_to_html",
    "report_to_json",
    "report_to_srt",
    "write_csv",
    "write_event_clip",
    "write_html",
    "write_jpeg",
    "write_json",
    "write_keyframes",
    "write_srt",
]
