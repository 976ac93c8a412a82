"""The library: analysed videos, their events, reviews and the queue in one SQLite file."""

from pathlib import Path

LIBRARY_FILE = "library.sqlite3"


class Library:
    """Everything the app remembers. path: the SQLite file; its folder is made where absent."""

    def __init__(self, path: Path) -> None:
        self.path = path
