"""Reading label tables (CSV) whose errors name file, line, key and value."""

import csv
from dataclasses import dataclass
from pathlib import Path

from utils.errors import AnnotationError


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    file: Path
    line: int
    cells: dict[str, str]

    def fail(self, key: str, wanted: str) -> AnnotationError:
        """An error that names this row's place and value."""
        value = self.cells.get(key, "")
        return AnnotationError(f"{self.file.name}, line {self.line}: {key} {value!r}: {wanted}")

    def text(self, key: str) -> str:
        """A value that must not be empty. Raises AnnotationError."""
        value = (self.cells.get(key) or "").strip()
        if not value:
            raise self.fail(key, "a value is needed")
        return value

    def number(self, key: str) -> float | None:
        """A number of at least 0, None where the cell is empty. Raises AnnotationError."""
        value = (self.cells.get(key) or "").strip()
        if not value:
            return None
        try:
            number = float(value)
        except ValueError:
            raise self.fail(key, "a number is needed") from None
        if not 0 <= number < 1e7:
            raise self.fail(key, "a number of at least 0 is needed")
        return number


def read_table(path: Path, keys: tuple[str, ...]) -> list[Row]:
    """The rows of a CSV file with these columns. Raises AnnotationError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [key for key in keys if key not in (reader.fieldnames or ())]
            if missing:
                raise AnnotationError(f"{path.name}, line 1: no column {missing[0]!r}")
            return [Row(path, reader.line_num, dict(cells)) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AnnotationError(f"cannot read the labels {path}: {error}") from error
