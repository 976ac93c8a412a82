"""The library's SQLite file: opened safely, one connection per thread, transactions, backups.

What is stored is not known here; `migration.py` makes the tables.
"""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from utils.atomic import explain_os_error
from utils.errors import LibraryError
from utils.library.file_copy import write_copy
from utils.library.migration import migrate, read_version

WAIT_S = 15.0  # for another thread or program that is writing

_DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
_NOT_WRITABLE = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")


class Database:
    """One file, for all threads of this program and for other programs at once.

    Raises LibraryError where it cannot be used; a damaged or foreign file is left as it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._of_thread = threading.local()
        self._open: weakref.WeakSet[_Connection] = weakref.WeakSet()
        self.close = weakref.finalize(self, _close_all, self._open)
        with explained(path):
            _make_private_file(path)
            self._file = _identity(path)
            with closing(self._connect()) as connection:
                read_version(connection, path)  # before anything is changed
                _use_write_ahead_log(connection)
                migrate(connection, path)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the library. Raises LibraryError."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A connection that alone may write; all of it is stored, or nothing where it raises.

        Raises LibraryError.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            if _identity(self.path) != self._file:
                raise LibraryError(
                    f"{self.path} was moved or replaced while it was in use; nothing was stored. "
                    "Put it back, or start the program again"
                )
            yield connection

    def backup(self, target: Path) -> None:
        """Copy the library to one file, wholly or not at all, while others go on using it.

        Raises LibraryError, and OutputError where the copy cannot be written.
        """
        if target.exists() and self.path.exists() and target.samefile(self.path):
            raise LibraryError(f"{target} is the library itself; choose another name for the copy")
        with explained(self.path):
            write_copy(self._connection(), target)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with explained(self.path):
            connection = self._connection()
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = self._connect()
            connection.execute("PRAGMA foreign_keys = ON")
            self._of_thread.connection = connection
        return connection

    def _connect(self) -> "_Connection":
        connection = sqlite3.connect(
            self.path.resolve().as_uri() + "?mode=rw",  # never made anew where it went missing
            timeout=WAIT_S,
            isolation_level=None,
            check_same_thread=False,  # so that closing the library closes them all
            factory=_Connection,
            uri=True,
        )
        self._open.add(connection)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


class _Connection(sqlite3.Connection):
    """A connection that can be referred to weakly and hashed by identity."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say of the file into a LibraryError that says what to do.

    Mistakes of this program (wrong SQL, wrong values) stay what they are.
    """
    try:
        yield
    except OSError as error:
        raise LibraryError(explain_os_error(error, path)) from error
    except sqlite3.Error as error:
        problem = _problem(error, path)
        if problem is None:
            raise
        raise LibraryError(problem) from error


def _problem(error: sqlite3.Error, path: Path) -> str | None:
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith(_DAMAGED):
        return (
            f"{path} is damaged or no library; nothing was changed. Move it away and put a backup "
            "in its place, or start with an empty one"
        )
    if name.startswith("SQLITE_FULL"):
        return f"the disk of {path} is full, nothing was stored; free some space and try again"
    if name.startswith(_NOT_WRITABLE):
        return f"{path} cannot be written; check its permissions, or choose another output folder"
    if name.startswith(_BUSY):
        return f"another program is writing to {path}; try again when it has ended"
    if name.startswith("SQLITE_IOERR"):
        return f"the disk of {path} reports an error; check that it is there and sound"
    return None


def _make_private_file(path: Path) -> None:
    """Make the file where absent, for its owner only: it tells of somebody's footage."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands there: a moved or deleted one would go on taking what is stored."""
    with suppress(FileNotFoundError):
        status = path.stat()
        return status.st_dev, status.st_ino
    return None


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Readers never wait for a writer. SQLite does not wait itself when two programs switch."""
    give_up = time.monotonic() + WAIT_S
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = str(getattr(error, "sqlite_errorname", "")).startswith(_BUSY)
            if not busy or time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def _close_all(connections: "weakref.WeakSet[_Connection]") -> None:
    for connection in list(connections):
        connection.close()
