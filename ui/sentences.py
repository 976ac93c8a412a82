"""Messages as the page shows them: whole sentences that name files, never folders."""

from collections.abc import Callable, Mapping
from typing import Any

from utils.plain_text import bare_paths, one_line
from utils.wording import plural


def without_folders(text: str) -> str:
    """A message for the page: absolute paths shrink to their last part."""
    return bare_paths(one_line(text))


def map_texts(tree: Any, change: Callable[[str], str]) -> Any:
    """A tree for JSON with every text changed; keys stay."""
    if isinstance(tree, Mapping):
        return {key: map_texts(value, change) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [map_texts(value, change) for value in tree]
    return change(tree) if isinstance(tree, str) else tree


def sentence(message: str) -> str:
    """An error's text as a sentence without folders."""
    text = without_folders(message)
    is_file_name = "." in text.split(" ")[0]
    start = text[:1] if is_file_name else text[:1].upper()
    return f"{start}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")


def number_of(count: int, noun: str) -> str:
    """`1 video`, `1,200 videos`."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"
