"""Evidence: all that a describer may use about one event, and its plain-text form.

No model is called here; everything follows from the event, its keyframes, boxes and scores.
Dims: T keyframes, H rows, W columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from utils.clip import Clip, Floats, ScoreTrack, VideoInfo
from utils.report import Answer, Detection, EventReport, Keyframe, TriggerEvent
from utils.scene import Overlap, SceneObject, clear_change, most_at_once, new_overlaps, objects_of
from utils.view_change import ViewChange, view_changes, view_sentence
from utils.wording import keyframes, percent

CONTEXT_BEFORE_S = 4.0  # of the track before the event
DEFAULT_REACH_S = (1.2, 0.8)  # before and after the peak
MIN_STEP_S = 0.04  # closer times would show the same picture
MAX_OBJECTS = 6
MIN_SHARE = 0.002  # of the picture: smaller objects are only counted
SMALL = 0.01  # of the picture
MIN_MOVE = 0.12  # of the picture's width


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """One event with its keyframes (full resolution), linked boxes and piece of the track.

    track: the scores from a few seconds before the event to its end.
    """

    info: VideoInfo
    event: TriggerEvent
    keyframes: Clip
    detections: tuple[Detection, ...]
    track: ScoreTrack

    def objects(self) -> list[SceneObject]:
        """Tracked objects, the most telling first."""
        size_px = (self.keyframes.frames.shape[2], self.keyframes.frames.shape[1])
        return objects_of(self.detections, size_px, self.event.peak_s)

    def quiet_level(self) -> float | None:
        """Median score before the event, None where the event begins with the scored video."""
        before = self.track.scores[self.track.times_s < self.event.start_s]
        return float(np.median(before)) if len(before) else None


def track_around(track: ScoreTrack, event: TriggerEvent) -> ScoreTrack:
    """The piece of the track that belongs to an event's evidence."""
    return track.between(event.start_s - CONTEXT_BEFORE_S, event.end_s + 1e-6)


def keyframe_records(clip: Clip) -> list[Keyframe]:
    """Times and frame numbers of keyframes, without pictures."""
    return [
        Keyframe(time_s=float(t), frame_index=int(i))
        for t, i in zip(clip.times_s, clip.frame_indices, strict=True)
    ]


def event_report(
    evidence: Evidence, answers: Sequence[Answer], keyframes: list[Keyframe]
) -> EventReport:
    """What is reported of an event; without any answer it counts as not described."""
    return EventReport(
        event=evidence.event,
        keyframes=keyframes,
        detections=list(evidence.detections),
        evidence=facts(evidence),
        answers=list(answers),
        described=bool(answers),
    )


def keyframe_times(
    event: TriggerEvent,
    *,
    count: int,
    last_s: float,
    reach_s: tuple[float, float] = DEFAULT_REACH_S,
) -> list[float]:
    """1 to `count` rising times in [0, last_s]: before the peak, the peak itself, after it.

    last_s: time of the last frame. reach_s: how far before and after the peak; an event that
    forecasts is looked at to the end of its horizon, unless nothing after the peak is wanted.
    """
    peak_s = min(max(event.peak_s, 0.0), last_s)
    before_s, after_s = reach_s
    before = round(before_s / (before_s + after_s) * (count - 1))
    start_s = max(0.0, peak_s - before_s)
    end_s = min(last_s, peak_s + max(after_s, event.horizon_s))
    times_s = [
        *np.linspace(start_s, peak_s, before + 1)[:-1].tolist(),
        peak_s,
        *np.linspace(peak_s, end_s, count - before)[1:].tolist(),
    ]
    return _spaced(times_s, peak_s)


def _spaced(times_s: list[float], peak_s: float) -> list[float]:
    """Without the times that nearly repeat their neighbour; the peak always stays."""
    kept: list[float] = []
    for time_s in times_s:
        if not kept or time_s - kept[-1] >= MIN_STEP_S:
            kept.append(time_s)
        elif time_s == peak_s:
            kept[-1] = time_s
    return kept


