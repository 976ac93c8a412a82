"""The report as JSON: the product's contract. The agreed keys come first, in the agreed order."""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from utils.atomic import atomic_write_text
from utils.errors import OutputError
from utils.report import SCHEMA_VERSION, AnalysisReport

TOP_KEYS = (
    "video_path",
    "num_frames_analyzed",
    "num_triggers_detected",
    "triggers",
    "video_summary",
)
TRIGGER_KEYS = ("timestamp", "frame_index", "trigger_confidence", "analysis")
MAX_REPORT_BYTES = 256 << 20

_NUMBER_LIST = re.compile(r"\[\n\s+(-?[\d.][^\s\[\]\"{}]*(?:\n\s+-?[\d.][^\s\[\]\"{}]*)*)\n\s*\]")


def report_to_dict(report: AnalysisReport) -> dict[str, Any]:
    """The report as plain values, keys in the agreed order."""
    whole = _in_order(report.model_dump(mode="json"), TOP_KEYS)
    whole["triggers"] = [_in_order(trigger, TRIGGER_KEYS) for trigger in whole["triggers"]]
    return whole


def report_to_json(report: AnalysisReport) -> str:
    """The report as JSON text. Raises OutputError where it holds NaN or infinity."""
    values = report_to_dict(report)
    try:
        text = json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise OutputError(f"the report cannot be written as JSON: {error}") from error
    return _NUMBER_LIST.sub(_on_one_line, text) + "\n"


def write_json(report: AnalysisReport, path: Path) -> None:
    """Write the report. Raises OutputError."""
    atomic_write_text(path, report_to_json(report))


def read_json(path: Path) -> AnalysisReport:
    """A report as it was written. Raises OutputError naming what does not fit."""
    values = _load(path)
    version = str(values.get("schema_version", "none"))
    if version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise OutputError(
            f"{path} has schema version {version}, this program reads {SCHEMA_VERSION}; "
            "analyse the video again"
        )
    try:
        return AnalysisReport.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise OutputError(f"{path} is not a report: {where}: {first['msg']}") from error


def _load(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_REPORT_BYTES:
            raise OutputError(f"{path} is larger than {MAX_REPORT_BYTES >> 20} MiB: not a report")
        values = json.loads(path.read_bytes(), parse_constant=_refuse_constant)
    except OSError as error:
        raise OutputError(f"cannot read {path}: {error.strerror}; check the name") from error
    except (ValueError, RecursionError) as error:
        raise OutputError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(values, dict):
        raise OutputError(f"{path} is not a report: the top level is not an object")
    return values


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _in_order(values: dict[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    return {key: values[key] for key in first} | values


def _on_one_line(match: re.Match[str]) -> str:
    """Raw newlines never stand inside JSON strings, so only lists of numbers are joined."""
    return "[" + re.sub(r"\n\s+", " ", match.group(1)) + "]"
