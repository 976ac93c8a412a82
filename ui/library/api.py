"""The Library tab's actions for programs."""

from ui.context import Context
from ui.library.file_api import FileApi
from ui.library.folder_api import FolderApi
from ui.library.list_api import ListApi
from ui.library.queue_api import QueueApi


def connect_api(context: Context) -> None:
    """Make the endpoints; docs/api.md has their docstrings."""
    for api in (QueueApi(context), FolderApi(context), ListApi(context), FileApi(context)):
        api.connect()
