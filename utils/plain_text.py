"""Text of strangers made harmless for people and players: no control or direction characters.

Each sink still escapes in its own way; this only removes what no reader should ever receive.
"""

import re

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(r"\s+")
_NAME = r"(?:(?!\.\w{1,5}\s)[^\s'\"<>|:;,\\/])+"  # a file's name ends with its suffix
_FOLDERS = re.compile(rf"(?<![\w.:/])(?:[A-Za-z]:\\|/)(?:{_NAME}(?: {_NAME}){{0,9}}[\\/])+")


def plain_text(text: str) -> str:
    """The text without control characters and without marks that reorder what is read."""
    return _DIRECTIONS.sub("", _CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")))


def one_line(text: str) -> str:
    """The plain text on one line."""
    return _BLANKS.sub(" ", plain_text(text)).strip()


def bare_paths(text: str) -> str:
    """The text with absolute paths shrunk to their last part."""
    return _FOLDERS.sub("", text)


def clock(seconds: float, *, digits: int = 1) -> str:
    """Seconds as m:ss.s, or h:mm:ss.s from one hour on."""
    scale = 10**digits
    ticks = round(abs(seconds) * scale)
    minutes, rest = divmod(ticks, 60 * scale)
    hours, minutes = divmod(minutes, 60)
    width = 3 + digits if digits else 2
    tail = f"{rest / scale:0{width}.{digits}f}"
    sign = "-" if seconds < 0 and ticks else ""
    return f"{sign}{hours}:{minutes:02d}:{tail}" if hours else f"{sign}{minutes}:{tail}"