def facts(evidence: Evidence) -> list[str]:
    """Short true sentences, times in seconds: scores, objects, overlaps, changes of the view."""
    objects = evidence.objects()
    told = [o for o in objects if o.largest.share >= MIN_SHARE][:MAX_OBJECTS]
    times_s = evidence.keyframes.times_s
    return [
        *_score_facts(evidence),
        *[_object_fact(o, times_s) for o in told],
        *_rest_fact(objects, told, times_s),
        *[_overlap_fact(o) for o in new_overlaps(objects)],
        *[_view_fact(c) for c in view_changes(evidence.keyframes)],
    ]


def _score_facts(evidence: Evidence) -> list[str]:
    event = evidence.event
    lines = [
        f"The score rises to {event.score:.2f} around {event.peak_s:.1f} s; the event lasts from "
        f"{event.start_s:.1f} s to {event.end_s:.1f} s."
    ]
    if event.horizon_s > 0:
        lines.append(f"The score is a forecast for the {event.horizon_s:g} s that follow.")
    quiet = evidence.quiet_level()
    if quiet is not None:
        length_s = event.start_s - float(evidence.track.times_s[0])
        lines.append(f"In the {length_s:.1f} s before the event its median is {quiet:.2f}.")
    return lines


def _object_fact(seen: SceneObject, times_s: Floats) -> str:
    name = f"{seen.label} #{seen.track_id}".capitalize()
    if len(seen.sightings) == 1:
        only = seen.first
        return f"{name} is found at {only.time_s:.1f} s only: {only.where}, {percent(only.share)}."
    parts = [_size_part(seen), _place_part(seen), *_edge_parts(seen)]
    if seen.first.time_s > times_s[0]:
        parts.append(f"is first found at {seen.first.time_s:.1f} s")
    if seen.last.time_s < times_s[-1]:
        parts.append(f"is last found at {seen.last.time_s:.1f} s")
    return f"{name} {', '.join(parts[:-1])} and {parts[-1]}."


def _size_part(seen: SceneObject) -> str:
    start, end = seen.first, seen.largest
    if not clear_change(start, end):
        end = seen.last
    if not clear_change(start, end):
        small = seen.largest.share < SMALL
        return (
            "stays under 1 % of the picture"
            if small
            else f"fills up to {percent(seen.largest.share)}"
        )
    verb = "grows" if end.share > start.share else "shrinks"
    return (
        f"{verb} from {percent(start.share, of='')} to {percent(end.share)} between "
        f"{start.time_s:.1f} s and {end.time_s:.1f} s"
    )


def _place_part(seen: SceneObject) -> str:
    start, end = seen.first, seen.last
    moved = abs(end.centre[0] - start.centre[0])
    if start.place != end.place and moved >= MIN_MOVE:
        return f"moves from {start.place.removeprefix('on ').removeprefix('in ')} to " + (
            end.place.removeprefix("on ").removeprefix("in ")
        )
    if all(s.place == start.place for s in seen.sightings):
        return f"stays {start.place}"
    return f"is {end.place} when last found"


def _edge_parts(seen: SceneObject) -> list[str]:
    """Where the picture's edge cuts the object off first and last: its size is then only a part."""
    if seen.first.edge and seen.first.edge == seen.last.edge:
        return [f"touches the {seen.first.edge} edge"]
    ends = ((seen.first, "at first"), (seen.last, "at last"))
    return [f"touches the {s.edge} edge {when}" for s, when in ends if s.edge]


def _rest_fact(objects: list[SceneObject], told: list[SceneObject], times_s: Floats) -> list[str]:
    if not objects:
        return [f"No object is boxed on the {keyframes(len(times_s))}."]
    rest = [o for o in objects if o not in told]
    return [f"Besides these, one keyframe shows at most {most_at_once(rest)}."] if rest else []


def _overlap_fact(overlap: Overlap) -> str:
    first, second = overlap.first, overlap.second
    return (
        f"The boxes of {first.label} #{first.track_id} and {second.label} #{second.track_id} are "
        f"apart at {overlap.before_s:.1f} s and overlap in the picture at {overlap.start_s:.1f} s; "
        "that alone does not show contact."
    )


def _view_fact(change: ViewChange) -> str:
    return view_sentence(change, f"between {change.start_s:.1f} s and {change.end_s:.1f} s")
