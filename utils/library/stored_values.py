"""How times, paths and settings stand in the library's tables, and back."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from utils.errors import LibraryError

MAX_ID = 2**63 - 1


def now() -> str:
    """The present as it is stored."""
    return stored_time(datetime.now(UTC))


def stored_time(moment: datetime) -> str:
    """A time that sorts as text; one without a zone is this computer's."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(stored: str) -> datetime:
    """The time that was stored, in UTC."""
    return datetime.fromisoformat(stored)


def stored_path(path: Path) -> str | bytes:
    """An absolute path without `..`; links are not followed."""
    return _storable(os.path.abspath(path))


def read_path(stored: str | bytes) -> Path:
    """The path that was stored."""
    return Path(os.fsdecode(stored))


def stored_mapping(values: Mapping[str, Any]) -> str:
    """Settings as JSON. Raises LibraryError where they hold what JSON cannot."""
    try:
        return json.dumps(values, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise LibraryError(f"these settings cannot be stored: {error}; check them") from error


def plain_text(text: str) -> str:
    """Text that the library can hold: what is no Unicode becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def checked_id(number: int, what: str) -> int:
    """The number where it could be one of the library's. Raises LibraryError."""
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= MAX_ID:
        raise LibraryError(f"{number!r} is no {what} of the library; choose one from its list")
    return number


class ReportPaths:
    """Report files as they are stored: relative to the library's folder where they lie below it.

    So the folder of the library and its reports can be moved as a whole.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def stored(self, report: Path) -> str | bytes:
        """The report's path, which has no links in it, for the table."""
        inside = report.is_relative_to(self.folder)
        return _storable(report.relative_to(self.folder).as_posix() if inside else str(report))

    def read(self, stored: str | bytes) -> Path:
        """The report's absolute path."""
        return self.folder / os.fsdecode(stored)


def _storable(name: str) -> str | bytes:
    """A file's name; as bytes where it is no Unicode text."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(name)
    return name
