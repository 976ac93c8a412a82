"""Names inside archives to names that every system can hold, or a refusal.

A name that leaves its folder is refused, not mended: an archive that holds one is not to be
trusted. Names that Windows cannot hold are changed the same way everywhere.
"""

import re
import unicodedata

from utils.errors import ArchiveError

MAX_DEPTH = 32
MAX_NAME_BYTES = 200
FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f\ud800-\udfff]')
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
CLUTTER = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


def safe_parts(name: str) -> tuple[str, ...]:
    """The parts of a member's path, each a name that every system can hold.

    Raises ArchiveError for an absolute path, a drive, `..`, and for what is too deep or long.
    """
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".")]
    if name[:1] in ("/", "\\") or re.match(r"[A-Za-z]:", name) or ".." in parts:
        raise ArchiveError(f"{shown(name)} points outside its folder: such archives are refused")
    if not parts or "\0" in name:
        raise ArchiveError(f"{shown(name)} is no file name: such archives are refused")
    if len(parts) > MAX_DEPTH or any(len(_bytes(part)) > MAX_NAME_BYTES for part in parts):
        raise ArchiveError(
            f"{shown(name)} is too long or deep (at most {MAX_DEPTH} folders, "
            f"{MAX_NAME_BYTES} bytes a name)"
        )
    return tuple(portable(part) for part in parts)


def portable(part: str) -> str:
    """One name without what Windows or macOS would refuse or change."""
    clean = FORBIDDEN.sub("_", unicodedata.normalize("NFC", part))
    if clean[-1] in ". ":
        clean = clean[:-1] + "_"
    return f"_{clean}" if RESERVED.fullmatch(clean) else clean


def is_clutter(parts: tuple[str, ...]) -> bool:
    """Hidden files and what file managers leave behind."""
    return any(part.startswith(".") or part in CLUTTER for part in parts)


def shown(name: str) -> str:
    """A member's name for a message: one line, short."""
    return ascii(name if len(name) <= 80 else f"{name[:40]}...{name[-36:]}")


def _bytes(part: str) -> bytes:
    return part.encode("utf-8", errors="surrogateescape")
