"""The folders whose new videos join the queue by themselves."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from utils.errors import LibraryError
from utils.library.database import Database
from utils.library.records import WatchedFolder
from utils.library.stored_values import (
    checked_id,
    now,
    read_path,
    read_time,
    stored_mapping,
    stored_path,
)


class Folders:
    """Watched folders; whether they are there just now is not known here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, folder: Path, settings: Mapping[str, Any]) -> WatchedFolder:
        """Watch a folder; again means with other settings."""
        stored = stored_path(folder)
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO folders (folder, settings, added_at) VALUES (?, ?, ?) "
                "ON CONFLICT (folder) DO UPDATE SET settings = excluded.settings",
                (stored, stored_mapping(settings), now()),
            )
        return next(known for known in self.all() if stored_path(known.folder) == stored)

    def all(self) -> list[WatchedFolder]:
        """All watched folders, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM folders ORDER BY id").fetchall()
        return [
            WatchedFolder(
                id=row["id"],
                folder=read_path(row["folder"]),
                settings=json.loads(row["settings"]),
                added_at=read_time(row["added_at"]),
            )
            for row in rows
        ]

    def remove(self, folder_id: int) -> None:
        """Watch a folder no longer. Raises LibraryError where it is not watched."""
        with self._database.write() as connection:
            cursor = connection.execute(
                "DELETE FROM folders WHERE id = ?", (checked_id(folder_id, "folder"),)
            )
            if not cursor.rowcount:
                raise LibraryError(f"folder {folder_id} is not watched; reload the list")
