"""Reading label tables (CSV) whose errors name file, line, key and value."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from utils.datasets.clip_path import clip_path
from utils.datasets.label_text import read_text
from utils.errors import AnnotationError

MAX_NUMBER = 1e7
SHOWN_VALUE = 60  # characters of a wrong value in a message


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    file: Path
    line: int
    cells: dict[str, str]

    def fail(self, key: str, wanted: str) -> AnnotationError:
        """An error that names this row's place and value."""
        value = self.cells.get(key, "")[:SHOWN_VALUE]
        return AnnotationError(f"{self.file.name}, line {self.line}: {key} {value!r}: {wanted}")

    def text(self, key: str) -> str:
        """A value that must not be empty. Raises AnnotationError."""
        value = self.optional(key)
        if not value:
            raise self.fail(key, "a value is needed")
        return value

    def optional(self, key: str) -> str:
        """A value, empty where the cell or the whole column is absent."""
        return self.cells.get(key, "").strip()

    def one_of(self, key: str, known: Sequence[str]) -> str:
        """One of the known values. Raises AnnotationError."""
        value = self.text(key)
        if value not in known:
            raise self.fail(key, f"one of {', '.join(known)} is needed")
        return value

    def number(self, key: str) -> float | None:
        """A number of at least 0, None where the cell is empty. Raises AnnotationError."""
        value = self.optional(key)
        if not value:
            return None
        try:
            number = float(value)
        except ValueError:
            raise self.fail(key, "a number is needed") from None
        if not 0 <= number < MAX_NUMBER:
            raise self.fail(key, f"a number of at least 0 and below {MAX_NUMBER:g} is needed")
        return number

    def path(self, key: str, video_dir: Path, suffix: str = "") -> Path:
        """A path inside the video folder; suffix is appended. Raises AnnotationError."""
        try:
            return clip_path(video_dir, self.text(key) + suffix)
        except ValueError as error:
            raise self.fail(key, str(error)) from error

    def tags(self, keys: Sequence[str]) -> dict[str, str]:
        """The values of those columns that are filled in."""
        return {key: self.optional(key) for key in keys if self.optional(key)}


def read_table(path: Path, keys: Sequence[str], *, unique: str = "") -> list[Row]:
    """The rows of a CSV file with these columns; no value of `unique` may come twice.

    Raises AnnotationError.
    """
    reader = csv.reader(StringIO(read_text(path), newline=""), strict=True)
    try:
        head = [name.strip() for name in next(reader)]
        _check_head(path, head)
        rows = [_row(path, reader.line_num, head, cells) for cells in reader if cells]
    except csv.Error as error:
        raise AnnotationError(f"{path.name}, line {reader.line_num}: {error}") from error
    if not rows:
        raise AnnotationError(f"{path.name}, line 1: no row follows the column names")
    require_columns(rows, keys)
    if unique:
        refuse_twins(rows, unique)
    return rows


def refuse_twins(rows: Sequence[Row], key: str) -> None:
    """Raise AnnotationError where two rows have the same value."""
    lines: dict[str, int] = {}
    for row in rows:
        before = lines.setdefault(row.text(key), row.line)
        if before != row.line:
            raise row.fail(key, f"already in line {before}; keep one")


def require_columns(rows: Sequence[Row], keys: Sequence[str]) -> None:
    """Raise AnnotationError where the table, which has rows, lacks one of these columns."""
    missing = [key for key in keys if key not in rows[0].cells]
    if missing:
        raise AnnotationError(f"{rows[0].file.name}, line 1: no column {missing[0]!r}")


def _check_head(path: Path, head: list[str]) -> None:
    twins = [name for n, name in enumerate(head) if name in head[:n]]
    if twins:
        raise AnnotationError(f"{path.name}, line 1: column {twins[0]!r} is given twice; keep one")


def _row(path: Path, line: int, head: list[str], cells: list[str]) -> Row:
    if len(cells) != len(head):
        problem = f"{len(cells)} cells where {len(head)} columns are named"
        raise AnnotationError(f"{path.name}, line {line}: {problem}")
    return Row(path, line, dict(zip(head, cells, strict=True)))
