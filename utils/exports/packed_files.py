"""Files to a zip archive that is the same for the same content: fixed order, dates and rights.

With the archive's own list of checksums, in the form that `sha256sum -c` reads.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

HASHES_FILE = "hashes.txt"
STORED_SUFFIXES = (".jpg", ".mp4")  # packing them again gains nothing
EARLIEST_YEAR = 1980  # that a zip archive can hold


def packed(files: Mapping[str, bytes], made_at: datetime) -> bytes:
    """The files in a zip archive, in their order, with `hashes.txt` last; all dated `made_at`."""
    hashes = "".join(f"{checksum_line(content, name)}\n" for name, content in files.items())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in {**files, HASHES_FILE: hashes.encode()}.items():
            archive.writestr(_entry(name, made_at), content)
    return buffer.getvalue()


def checksum_line(content: bytes, name: str) -> str:
    """One line of a list of checksums."""
    return f"{hashlib.sha256(content).hexdigest()}  {name}"


def _entry(name: str, made_at: datetime) -> zipfile.ZipInfo:
    moment = made_at.astimezone(UTC)
    stamp = (
        moment.timetuple()[:6] if moment.year >= EARLIEST_YEAR else (EARLIEST_YEAR, 1, 1, 0, 0, 0)
    )
    entry = zipfile.ZipInfo(name, stamp)
    entry.create_system = 3  # Unix, so that the archive does not tell where it was made
    entry.external_attr = 0o644 << 16
    is_stored = name.endswith(STORED_SUFFIXES)
    entry.compress_type = zipfile.ZIP_STORED if is_stored else zipfile.ZIP_DEFLATED
    return entry
