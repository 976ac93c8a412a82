"""Checks labelled clips against their videos before training: what is there, whole and plausible.

The labels were read elsewhere; whether they are right, only a person can say.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from utils.clip import Sampling, VideoInfo
from utils.datasets.copies import find_copies
from utils.errors import VideoError
from utils.labeled_clip import LabeledClip, frame_labels
from utils.video import open_frames

FaultKind = Literal["missing", "unreadable", "damaged", "label"]
SLACK_S = 0.5  # labels are read by eye, and durations in headers are rounded
LOOK = Sampling(1000.0, (64, 64))  # every frame, small: only to see whether it can be decoded
LABEL_STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a clip, in words."""

    kind: FaultKind
    text: str


@dataclass(frozen=True, slots=True)
class CheckedClip:
    """A clip, what its video is (None where it cannot be opened), and what is wrong with it."""

    clip: LabeledClip
    info: VideoInfo | None
    duration_s: float | None
    faults: tuple[Fault, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it can be trained on as it is labelled."""
        return self.info is not None and all(fault.kind != "label" for fault in self.faults)

    def labelled_s(self) -> tuple[float, float, float]:
        """Seconds labelled crash, quiet, and not used for training."""
        labels = frame_labels(self.clip, np.arange(0, self.duration_s or 0.0, LABEL_STEP_S))
        seconds = [float((labels == value).sum() * LABEL_STEP_S) for value in (1, 0, -1)]
        return seconds[0], seconds[1], seconds[2]


@dataclass(frozen=True, slots=True)
class Leak:
    """Clips of one source, or with one content, that are in more than one split."""

    why: str
    clips: tuple[LabeledClip, ...]


def check_clip(clip: LabeledClip, *, decode: bool = False) -> CheckedClip:
    """Open a clip's video and compare it with the labels; `decode` reads all of it for damage."""
    if not clip.path.exists():
        return CheckedClip(clip, None, None, (Fault("missing", "there is no such file"),))
    try:
        with open_frames(clip.path, frame_rate=clip.frame_rate, names=clip.frame_names) as video:
            duration_s, faults = video.info.duration_s, []
            if decode:
                last_s = max(float(piece.times_s[-1]) for piece in video.sample(LOOK))
                duration_s = duration_s if duration_s is not None else last_s
                if video.counts.damaged:
                    faults.append(Fault("damaged", "; ".join(video.counts.warnings)))
            faults += label_faults(clip, duration_s)
            return CheckedClip(clip, video.info, duration_s, tuple(faults))
    except VideoError as error:
        return CheckedClip(clip, None, None, (Fault("unreadable", str(error)),))


def label_faults(clip: LabeledClip, duration_s: float | None) -> list[Fault]:
    """Moments and intervals of the labels that lie beyond the end of the video."""
    if duration_s is None:
        return []
    named = [("event", moment) for moment in clip.events_s]
    named += [("interval end", end) for _, end in clip.spans_s]
    named += [("alert", clip.alert_s)] if clip.alert_s is not None else []
    return [
        Fault("label", f"{what} at {moment:.2f} s, but the video ends at {duration_s:.2f} s")
        for what, moment in named
        if moment > duration_s + SLACK_S
    ]


def find_leaks(
    clips: Iterable[LabeledClip], copies: Sequence[tuple[LabeledClip, ...]]
) -> list[Leak]:
    """What would let a network be tested on what it was trained on."""
    groups: defaultdict[str, list[LabeledClip]] = defaultdict(list)
    for clip in clips:
        groups[clip.group].append(clip)
    found = [Leak(f"source {name}", tuple(group)) for name, group in groups.items()]
    apart = [group for group in copies if len({clip.group for clip in group}) > 1]
    found += [Leak("same content", group) for group in apart]
    return [leak for leak in found if len({clip.split for clip in leak.clips}) > 1]


@dataclass(frozen=True, slots=True)
class CorpusCheck:
    """The whole check."""

    clips: tuple[CheckedClip, ...]
    copies: tuple[tuple[LabeledClip, ...], ...]
    leaks: tuple[Leak, ...]

    @property
    def sound(self) -> bool:
        """Nothing to mend."""
        return not self.copies and not self.leaks and not any(c.faults for c in self.clips)

    def faults(self, kind: FaultKind) -> Iterator[tuple[LabeledClip, Fault]]:
        """The faults of one kind with their clips."""
        return (
            (checked.clip, fault)
            for checked in self.clips
            for fault in checked.faults
            if fault.kind == kind
        )


def check_corpus(checked: Sequence[CheckedClip]) -> CorpusCheck:
    """What only all clips together show: copies, and leaks between the splits."""
    clips = [c.clip for c in checked]
    copies = tuple(tuple(group) for group in find_copies([c.clip for c in checked if c.info]))
    return CorpusCheck(tuple(checked), copies, tuple(find_leaks(clips, copies)))
