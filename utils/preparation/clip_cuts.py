"""Cuts short clips out of labelled videos: around their events, and quiet ones from before them.

The quiet cuts come from the same videos, so that a network cannot tell the two by their source.
What follows an event is not cut: it is neither crash nor normal driving.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from utils.clip import Frames
from utils.clip_writer import write_clip
from utils.errors import VideoError
from utils.labeled_clip import ClipKind, LabeledClip
from utils.video import VideoFile

BEFORE_S, AFTER_S = 4.0, 3.0
LENGTH_S = BEFORE_S + AFTER_S
SHORTEST_S = 2.0
QUIET_PER_EVENT = 2
QUIET_PER_NORMAL_CLIP = 8  # evenly over the clip: an hour of motorway is not 500 lessons


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch [start_s, end_s) of a video, and its event, seconds of that video."""

    start_s: float
    end_s: float
    kind: ClipKind
    event_s: float | None = None


def plan_cuts(clip: LabeledClip, duration_s: float) -> list[Cut]:
    """The cuts of a clip in order of time; none where an event has no moment."""
    if clip.kind == "normal":
        return _spread(duration_s)
    moments = [moment for moment in clip.events_s if moment < duration_s]
    if not moments:
        return []
    events = [_around(moment, clip.kind, duration_s) for moment in moments]
    return [*_quiet_before(events[0].start_s, QUIET_PER_EVENT * len(events)), *events]


def _around(moment_s: float, kind: ClipKind, duration_s: float) -> Cut:
    return Cut(max(0.0, moment_s - BEFORE_S), min(duration_s, moment_s + AFTER_S), kind, moment_s)


def _quiet_before(end_s: float, count: int) -> list[Cut]:
    """Up to `count` cuts that end before end_s, without overlap."""
    cuts: list[Cut] = []
    while len(cuts) < count and end_s >= SHORTEST_S:
        cuts.insert(0, Cut(max(0.0, end_s - LENGTH_S), end_s, "normal"))
        end_s = cuts[0].start_s
    return cuts


def _spread(duration_s: float) -> list[Cut]:
    """Cuts without overlap, evenly over the clip; the whole of a short one."""
    count = max(1, min(QUIET_PER_NORMAL_CLIP, int(duration_s // LENGTH_S)))
    step_s = max(0.0, duration_s - LENGTH_S) / max(1, count - 1)
    starts = [number * step_s for number in range(count)]
    return [Cut(start, min(duration_s, start + LENGTH_S), "normal") for start in starts]


def write_cuts(clip: LabeledClip, folder: Path, name: str) -> list[LabeledClip]:
    """Write a clip's cuts as `folder/<name>-01.mp4` ...; the labelled clips they are.

    Event times count from each cut's first frame. Raises VideoError and OutputError.
    """
    if clip.frame_rate is not None:
        raise VideoError(f"{clip.path.name} is a folder of frames; only video files are cut")
    with VideoFile(clip.path) as video:
        if video.info.duration_s is None:
            raise VideoError(f"{clip.path.name}: its length is unknown; copy it to .mp4 first")
        cuts = plan_cuts(clip, video.info.duration_s)
        paths = [folder / f"{name}-{number:02d}.mp4" for number in range(1, len(cuts) + 1)]
        return [_write(video, clip, cut, path) for cut, path in zip(cuts, paths, strict=True)]


def _write(video: VideoFile, clip: LabeledClip, cut: Cut, path: Path) -> LabeledClip:
    frames = _frames(video, cut)
    first = next(frames, None)
    if first is None:
        raise VideoError(f"{clip.path.name}: no frame from {cut.start_s:.2f} s on")
    write_clip(path, chain([first], frames), frame_rate=video.info.frame_rate)
    events = () if cut.event_s is None else (max(0.0, round(cut.event_s - first[1], 3)),)
    origin = "; ".join(filter(None, [f"{clip.path.name} from {first[1]:.2f} s", clip.caption]))
    return replace(
        clip, path=path, kind=cut.kind, events_s=events, spans_s=(), alert_s=None, caption=origin
    )


def _frames(video: VideoFile, cut: Cut) -> Iterator[tuple[Frames, float]]:
    for piece in video.read(cut.start_s, cut.end_s):
        yield from zip(piece.frames, (float(t) for t in piece.times_s), strict=True)
