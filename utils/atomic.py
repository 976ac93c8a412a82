"""Files that are complete or absent: written beside their target, synced, then renamed.

A kill, a full disk or a failing writer leaves the old file as it was and no temporary file.
"""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from utils.errors import OutputError


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A path in the target's folder to write to; it becomes `path` when the block ends well.

    The temporary name keeps the target's suffix, since encoders choose a format by it. Missing
    folders are made. Raises OutputError where the file cannot be written.
    """
    temporary: Path | None = None
    try:
        temporary = _reserve(path)
        yield temporary
        _sync_file(temporary)
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise OutputError(explain_os_error(error, path)) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def atomic_write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, wholly or not at all. Raises OutputError."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def atomic_write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, line ends kept, unpaired surrogates as ?. Raises OutputError."""
    atomic_write_bytes(path, text.encode("utf-8", errors="replace"))


def probe_writable(path: Path) -> None:
    """Raise OutputError where `path` could not be written; nothing stays behind but its folder."""
    try:
        _reserve(path).unlink()
    except OSError as error:
        raise OutputError(explain_os_error(error, path)) from error


def explain_os_error(error: OSError, path: Path) -> str:
    """What happened to the output and what to do about it, in one line."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"cannot write {path}: disk full, {_free_mib(path)} MiB free; free some space"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"cannot write {path}: no permission; choose another output folder"
    if error.errno == errno.ENAMETOOLONG:
        return f"cannot write {path}: the name is too long; choose a shorter one"
    if error.errno in (errno.EISDIR, errno.ENOTEMPTY) or path.is_dir():
        return f"cannot write {path}: it is a folder; give a file name"
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"cannot write {path}: a file stands where a folder is needed; choose another name"
    return f"cannot write {path}: {error.strerror or error}; choose another output"


def _reserve(path: Path) -> Path:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".part-{secrets.token_hex(6)}{path.suffix}")
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return temporary


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable; Windows cannot open folders and needs no such call."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _free_mib(path: Path) -> int:
    with suppress(OSError):
        return shutil.disk_usage(path.parent).free >> 20
    return 0
