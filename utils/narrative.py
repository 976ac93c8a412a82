"""Plain text without a model: an event's description and a video's summary.

Every sentence follows from scores and boxes. Contact, causes and fault do not, so none is stated.
"""

import re
from collections import Counter
from collections.abc import Sequence

from utils.clip import ScoreTrack, VideoInfo
from utils.events import highest_score
from utils.evidence import Evidence
from utils.report import TriggerEvent
from utils.scene import Overlap, SceneObject, clear_change, most_at_once, new_overlaps
from utils.view_change import view_changes, view_sentence
from utils.wording import (
    joined,
    keyframes,
    moment,
    named,
    percent,
    plural,
    spoken_moment,
    spoken_time,
)

MAX_OTHERS = 2
MAX_SPOKEN_EVENTS = 3
SAME_MOMENT_S = 0.1
MIN_SHARE = 0.01  # of the picture: smaller objects are counted only
_SCORE_SENTENCE = re.compile(r"^Around \S+ the [^()]+ rises to \S+ \(event [^()]*\)\. (?=.)")
SOURCE_NOTE = "This text follows from scores and boxes alone; no language model wrote it."


def describe(evidence: Evidence) -> str:
    """Three or four sentences about one event, with its times as on a player."""
    objects = evidence.objects()
    overlaps = new_overlaps(objects, limit=1)
    told = _told(objects, overlaps, evidence.event.peak_s)
    sentences = [_score_sentence(evidence)]
    if told:
        sentences.append(_object_sentence(told, evidence.event.peak_s))
    else:
        sentences.append(_no_object_sentence(objects, len(evidence.keyframes)))
    changes = view_changes(evidence.keyframes)
    if overlaps:
        sentences.append(_overlap_sentence(overlaps[0], told))
    elif changes:
        span = f"between {moment(changes[0].start_s)} and {moment(changes[0].end_s)}"
        sentences.append(view_sentence(changes[0], span))
    return " ".join([*sentences, SOURCE_NOTE])


def what_is_seen(text: str) -> str:
    """A description without the score's sentence, for lists that show time and score beside it."""
    return _SCORE_SENTENCE.sub("", text, count=1)


def _told(
    objects: Sequence[SceneObject], overlaps: Sequence[Overlap], peak_s: float
) -> list[SceneObject]:
    """The most telling objects of one keyframe, those that start to overlap before the others.

    The keyframe nearest the peak that shows any; only one, because two tracks at different times
    may be the same object.
    """
    large = [o for o in objects if o.largest.share >= MIN_SHARE]
    if not large:
        return []
    time_s = min((o.nearest_to(peak_s).time_s for o in large), key=lambda t: abs(t - peak_s))
    pairs = {o.track_id for pair in overlaps for o in (pair.first, pair.second)}
    shown = [o for o in large if o.at(time_s)]
    return sorted(shown, key=lambda o: o.track_id not in pairs)[: 1 + MAX_OTHERS]


def _score_sentence(evidence: Evidence) -> str:
    event = evidence.event
    what = f"the score for the {event.horizon_s:g} s ahead" if event.horizon_s else "the risk score"
    quiet = evidence.quiet_level()
    before = "" if quiet is None else f"; {quiet:.2f} before it"
    return (
        f"Around {moment(event.peak_s)} {what} rises to {event.score:.2f} "
        f"(event {moment(event.start_s)} to {moment(event.end_s)}{before})."
    )


def _no_object_sentence(objects: Sequence[SceneObject], count: int) -> str:
    if not objects:
        return f"No road user is boxed on the {keyframes(count)}, so who is involved is not known."
    return (
        f"Only small boxes are found, each under 1 % of the picture: at most "
        f"{most_at_once(objects)} on one keyframe."
    )


def _object_sentence(told: Sequence[SceneObject], peak_s: float) -> str:
    first = _main_clause(told[0], peak_s)
    others = _others_clause(told, peak_s)
    return f"{first[0].upper()}{first[1:]}{'; ' if others else ''}{others}."


