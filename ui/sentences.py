"""Messages as the page shows them: whole sentences that name files, never folders."""

import re

from utils.plain_text import one_line

_ABSOLUTE_PATH = re.compile(r"(?<![\w.:/])(?:[A-Za-z]:\\|/)(?:[^\s'\"<>|:;,]+[\\/])+")


def without_folders(text: str) -> str:
    """A message for the page: absolute paths shrink to their last part."""
    return _ABSOLUTE_PATH.sub("", one_line(text))


def sentence(message: str) -> str:
    """An error's text as a sentence without folders."""
    text = without_folders(message)
    is_file_name = "." in text.split(" ")[0]
    start = text[:1] if is_file_name else text[:1].upper()
    return f"{start}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")
