"""The Library tab's actions for programs."""

from ui.context import Context
from ui.endpoints import make_endpoints
from ui.library.file_api import FileApi
from ui.library.folder_api import FolderApi
from ui.library.list_api import ListApi
from ui.library.queue_api import QueueApi


def connect_api(context: Context) -> None:
    """Make the endpoints; docs/api.md has their docstrings."""
    queue, folders, lists, files = (
        QueueApi(context),
        FolderApi(context),
        ListApi(context),
        FileApi(context),
    )
    make_endpoints(
        *(queue.queue_list, queue.queue_add, queue.queue_cancel, queue.queue_retry),
        *(queue.queue_first, queue.queue_clear, queue.queue_pause, queue.queue_resume),
        *(folders.watch_folder, folders.unwatch_folder, folders.watched_folders),
        *(lists.list_videos, lists.list_events, lists.search_events, lists.similar_events),
        lists.remove_video,
        *(files.export_csv, files.export_period, files.export_reviews),
        *(files.back_up_library, files.take_in_reports),
    )
