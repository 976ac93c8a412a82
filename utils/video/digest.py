"""The checksum of a video, computed in a thread while the video is read for other reasons."""

import hashlib
import threading
from pathlib import Path

from utils.errors import VideoError
from utils.video.limits import refusal
from utils.video.source import FileBytes


class ContentDigest(threading.Thread):
    """SHA-256 of an open file; leaving the block ends the work at the next megabyte."""

    def __init__(self, content: FileBytes, path: Path) -> None:
        super().__init__(name="digest", daemon=True)
        self._content = content
        self._path = path
        self._stopped = threading.Event()
        self._done_bytes = 0
        self._outcome: str | VideoError = ""

    def __enter__(self) -> "ContentDigest":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self.join()

    @property
    def fraction(self) -> float:
        """How much of the file was read, in [0, 1]."""
        return self._done_bytes / self._content.size_bytes

    def is_ready(self, within_s: float) -> bool:
        """Wait for the end."""
        self.join(within_s)
        return not self.is_alive()

    def hex(self) -> str:
        """The hex digest, once it is ready. Raises VideoError where the file could not be read."""
        if isinstance(self._outcome, VideoError):
            raise self._outcome
        return self._outcome

    def run(self) -> None:
        digest = hashlib.sha256()
        try:
            for block in self._content.blocks():
                digest.update(block)
                self._done_bytes += len(block)
                if self._stopped.is_set():
                    return
        except OSError as error:
            self._outcome = refusal(self._path, f"could not be read to its end ({error.strerror})")
            return
        self._outcome = digest.hexdigest()
