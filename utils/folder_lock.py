"""One program at a time in a folder; the system drops the lock when its holder ends or dies."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from utils.atomic import explain_os_error
from utils.errors import OutputError

LOCK_FILE = ".lock"


@contextmanager
def lock_folder(folder: Path, what: str) -> Iterator[None]:
    """Hold the folder, which is made where absent.

    what: who holds it, for the message. Raises OutputError where another program holds it or
    nothing can be written there.
    """
    path = folder / LOCK_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
    except OSError as error:
        raise OutputError(explain_os_error(error, path)) from error
    try:
        if not _try_lock(descriptor):
            raise OutputError(
                f"{what} is at work in {folder}: wait for it, stop it, or choose another folder"
            )
        yield
    finally:
        os.close(descriptor)


def is_locked(folder: Path) -> bool:
    """Whether a program holds the folder at the moment; the folder is left as it is."""
    try:
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _try_lock(descriptor, shared=True)
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int, *, shared: bool = False) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int, *, shared: bool = False) -> bool:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX  # those who only look do not collide
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        except OSError:  # a network folder without locks: nobody can tell, so go on
            return True
        return True
