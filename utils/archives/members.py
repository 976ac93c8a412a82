"""The files inside an archive (tar, plain or compressed, or zip), one after the other, bounded.

Anything but plain files and folders is refused; sizes, counts and the ratio of unpacked to packed
bytes are bounded while reading, whatever the headers claim. An archive that ends early or is
damaged raises ArchiveError, at the latest after its last file.
"""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

from utils.archives.names import shown
from utils.archives.parts import Archive, JoinedFile
from utils.errors import ArchiveError

CHUNK_BYTES = 1 << 20
MAX_HEADER_BYTES = 1 << 20
BROKEN = (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError)
ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """Bounds on one archive. max_ratio: unpacked bytes per packed byte, beyond slack_bytes."""

    max_files: int = 5_000_000
    max_total_bytes: int = 4 << 40
    max_file_bytes: int = 16 << 30
    max_ratio: int = 100
    slack_bytes: int = 64 << 20

    def check_size(self, unpacked_bytes: int, packed_bytes: int) -> None:
        """Raises ArchiveError where more comes out than the limits allow."""
        allowed = self.slack_bytes + self.max_ratio * packed_bytes
        if unpacked_bytes > min(allowed, self.max_total_bytes):
            raise ArchiveError(
                f"it unpacks to {unpacked_bytes >> 20} MiB or more from {packed_bytes >> 20} MiB; "
                f"at most {self.max_ratio} times its size is accepted"
            )

    def check_member(self, name: str, size_bytes: int, count: int) -> None:
        """Raises ArchiveError for a file that is too large or one too many."""
        if size_bytes > self.max_file_bytes:
            raise ArchiveError(f"{shown(name)} is larger than {self.max_file_bytes >> 20} MiB")
        if count > self.max_files:
            raise ArchiveError(f"it holds more than {self.max_files} files")


@dataclass(frozen=True, slots=True)
class Member:
    """A plain file inside an archive; its content can be read until the next member is asked."""

    name: str
    size_bytes: int
    content: IO[bytes]

    def chunks(self) -> Iterator[bytes]:
        """The content, as many bytes as the header says. Raises ArchiveError where it differs."""
        left = self.size_bytes
        try:
            while chunk := self.content.read(CHUNK_BYTES):
                left -= len(chunk)
                yield chunk
        except BROKEN as error:
            raise ArchiveError(f"{shown(self.name)} is damaged ({error})") from error
        if left:
            raise ArchiveError(f"{shown(self.name)} is not as long as its header says")


def read_members(archive: Archive, joined: JoinedFile, limits: UnpackLimits) -> Iterator[Member]:
    """The plain files of an archive in their order.

    Raises ArchiveError for links, devices, encryption, excess and damage.
    """
    packed = io.BufferedReader(joined, CHUNK_BYTES)
    start = packed.read(6)
    packed.seek(0)
    try:
        if start.startswith(b"PK"):
            yield from _zip_members(packed, limits, archive.size_bytes)
        else:
            unpacked = _Unpacked(_decompressor(start, packed), joined, limits)
            yield from _tar_members(unpacked, limits)
    except BROKEN as error:
        raise ArchiveError(f"it is damaged or incomplete ({error})") from error


class _Unpacked:
    """The bytes of a tar after decompression; remembers how far they are more than zeros."""

    def __init__(self, source: IO[bytes], joined: JoinedFile, limits: UnpackLimits) -> None:
        self._source = source
        self._joined = joined
        self._limits = limits
        self.count = 0
        self.filled = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises ArchiveError for damage and for too many of them."""
        try:
            content = self._source.read(size)
        except (OSError, *BROKEN) as error:
            raise ArchiveError(f"it is damaged or incomplete ({error})") from error
        before, self.count = self.count, self.count + len(content)
        self._limits.check_size(self.count, self._joined.tell())
        filled = len(content.rstrip(b"\0"))
        self.filled = before + filled if filled else self.filled
        return content


def _decompressor(start: bytes, packed: BinaryIO) -> IO[bytes]:
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=packed)  # type: ignore[return-value]
    if start.startswith(b"BZh"):
        return bz2.BZ2File(packed)
    if start.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMAFile(packed)
    if start.startswith(b"\x28\xb5\x2f\xfd"):
        raise ArchiveError("it is packed with zstd: unpack it to .tar first")
    return packed


class _BoundedTarInfo(tarfile.TarInfo):
    """Refuses a header of a header (long names, attributes) that would fill the memory."""

    @classmethod
    def frombuf(cls, buf, encoding, errors):  # type: ignore[no-untyped-def]
        info = super().frombuf(buf, encoding, errors)
        if info.type in _HEADER_TYPES and info.size > MAX_HEADER_BYTES:
            raise ArchiveError(f"a header of {info.size >> 20} MiB: such archives are refused")
        return info


_HEADER_TYPES = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


def _open_tar(unpacked: _Unpacked) -> tarfile.TarFile:
    return tarfile.open(  # type: ignore[call-overload,no-any-return]
        fileobj=unpacked, mode="r|", bufsize=CHUNK_BYTES, tarinfo=_BoundedTarInfo
    )


def _tar_members(unpacked: _Unpacked, limits: UnpackLimits) -> Iterator[Member]:
    end = count = 0
    with _open_tar(unpacked) as tar:
        while (info := tar.next()) is not None:
            tar.members = []  # type: ignore[attr-defined]  # else a million of them stay in memory
            end = info.offset_data + (0 if info.isdir() else -(-info.size // 512) * 512)
            if info.isdir():
                continue
            if not info.isreg() or info.issparse():
                raise ArchiveError(
                    f"{shown(info.name)} is a link or no plain file: such archives are refused"
                )
            count += 1
            limits.check_member(info.name, info.size, count)
            content = tar.extractfile(info)
            assert content is not None
            yield Member(info.name, info.size, content)
        while unpacked.read(CHUNK_BYTES):
            pass
    if unpacked.filled > end or unpacked.count < end + 512:
        raise ArchiveError("it is damaged or incomplete: its end is missing")


def _zip_members(source: BinaryIO, limits: UnpackLimits, packed_bytes: int) -> Iterator[Member]:
    with zipfile.ZipFile(source) as packed:
        infos = [info for info in packed.infolist() if not info.is_dir()]
        limits.check_size(sum(info.file_size for info in infos), packed_bytes)
        for count, info in enumerate(infos, start=1):
            limits.check_member(info.filename, info.file_size, count)
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG):
                raise ArchiveError(
                    f"{shown(info.filename)} is a link or no plain file: such archives are refused"
                )
            if info.flag_bits & 1 or info.compress_type not in ZIP_METHODS:
                raise ArchiveError(f"{shown(info.filename)} is encrypted or packed in an odd way")
            with packed.open(info) as content:
                yield Member(info.filename, info.file_size, content)
