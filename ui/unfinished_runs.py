"""Marks the folder of a run until its end, so that what a killed program left can be removed.

Only a folder that carries the mark of a program that surely ended is removed, and only while it
holds no report; everything else is left alone.
"""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from utils.atomic import atomic_write_text
from utils.library import is_gone, new_owner

log = logging.getLogger(__name__)

MARK = ".unfinished"


@contextmanager
def marked(folder: Path) -> Iterator[None]:
    """Mark the folder, which is made where absent, inside the block. Raises OutputError."""
    mark = folder / MARK
    atomic_write_text(mark, new_owner())
    try:
        yield
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)


def remove_leftovers(outputs: Path) -> None:
    """Remove the folders below `outputs` that runs of dead programs left without a report."""
    for mark in outputs.glob(f"*/{MARK}"):
        with suppress(OSError, UnicodeDecodeError):  # another program may be faster
            if not mark.parent.is_symlink() and is_gone(mark.read_text(encoding="utf-8")):
                _tidy(mark)


def _tidy(mark: Path) -> None:
    if any(mark.parent.glob("*.json")):
        mark.unlink()
    else:
        shutil.rmtree(mark.parent)
        log.info("removed what a run that was killed left in %s", mark.parent.name)
