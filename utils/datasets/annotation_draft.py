"""An annotations file that a program drafts and a person corrects.

Entries are only ever added: what is in the file, changed or not, stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from utils.atomic import atomic_write_text
from utils.datasets.annotations import AnnotatedVideo, Annotations
from utils.datasets.json_file import read_json

UNCHECKED = "not checked"  # in a video's description until a person takes it out


@dataclass(frozen=True, slots=True)
class AnnotationDraft:
    """The file of a draft; it need not exist yet."""

    path: Path

    def names(self) -> set[str]:
        """Video paths that have an entry. Raises AnnotationError for a file that is none."""
        return {video.video_path for video in self._videos()}

    def add(self, entries: Sequence[AnnotatedVideo]) -> None:
        """Append entries of videos that have none.

        The file is read again first, so that corrections made meanwhile are kept. Raises
        AnnotationError and OutputError.
        """
        videos = self._videos()
        known = {video.video_path for video in videos}
        added = tuple(entry for entry in entries if entry.video_path not in known)
        if added or not self.path.exists():
            text = Annotations(videos=(*videos, *added)).model_dump_json(indent=2)
            atomic_write_text(self.path, text + "\n")

    def _videos(self) -> tuple[AnnotatedVideo, ...]:
        if not self.path.exists():
            return ()
        return read_json(self.path, TypeAdapter(Annotations)).content.videos
