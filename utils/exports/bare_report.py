"""A report without the folders of the computer that made it: paths become file names.

What leaves the computer need not tell how its owner sorts files, or the owner's name.
"""

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from utils.config import REPO_ROOT
from utils.plain_text import bare_paths
from utils.report import AnalysisReport

ANALYSIS_SECTIONS = ("device", "trigger", "events", "limits", "detector", "describer", "outputs")


def bare_report(report: AnalysisReport, folders: Sequence[Path]) -> AnalysisReport:
    """The report with the settings of the analysis only, and paths in all texts as names.

    folders: known ones, so that even those with blanks in their names are found inside sentences.
    """
    values = report.model_dump(mode="json")
    kept = {key: values["settings"][key] for key in ANALYSIS_SECTIONS if key in values["settings"]}
    home = Path(os.path.expanduser("~"))  # Path.home() raises where there is none
    known = _prefixes([*folders, REPO_ROOT, home])
    return AnalysisReport.model_validate(_bare({**values, "settings": kept}, known))


def file_name(path: str) -> str:
    """The last part of a path of any system."""
    return PureWindowsPath(path).name or path


def _prefixes(folders: Sequence[Path]) -> list[str]:
    """What stands before a file name, longest first; a root says nothing."""
    texts = {str(folder) for folder in folders if folder.is_absolute() and folder.name}
    return [f"{text}{slash}" for text in sorted(texts, key=len, reverse=True) for slash in "/\\"]


def _bare(value: Any, known: Sequence[str]) -> Any:
    if isinstance(value, dict):
        return {key: _bare(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_bare(item, known) for item in value]
    return _bare_text(value, known) if isinstance(value, str) else value


def _bare_text(text: str, known: Sequence[str]) -> str:
    is_path = PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute()
    if is_path and len(text.splitlines()) == 1:
        return file_name(text)
    for prefix in known:
        text = text.replace(prefix, "")
    return bare_paths(text)
