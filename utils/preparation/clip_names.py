"""A file name for each clip: its own, with its folder's in front where two clips share one."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from utils.archives.names import portable


def unique_names(paths: Iterable[Path]) -> dict[Path, str]:
    """A name for each path that is unique whatever the case of letters, without a suffix."""
    chosen = list(dict.fromkeys(paths))
    count = Counter(portable(path.stem).casefold() for path in chosen)
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in chosen:
        name = portable(path.stem)
        if count[name.casefold()] > 1:
            name = f"{portable(path.parent.name or '_')}-{name}"
        number, base = 1, name
        while name.casefold() in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name.casefold())
        names[path] = name
    return names
