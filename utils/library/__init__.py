"""The library: analysed videos, their events, reviews and the queue in one SQLite file."""

from pathlib import Path

from utils.library.analyses import Analyses
from utils.library.database import Database
from utils.library.events import Events
from utils.library.folders import Folders
from utils.library.lease import is_gone, new_owner
from utils.library.places import VideoPlaces
from utils.library.queue import Queue
from utils.library.reviews import ReviewConflict, Reviews
from utils.library.seen import SeenVideos
from utils.library.stored_values import ReportPaths

LIBRARY_FILE = "library.sqlite3"


class Library:
    """Everything the app remembers. path: the SQLite file; its folder is made where absent.

    For all threads of a program, and for several programs at once. Raises LibraryError where the
    file cannot be used; it is never overwritten then.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = Database(path)
        paths = ReportPaths(path.parent)
        self.analyses = Analyses(self._database, paths)
        self.events = Events(self._database, paths)
        self.reviews = Reviews(self._database, paths)
        self.queue = Queue(self._database)
        self.folders = Folders(self._database)
        self.seen = SeenVideos(self._database)
        self.places = VideoPlaces(self._database, paths)

    def backup(self, path: Path) -> None:
        """Copy the library to one file, wholly or not at all, while it is in use.

        Put in place of the library while no program uses it, the copy brings everything back.
        Raises LibraryError, and OutputError where the copy cannot be written.
        """
        self._database.backup(path)

    def close(self) -> None:
        """Close the file, as the end of the program does; this object is of no use afterwards."""
        self._database.close()


__all__ = ["LIBRARY_FILE", "Library", "ReviewConflict", "is_gone", "new_owner"]
