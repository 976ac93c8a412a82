"""What the form for adding says, checked: videos to queue, and the changes to their settings.

Everything arrives from a browser or an API client, so types and membership are checked again.
"""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ui.context import Context
from ui.local_paths import UPLOAD_INSTEAD, existing_path, is_inside
from utils.atomic import explain_os_error
from utils.errors import ConfigError, LibraryError, OutputError, VideoError
from utils.library.records import QueueItem, WatchedFolder
from utils.video_files import videos_inside

MAX_PLACES = 1000
MAX_RETRIED = 10_000
AS_IN_SETTINGS = "settings"
# Where a threshold goes: t -> share * t + shift, so that it stays in [0, 1].
SENSITIVITIES = {
    AS_IN_SETTINGS: ("As in Settings", None),
    "most": ("Many more moments", (0.4, 0.0)),
    "more": ("More moments", (0.7, 0.0)),
    "checkpoint": ("The checkpoint's own", (1.0, 0.0)),
    "clearest": ("Only the clearest", (0.6, 0.4)),
}


@dataclass(frozen=True, slots=True)
class Adding:
    """The raw values of the form. places: paths, one per line. again: also what is known."""

    places: Any = ""
    uploads: Any = ()
    checkpoint: Any = AS_IN_SETTINGS
    sensitivity: Any = AS_IN_SETTINGS
    watch: Any = False
    again: Any = False


@dataclass(frozen=True, slots=True)
class Added:
    """What came of it. known: videos of folders that were analysed or queued before, left out."""

    queued: tuple[QueueItem, ...]
    watched: tuple[WatchedFolder, ...]
    known: int


def add_videos(context: Context, form: Adding) -> Added:
    """Queue what the form names. Raises AppError with a sentence; then nothing was queued."""
    places = _places(form.places, local_allowed=context.local_allowed)
    settings = read_changes(context, form.checkpoint, form.sensitivity)
    uploads = _uploads(form.uploads, context.uploads)
    folders = [place for place in places if place.is_dir()]
    if not places and not uploads:
        raise VideoError("Name a folder or a video first, or drop videos here.")
    if form.watch and not folders:
        raise VideoError("Only a folder can be watched. Give the path of a folder.")
    files = [place for place in places if place not in folders]
    inside = [video for folder in folders for video in videos_inside(folder)]
    if folders and not inside and not form.watch:
        raise VideoError(f"There is no video in the folder {folders[0].name}.")
    new = set(context.library.seen.take_new([*files, *inside]))
    fresh = [video for video in inside if form.again or video in new]
    kept = [_keep(upload, context.outputs) for upload in uploads]
    queued = context.library.queue.add([*files, *fresh, *kept], settings)
    watched = [context.library.folders.add(f, settings) for f in folders] if form.watch else []
    return Added(tuple(queued), tuple(watched), len(inside) - len(fresh))


def retry_failed(context: Context) -> int:
    """Let all failed videos wait again, such as after the disk was full; how many."""
    queue = context.library.queue
    count = 0
    for item in queue.find(state="failed", limit=MAX_RETRIED):
        with suppress(LibraryError):  # it waits already, as another item
            queue.retry(item.id)
            count += 1
    return count


def checkpoint_choices(context: Context) -> list[tuple[str, str]]:
    """The checkpoints on offer, as words and value."""
    return [("As in Settings", AS_IN_SETTINGS), *((n, n) for n in context.checkpoints.names())]


def read_changes(context: Context, checkpoint: Any, sensitivity: Any) -> Mapping[str, Any]:
    """The changes to the settings, nested; empty for those of the app when the video's turn comes.

    Raises ConfigError or CheckpointError.
    """
    if not isinstance(sensitivity, str) or sensitivity not in SENSITIVITIES:
        raise ConfigError("Choose how much to find from the list.")
    changes: dict[str, Any] = {}
    shelf = context.checkpoints
    if checkpoint != AS_IN_SETTINGS:
        changes["checkpoint"] = shelf.find(checkpoint).setting
    _, scale = SENSITIVITIES[sensitivity]
    if scale is not None:
        own = shelf.first() if checkpoint == AS_IN_SETTINGS else shelf.find(checkpoint)
        changes["threshold"] = round(scale[0] * own.threshold + scale[1], 4)
    return {"trigger": changes} if changes else {}


def _places(text: Any, *, local_allowed: bool) -> list[Path]:
    lines = [line for line in text.splitlines() if line.strip()] if isinstance(text, str) else []
    if lines and not local_allowed:
        raise VideoError(UPLOAD_INSTEAD)
    if len(lines) > MAX_PLACES:
        raise VideoError(f"At most {MAX_PLACES} paths at once; name their folder instead.")
    return list(dict.fromkeys(existing_path(line) for line in lines))


def _uploads(uploads: Any, folder: Path) -> list[Path]:
    found: Sequence[Any] = uploads if isinstance(uploads, list | tuple) else ()
    for upload in found:
        if not isinstance(upload, str) or not is_inside(Path(upload), folder):
            raise VideoError("That upload is not known. Upload the video again.")
    return [Path(upload) for upload in found]


def _keep(upload: Path, outputs: Path) -> Path:
    """An upload moved to where it outlives the app: the queue may get to it after a restart."""
    kept = outputs / "videos" / upload.parent.name / upload.name
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(upload, kept)
    except OSError as error:
        raise OutputError(explain_os_error(error, kept)) from error
    return kept
