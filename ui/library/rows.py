"""Rows of the library as JSON for programs. Folders are told only where paths are allowed."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from ui.context import Context
from ui.library.exporting import Exported
from ui.sentences import sentence, without_folders
from utils.library.records import Analysis, LibraryEvent, QueueItem, WatchedFolder

Row = dict[str, Any]


def as_row(context: Context, record: Analysis | LibraryEvent | QueueItem | WatchedFolder) -> Row:
    """A record as JSON values: times in ISO form, paths as text."""
    return {f.name: _plain(context, getattr(record, f.name)) for f in fields(record)}


def exported_row(context: Context, made: Exported) -> Row:
    """What was exported: where it is, and where it can be fetched."""
    lend = context.media.lend
    return {
        "files": [_plain(context, path) for path in made.files],
        "addresses": [lend(path, download=True) for path in made.files],
        "summary": sentence(made.words),
        "left_out": [without_folders(text) for text in made.left_out],
    }


def _plain(context: Context, value: Any) -> Any:
    if isinstance(value, Path):
        return str(value) if context.local_allowed else value.name
    if isinstance(value, datetime):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else value
