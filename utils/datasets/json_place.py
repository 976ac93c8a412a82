"""Where an entry stands in JSON text: lines for error messages, and keys given twice.

The standard parser gives values without places, so the text is walked again once an error is
known.
"""

import json
from collections.abc import Iterator

Place = tuple[str | int, ...]
_DECODER = json.JSONDecoder()
_BLANKS = " \t\n\r"


def line_of(text: str, place: Place) -> int:
    """The line of the entry at `place`, or of the innermost part of it that is there."""
    at = _skip(text, 0)
    for key in place:
        found = [start for name, start in _members(text, at) if name == key]
        if not found:
            break
        at = found[-1]
    return text.count("\n", 0, at) + 1


def twice_given(text: str) -> Place | None:
    """The place of the first key that its object holds twice, None where there is none."""
    return _twice(text, _skip(text, 0), ())


def _twice(text: str, at: int, place: Place) -> Place | None:
    seen: set[str | int] = set()
    for name, start in _members(text, at):
        if name in seen:
            return (*place, name)
        seen.add(name)
        found = _twice(text, start, (*place, name))
        if found is not None:
            return found
    return None


def _members(text: str, at: int) -> Iterator[tuple[str | int, int]]:
    """Name (or number) and start of each member of the object or array that begins at `at`."""
    if text[at] not in "{[":
        return
    named, number = text[at] == "{", 0
    at = _skip(text, at + 1)
    while text[at] not in "}]":
        name: str | int = number
        if named:
            name, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)  # over the colon
        yield name, at
        at = _skip(text, _DECODER.raw_decode(text, at)[1])
        at = _skip(text, at + 1) if text[at] == "," else at
        number += 1


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at
