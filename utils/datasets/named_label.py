"""What the names of folders and files say of a video: crash, normal, near miss, or nothing.

Only names are read here; whether they are right, and when in the video it happens, they cannot say.
"""

import re
from collections.abc import Iterable
from pathlib import PurePath

from utils.labeled_clip import ClipKind

DENIALS = ("no", "non", "not")
EVENTS = frozenset({"crash", "crashes", "collision", "collisions", "accident", "accidents"})
WORDS: dict[ClipKind, frozenset[str]] = {
    "crash": EVENTS | {"positive", "positives", "pos"},
    "normal": frozenset({"normal", "negative", "negatives", "neg", "safe"})
    | {f"{no}_{event}" for no in DENIALS for event in EVENTS | {"incident", "risk"}},
    "near_miss": frozenset({"near_miss", "near_misses", "nearmiss"}),
}
FOLDER_WORDS: dict[ClipKind, frozenset[str]] = {"crash": frozenset("1"), "normal": frozenset("0")}


def label_of(path: PurePath) -> ClipKind | None:
    """The kind that the nearest telling name says; None where none does, or one says two things.

    The file's folder comes first, then the folders above it, then the file's own name. path is
    relative to the folder of all videos, so that what stands above it does not count.
    """
    for folder in reversed(path.parent.parts):
        kinds = _kinds(folder, folder=True)
        if kinds:
            return kinds.pop() if len(kinds) == 1 else None
    kinds = _kinds(path.stem, folder=False)
    return kinds.pop() if len(kinds) == 1 else None


def _kinds(name: str, *, folder: bool) -> set[ClipKind]:
    words = set(_words(name))
    found = {kind for kind, known in WORDS.items() if words & known}
    return found | {k for k, known in FOLDER_WORDS.items() if folder and {name} & known}


def _words(name: str) -> Iterable[str]:
    """Lower-case words of a name; `no crash` and `near-miss` count as one word, `no_crash`."""
    words = re.findall(r"[a-z]+|\d+", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in (*DENIALS, "near"):
            joined[-1] += f"_{word}"
        else:
            joined.append(word)
    return joined
