"""The steps from one form of the library's tables to the next, each in a file of its own.

`PRAGMA user_version` counts the steps that a file has been through.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from utils.errors import LibraryError
from utils.library.file_copy import write_copy

APPLICATION_ID = 0x4E6D4C62  # "NmLb", in the header of each library
MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(connection: sqlite3.Connection, path: Path, folder: Path = MIGRATIONS) -> None:
    """Bring the file to the newest form, in one transaction.

    A file that holds something is first copied beside itself. Raises LibraryError where the file
    is another program's or a newer version's; nothing is changed then.
    """
    steps = _steps(folder)
    if read_version(connection, path, folder) == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = read_version(connection, path, folder)  # another program may have been faster
        if 0 < version < len(steps):
            with closing(sqlite3.connect(path)) as reader:
                write_copy(reader, copy_name(path, version))
        _apply(connection, steps[version:], len(steps))
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def copy_name(path: Path, version: int) -> Path:
    """Where the library of an older version is kept when it is brought to a newer one."""
    return path.with_name(f"{path.stem}-version-{version}{path.suffix}")


def read_version(connection: sqlite3.Connection, path: Path, folder: Path = MIGRATIONS) -> int:
    """How many steps the file has been through. Raises LibraryError as `migrate` does."""
    newest = len(_steps(folder))
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    owner = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if owner != APPLICATION_ID and (owner or version or tables):
        raise LibraryError(
            f"{path} is a database of another program; move it away, or choose another output "
            "folder"
        )
    if version > newest:
        raise LibraryError(
            f"{path} was written by a newer version of Nearmiss (library {version}, this one reads "
            f"{newest}); install that version, or choose another output folder"
        )
    return version


def _steps(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.sql"))


def _apply(connection: sqlite3.Connection, steps: Sequence[Path], newest: int) -> None:
    for step in steps:
        for statement in _statements(step.read_text(encoding="utf-8")):
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {newest}")


def _statements(script: str) -> Iterator[str]:
    """The statements one by one, since `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise ValueError(f"a migration ends within a statement: {statement.strip()[:80]!r}")
