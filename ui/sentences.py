"""Messages as the page shows them: whole sentences that name files, never folders."""

from utils.plain_text import bare_paths, one_line
from utils.wording import plural


def without_folders(text: str) -> str:
    """A message for the page: absolute paths shrink to their last part."""
    return bare_paths(one_line(text))


def sentence(message: str) -> str:
    """An error's text as a sentence without folders."""
    text = without_folders(message)
    is_file_name = "." in text.split(" ")[0]
    start = text[:1] if is_file_name else text[:1].upper()
    return f"{start}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")


def number_of(count: int, noun: str) -> str:
    """`1 video`, `1,200 videos`."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"
