"""A copy of the library in one file, taken while others go on using it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from utils.atomic import atomic_path


def write_copy(source: sqlite3.Connection, target: Path) -> None:
    """Write what `source` sees to the file `target`, wholly or not at all; for its owner only.

    Raises OutputError.
    """
    with atomic_path(target) as temporary:
        temporary.chmod(0o600)
        with closing(sqlite3.connect(temporary)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
