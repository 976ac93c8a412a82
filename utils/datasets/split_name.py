"""Reads the split from the name of a file or folder."""

import re

from utils.labeled_clip import Split

NAMES: dict[str, Split] = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}


def split_of(name: str, default: Split = "train") -> Split:
    """The split that the last fitting word of a name says, such as `labels_val.json`."""
    words = re.split(r"[^a-z]+", name.lower())
    return next((NAMES[word] for word in reversed(words) if word in NAMES), default)
