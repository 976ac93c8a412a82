"""Which words of two texts differ, for showing them side by side."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import groupby

from pydantic import BaseModel, ConfigDict

MAX_WORDS = 2000
_PIECES = re.compile(r"\s+|\w+(?:[.,:'’-]\w+)*|[^\w\s]")


class Words(BaseModel):
    """A stretch of one text; changed where the other text does not have it there."""

    model_config = ConfigDict(frozen=True)

    text: str
    changed: bool = False


def changed_words(a: str, b: str) -> tuple[list[Words], list[Words]]:
    """Both texts as stretches that are equal or changed; joined they are the texts again.

    Texts of more than 2,000 words are not looked into: each is one changed stretch.
    """
    left, right = _PIECES.findall(a), _PIECES.findall(b)
    if max(len(left), len(right)) > 2 * MAX_WORDS:
        return [Words(text=a, changed=a != b)], [Words(text=b, changed=a != b)]
    return _marked(left, right), _marked(right, left)


def _marked(own: list[str], other: list[str]) -> list[Words]:
    blocks = SequenceMatcher(None, own, other, autojunk=False).get_matching_blocks()
    kept = {row for block in blocks for row in range(block.a, block.a + block.size)}
    return list(_stretches(own, kept))


def _stretches(pieces: list[str], kept: set[int]) -> Iterator[Words]:
    for changed, rows in groupby(range(len(pieces)), key=lambda row: row not in kept):
        yield Words(text="".join(pieces[row] for row in rows), changed=changed)
