"""The bytes of one regular file, for FFmpeg to read: no name, no write, nothing but this file.

Without a name FFmpeg cannot resolve neighbours, and a file that grows or is replaced after it was
opened keeps the content and size it had.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from utils.video.limits import DecodeLimits, refusal

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not block us
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)


class FileBytes:
    """An open regular file that any number of readers share, each with its own `Cursor`."""

    def __init__(self, path: Path, limits: DecodeLimits) -> None:
        """Raises VideoError where the path is no readable, regular, non-empty file in bounds."""
        self._lock = Lock()
        self._descriptor = _open(path)
        try:
            self.size_bytes = _checked_size(self._descriptor, path, limits)
        except BaseException:
            self.close()
            raise

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`."""
        count = max(0, min(count, self.size_bytes - offset))
        if hasattr(os, "pread"):
            return os.pread(self._descriptor, count, offset)
        with self._lock:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            return os.read(self._descriptor, count)

    def sha256(self) -> str:
        """Hex digest of the content."""
        digest = hashlib.sha256()
        for block in self.blocks():
            digest.update(block)
        return digest.hexdigest()

    def blocks(self) -> Iterator[bytes]:
        """The content in pieces of a megabyte."""
        for offset in range(0, self.size_bytes, 1 << 20):
            yield self.read_at(offset, 1 << 20)

    def close(self) -> None:
        """Close the file; cursors are dead after this."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1


class Cursor:
    """A reading position in `FileBytes`: the nameless file object that FFmpeg is given."""

    def __init__(self, content: FileBytes) -> None:
        self._content = content
        self._offset = 0

    def read(self, count: int) -> bytes:
        """Up to `count` bytes; empty at the end."""
        block = self._content.read_at(self._offset, count)
        self._offset += len(block)
        return block

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move and return the new position."""
        bases = {os.SEEK_SET: 0, os.SEEK_CUR: self._offset, os.SEEK_END: self._content.size_bytes}
        self._offset = max(0, bases[whence] + offset)
        return self._offset

    def tell(self) -> int:
        """The position."""
        return self._offset


def _open(path: Path) -> int:
    try:
        return os.open(path, _FLAGS)
    except FileNotFoundError as error:
        raise refusal(path, "no such file; check the path") from error
    except PermissionError as error:
        raise refusal(path, "no permission to read it (or it is a folder)") from error
    except (OSError, ValueError) as error:
        raise refusal(path, f"cannot be opened: {error.__class__.__name__}") from error


def _checked_size(descriptor: int, path: Path, limits: DecodeLimits) -> int:
    status = os.fstat(descriptor)
    if stat.S_ISDIR(status.st_mode):
        raise refusal(path, "is a folder; give a video file")
    if not stat.S_ISREG(status.st_mode):
        raise refusal(path, "is not a regular file; give a video file")
    if status.st_size == 0:
        raise refusal(path, "is empty (0 bytes); copy it again")
    if status.st_size > limits.max_file_bytes:
        gib = status.st_size / (1 << 30)
        raise refusal(
            path, f"{gib:.1f} GiB; the limit is {limits.max_file_bytes / (1 << 30):g} GiB"
        )
    return status.st_size
