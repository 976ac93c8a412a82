"""Small copies of keyframes for lists, made when they are first shown and kept."""

import hashlib
import secrets
from pathlib import Path

from ui.media import MediaShelf
from utils.library.records import Analysis, LibraryEvent
from utils.writers.jpeg import small_jpeg

FOLDER = ".thumbnails"
WIDTH_PX = 320


class Thumbnails:
    """Kept in a folder below the outputs, which may be emptied at any time."""

    def __init__(self, outputs: Path, media: MediaShelf) -> None:
        self._folder = outputs / FOLDER
        self._media = media

    def link(self, row: Analysis | LibraryEvent) -> str | None:
        """The address of the small copy of a row's picture; None where there is no picture."""
        picture = row.thumbnail
        if picture is None or not picture.is_file():
            return None
        return self._media.lend(picture, make=self.make)

    def make(self, picture: Path) -> Path | None:
        """The file of the small copy; None where the picture cannot be read."""
        try:
            return self._make(picture)
        except OSError:  # gone, unreadable, or the disk is full
            return None

    def _make(self, picture: Path) -> Path | None:
        facts = picture.stat()
        name = f"{picture}|{facts.st_size}|{facts.st_mtime_ns}"
        key = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        small = self._folder / key[:2] / f"{key}.jpg"
        if small.is_file():
            return small
        content = small_jpeg(picture, WIDTH_PX)
        if content is None:
            return None
        small.parent.mkdir(parents=True, exist_ok=True)
        temporary = small.with_name(f"{key}-{secrets.token_hex(4)}.tmp")
        temporary.write_bytes(content)  # not synced: it can be made again
        temporary.replace(small)
        return small
