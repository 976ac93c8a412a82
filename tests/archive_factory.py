"""Archives made for tests: sound, split, damaged and hostile."""

import io
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np


def picture_bytes(seed: int, size: int = 3000) -> bytes:
    """Bytes that do not pack, as a JPEG's do not."""
    return np.random.default_rng(seed).integers(0, 256, size, np.uint8).tobytes()


def clip_files(clips: Sequence[str], frames: int = 4, prefix: str = "frames") -> dict[str, bytes]:
    """`prefix/<clip>/images/000000.jpg` ... as DoTA packs them."""
    return {
        f"{prefix}/{clip}/images/{n:06d}.jpg": picture_bytes(n + 100 * row, 3000 + n)
        for row, clip in enumerate(clips)
        for n in range(frames)
    }


def write_tar(path: Path, files: dict[str, bytes], *, mode: str = "w:gz") -> Path:
    """A tar of plain files; the mode names its compression."""
    with tarfile.open(path, mode) as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def write_member(path: Path, info: tarfile.TarInfo, content: bytes = b"") -> Path:
    """A tar with one ordinary picture and then this member."""
    with tarfile.open(path, "w:gz") as tar:
        first = tarfile.TarInfo("frames/good/000.jpg")
        first.size = 100
        tar.addfile(first, io.BytesIO(picture_bytes(1, 100)))
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return path


def write_zip(path: Path, files: dict[str, bytes]) -> Path:
    """A deflated zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path


def split_file(path: Path, endings: Sequence[str]) -> list[Path]:
    """Cut a file into parts of one size (the last is shorter) and remove it."""
    content = path.read_bytes()
    size = -(-len(content) // len(endings))
    parts = []
    for number, ending in enumerate(endings):
        part = path.with_name(path.name + ending)
        part.write_bytes(content[number * size : (number + 1) * size])
        parts.append(part)
    path.unlink()
    return parts
