"""Finds clips with the same content: equal size first, then equal checksum."""

import logging
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace

from utils.errors import VideoError
from utils.labeled_clip import LabeledClip
from utils.video import content_sha256
from utils.video.frame_folder import frame_names

log = logging.getLogger(__name__)

SHOWN = 5


def find_copies(clips: Sequence[LabeledClip]) -> list[list[LabeledClip]]:
    """The groups of two or more clips that show the same, in the order of the clips."""
    same_size = _alike(clips, _size)
    return [group for candidates in same_size for group in _alike(candidates, _checksum)]


def join_copies(clips: Sequence[LabeledClip]) -> list[LabeledClip]:
    """The clips, copies in the group of the first of them; reports what was found."""
    copies = find_copies(clips)
    _report(copies)
    parents: dict[str, str] = {}
    for group in copies:
        first = _root(parents, group[0].group)
        for clip in group:
            parents[_root(parents, clip.group)] = first
    return [replace(clip, group=_root(parents, clip.group)) for clip in clips]


def _root(parents: dict[str, str], name: str) -> str:
    """The group that stands for all that were joined with this one."""
    while parents.get(name, name) != name:
        name = parents[name]
    return name


def _report(copies: list[list[LabeledClip]]) -> None:
    if not copies:
        return
    shown = "; ".join(" = ".join(clip.path.name for clip in group) for group in copies[:SHOWN])
    count = sum(len(group) - 1 for group in copies)
    log.warning("%d clips are copies of others: %s", count, shown)
    across = [group for group in copies if len({clip.split for clip in group}) > 1]
    if across:
        log.warning("%d of them stand in several splits: figures would be too good", len(across))


def _alike(
    clips: Iterable[LabeledClip], key: Callable[[LabeledClip], Hashable | None]
) -> list[list[LabeledClip]]:
    """Clips with the same key, without those that are alone or have none."""
    groups: dict[Hashable, list[LabeledClip]] = defaultdict(list)
    for clip in clips:
        value = key(clip)
        if value is not None:
            groups[value].append(clip)
    return [group for group in groups.values() if len(group) > 1]


def _size(clip: LabeledClip) -> Hashable | None:
    """Bytes of a file; number of pictures and bytes of the first and last of a folder."""
    try:
        if clip.frame_rate is None:
            return clip.path.stat().st_size
        names = frame_names(clip.path, clip.frame_names)
        ends = (names[0], names[-1])
        return (len(names), *((clip.path / name).stat().st_size for name in ends))
    except (OSError, VideoError):
        return None


def _checksum(clip: LabeledClip) -> Hashable | None:
    try:
        return content_sha256(clip.path, names=clip.frame_names)
    except VideoError:
        return None