def _main_clause(seen: SceneObject, peak_s: float) -> str:
    """`a car in the centre fills 31 % of the picture, up from 8 % 1.2 s earlier`."""
    start, shown = seen.first, seen.nearest_to(peak_s)
    clause = f"{named(seen.label)} {shown.where} fills {percent(shown.share)}"
    if abs(shown.time_s - peak_s) > SAME_MOMENT_S:
        clause = f"at {moment(shown.time_s)} {clause}"
    if not clear_change(start, shown):
        return clause
    direction = "up" if shown.share > start.share else "down"
    gap_s = shown.time_s - start.time_s
    return f"{clause}, {direction} from {percent(start.share, of='')} {gap_s:.1f} s earlier"


def _others_clause(told: Sequence[SceneObject], peak_s: float) -> str:
    """`a truck is on the left and another car is on the right`, as they are seen near the peak."""
    main, *others = told
    spots = Counter((o.label, o.nearest_to(peak_s).where) for o in others)
    clauses = []
    for (label, place), count in spots.items():
        same = label == main.label
        if count > 1:
            clauses.append(f"{count} {'more ' if same else ''}{plural(label)} are {place}")
        else:
            clauses.append(f"{f'another {label}' if same else named(label)} is {place}")
    return joined(clauses)


def _overlap_sentence(overlap: Overlap, told: Sequence[SceneObject]) -> str:
    pair = (overlap.first, overlap.second)
    if pair[0].label == pair[1].label:
        whose = f"two {plural(pair[0].label)}"
    else:
        known = Counter(o.label for o in told)
        whose = joined([named(o.label, definite=o in told and known[o.label] == 1) for o in pair])
    return (
        f"The boxes of {whose} are apart at {moment(overlap.before_s)} and overlap in the picture "
        f"at {moment(overlap.start_s)}; that alone does not show contact."
    )


def summarise(
    info: VideoInfo, track: ScoreTrack, events: Sequence[TriggerEvent], *, threshold: float
) -> str:
    """The whole video in a few sentences that can also be spoken."""
    if len(track) == 0:
        return "No frame of this video could be scored, so nothing is known about it."
    duration_s = info.duration_s or float(track.times_s[-1])
    video = f"this video of {spoken_time(duration_s)}"
    if not events:
        return _quiet_summary(video, track, threshold)
    return " ".join(
        [
            f"{_count(events)} found in {video}.",
            *_top_sentences(events),
            "A score says where to look; it is not a probability, and it does not show by itself "
            "whether there was contact.",
        ]
    )


def _quiet_summary(video: str, track: ScoreTrack, threshold: float) -> str:
    score, time_s = highest_score(track)
    return (
        f"No event was found in {video}. The highest score is {score:.2f}, at "
        f"{spoken_moment(time_s)}; the threshold is {threshold:.2f}. "
        "That does not prove that nothing happened."
    )


def _count(events: Sequence[TriggerEvent]) -> str:
    return "1 event was" if len(events) == 1 else f"{len(events)} events were"


def _top_sentences(events: Sequence[TriggerEvent]) -> list[str]:
    """The strongest events in order of score."""
    by_score = sorted(events, key=lambda e: (-e.score, e.peak_s))
    first, *others = by_score[:MAX_SPOKEN_EVENTS]
    subject = "It is" if len(events) == 1 else "The strongest is"
    ahead = f"; it speaks of the {first.horizon_s:g} seconds that follow" if first.horizon_s else ""
    lines = [
        f"{subject} at {spoken_moment(first.peak_s)} with a score of {first.score:.2f}{ahead}."
    ]
    if others:
        listed = joined([f"{spoken_moment(e.peak_s)} with {e.score:.2f}" for e in others])
        more = len(by_score) - 1 - len(others)
        rest = f"; {more} more score lower" if more else ""
        lines.append(f"The next {'is' if len(others) == 1 else 'are'} at {listed}{rest}.")
    return lines
