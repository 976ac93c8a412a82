"""Keeps the clips of one source video in one split.

The splits that DoTA and CCD ship put clips of nearly every source on both sides, so a network can
know the validation scenes by heart. Knows neither formats nor files.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from utils.labeled_clip import LabeledClip, Split

HELD_OUT: dict[Split, int] = {"train": 0, "val": 1, "test": 2}  # larger is further from training


def crossing_groups(clips: Sequence[LabeledClip]) -> list[str]:
    """The groups with clips in more than one split, sorted."""
    splits: dict[str, set[Split]] = defaultdict(set)
    for clip in clips:
        splits[clip.group].add(clip.split)
    return sorted(group for group, found in splits.items() if len(found) > 1)


def split_by_source(clips: Sequence[LabeledClip]) -> list[LabeledClip]:
    """The clips with each crossing group in one of its splits; other groups stay as they are.

    No clip is moved towards training: where a group goes to training, its held-out clips are left
    out. Which split a group gets follows from its name, such that the splits keep their shares.
    """
    chosen = _choose(clips)
    moved = [replace(clip, split=chosen.get(clip.group, clip.split)) for clip in clips]
    pairs = zip(clips, moved, strict=True)
    return [after for before, after in pairs if HELD_OUT[before.split] <= HELD_OUT[after.split]]


def _choose(clips: Sequence[LabeledClip]) -> dict[str, Split]:
    """The split of each crossing group: large groups first, where most room is left."""
    crossing = set(crossing_groups(clips))
    sizes = Counter(clip.group for clip in clips if clip.group in crossing)
    wanted = Counter(clip.split for clip in clips if clip.group in crossing)
    own: dict[str, set[Split]] = defaultdict(set)
    for clip in clips:
        own[clip.group].add(clip.split)
    chosen: dict[str, Split] = {}
    placed: Counter[Split] = Counter()
    for group in sorted(crossing, key=lambda name: (-sizes[name], _shuffled(name))):
        filled = {s: (placed[s] + sizes[group]) / wanted[s] for s in sorted(own[group])}
        chosen[group] = min(filled, key=lambda split: filled[split])
        placed[chosen[group]] += sizes[group]
    return chosen


def leak_report(clips: Sequence[LabeledClip]) -> str:
    """How many sources stand in several splits, in words; empty where none does."""
    crossing = set(crossing_groups(clips))
    if not crossing:
        return ""
    held_out = [clip for clip in clips if clip.split != "train"]
    leaking = sum(clip.group in crossing for clip in held_out)
    total = len({clip.group for clip in clips})
    return (
        f"{len(crossing)} of {total} source videos have clips in several splits, among them "
        f"{leaking} of {len(held_out)} held-out clips"
    )


def _shuffled(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
