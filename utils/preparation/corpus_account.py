"""A corpus check in words for a terminal and as a record for a file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

from utils.datasets.annotation_draft import UNCHECKED
from utils.labeled_clip import ClipKind, LabeledClip, Split
from utils.preparation.corpus_check import CheckedClip, CorpusCheck, FaultKind
from utils.section import Section

MAX_LISTED = 20  # of one kind of fault; the record has all
HEADINGS: dict[FaultKind, str] = {
    "missing": "missing videos",
    "unreadable": "videos that cannot be read",
    "damaged": "damaged videos (what can be read is used)",
    "label": "labels beyond the end of their video",
}


class ClipRecord(Section):
    """One clip as it was found."""

    path: str
    split: str
    kind: str
    duration_s: float | None
    width_px: int | None
    height_px: int | None
    frame_rate_fps: float | None
    faults: list[str]


class CheckRecord(Section):
    """The whole check; copies and leaks are lists of paths."""

    clips: list[ClipRecord]
    copies: list[list[str]]
    leaks: list[list[str]]


def account(check: CorpusCheck) -> Iterator[str]:
    """The check in lines: what there is by split and class, then everything to mend."""
    for split in get_args(Split):
        part = [c for c in check.clips if c.clip.split == split]
        if part:
            yield from _split_lines(split, part)
    infos = [c.info for c in check.clips if c.info]
    yield _most("sizes", Counter(f"{i.width_px}x{i.height_px}" for i in infos))
    rates = (f"{float(i.frame_rate):.4g}" if i.frame_rate else "unknown" for i in infos)
    yield _most("frames per second", Counter(rates))
    drafts = sum(UNCHECKED in c.clip.caption for c in check.clips)
    if drafts:
        yield f"drafted entries that nobody checked: {drafts}"
    yield from _faults(check)


def record(check: CorpusCheck) -> CheckRecord:
    """Everything that was found."""
    return CheckRecord(
        clips=[_clip_record(c) for c in check.clips],
        copies=[[str(c.path) for c in group] for group in check.copies],
        leaks=[[str(c.path) for c in leak.clips] for leak in check.leaks],
    )


def _split_lines(split: str, part: Sequence[CheckedClip]) -> Iterator[str]:
    kinds = Counter(c.clip.kind for c in part)
    counts = ", ".join(f"{kinds[kind]} {kind}" for kind in get_args(ClipKind) if kinds[kind])
    minutes = sum(c.duration_s or 0.0 for c in part) / 60
    yield f"{split}: {len(part)} clips ({counts}), {minutes:.1f} minutes"
    crash, quiet, unused = (
        sum(column) for column in zip(*(c.labelled_s() for c in part), strict=True)
    )
    share = 100 * crash / max(crash + quiet, 1e-9)
    yield (
        f"  labelled seconds: {crash:.0f} crash, {quiet:.0f} quiet, {unused:.0f} not used; "
        f"{share:.1f} % of what is trained on is crash"
    )


def _most(name: str, counts: "Counter[str]") -> str:
    shown = ", ".join(f"{value} ({count})" for value, count in counts.most_common(6))
    return f"{name}: {shown or 'none'}{', ...' if len(counts) > 6 else ''}"


def _faults(check: CorpusCheck) -> Iterator[str]:
    for kind, heading in HEADINGS.items():
        lines = [f"{clip.path}: {fault.text}" for clip, fault in check.faults(kind)]
        yield from _listed(heading, lines)
    yield from _listed("same content twice", [_paths(group) for group in check.copies])
    leaks = [f"{leak.why}: {_paths(leak.clips)}" for leak in check.leaks]
    yield from _listed("sources in more than one split", leaks)


def _listed(heading: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"{heading}: {len(lines)}"
    yield from (f"  {line}" for line in lines[:MAX_LISTED])
    if len(lines) > MAX_LISTED:
        yield f"  ... and {len(lines) - MAX_LISTED} more"


def _paths(clips: Sequence[LabeledClip]) -> str:
    return ", ".join(f"{clip.path} ({clip.split})" for clip in clips)


def _clip_record(checked: CheckedClip) -> ClipRecord:
    clip, info = checked.clip, checked.info
    return ClipRecord(
        path=str(clip.path),
        split=clip.split,
        kind=clip.kind,
        duration_s=checked.duration_s,
        width_px=info.width_px if info else None,
        height_px=info.height_px if info else None,
        frame_rate_fps=float(info.frame_rate) if info and info.frame_rate else None,
        faults=[f"{fault.kind}: {fault.text}" for fault in checked.faults],
    )
