"""The text of one label file, read safely: regular, bounded, UTF-8. Knows no format."""

import codecs
import stat
from pathlib import Path

from utils.errors import AnnotationError

MAX_BYTES = 256 * 2**20
OTHER_ENCODINGS = {
    codecs.BOM_UTF32_LE: "UTF-32",  # before UTF-16, whose mark is its beginning
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def read_text(path: Path) -> str:
    """The file's text with line ends as newlines and without a byte order mark.

    Raises AnnotationError where it is no regular file, larger than 256 MiB, empty or not UTF-8.
    """
    content = _read(path)
    for mark, name in OTHER_ENCODINGS.items():
        if content.startswith(mark):
            raise AnnotationError(f"{path.name}, line 1: the text is {name}; save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, byte = content.count(b"\n", 0, error.start) + 1, content[error.start]
        problem = f"byte 0x{byte:02x} is not UTF-8; save the file as UTF-8"
        raise AnnotationError(f"{path.name}, line {line}: {problem}") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise AnnotationError(f"{path.name}, line {line}: a zero byte; save the file as UTF-8 text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise AnnotationError(f"{path.name} is not a regular file; give a file of labels")
        if status.st_size > MAX_BYTES:
            limit, size = MAX_BYTES >> 20, status.st_size >> 20
            raise AnnotationError(f"{path.name}: {size} MiB of labels; the limit is {limit} MiB")
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise AnnotationError(f"cannot read the labels {path}: {error}") from error
    if not content.strip():
        raise AnnotationError(f"{path.name}, line 1: the file is empty; copy it again")
    return content
