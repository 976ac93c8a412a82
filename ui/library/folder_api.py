"""The watched folders for programs."""

from typing import Any

from ui.context import Context
from ui.library.adding import AS_IN_SETTINGS, add_videos
from ui.library.queue_api import adding
from ui.library.rows import as_row


class FolderApi:
    """Watching folders."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def watch_folder(
        self, folder: str, checkpoint: str = AS_IN_SETTINGS, sensitivity: str = AS_IN_SETTINGS
    ) -> dict[str, Any]:
        """Queue the videos of a folder, and those that appear in it while the app runs.

        Args:
            folder: a folder on this computer
            checkpoint: as in `queue_add`
            sensitivity: as in `queue_add`

        Returns:
            the watched `folder`, the items that were `queued`, and how many videos were `known`
        """
        form = adding([folder], checkpoint, sensitivity, watch=True)
        outcome = add_videos(self._context, form)
        return {
            "folder": as_row(self._context, outcome.watched[0]),
            "queued": [as_row(self._context, item) for item in outcome.queued],
            "known": outcome.known,
        }

    def unwatch_folder(self, folder_id: int) -> list[dict[str, Any]]:
        """Watch a folder no longer; what is queued stays.

        Args:
            folder_id: `id` of a folder of `watched_folders`

        Returns:
            the folders that are still watched
        """
        self._context.library.folders.remove(folder_id)
        return self.watched_folders()

    def watched_folders(self) -> list[dict[str, Any]]:
        """The watched folders.

        Returns:
            one object per folder, with `there`: whether it can be found just now
        """
        folders = self._context.library.folders.all()
        return [as_row(self._context, f) | {"there": f.folder.is_dir()} for f in folders]
