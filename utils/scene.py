"""What linked boxes say about a scene: objects with their sizes, places and overlaps. Pure.

Sizes are shares of the picture, places are thirds of its width. Nothing is said about distances,
contact or causes: boxes do not show them.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from utils.boxes import areas, intersections
from utils.report import Detection
from utils.road_labels import ANIMALS, STANDING, TWO_WHEELERS
from utils.wording import counted

LEFT_END, RIGHT_START = 0.38, 0.62
MIN_OVERLAP = 0.04  # share of the smaller box; less is the slack of the boxes
MAX_SIZE_RATIO = 8.0
GROWTH = 1.5
MIN_CHANGE = 0.01  # of the picture
EDGE_SLACK = 0.01  # of the width
SAME_TIME_S = 1e-6


@dataclass(frozen=True, slots=True)
class Sighting:
    """One box of an object: share of the picture in [0, 1], centre as shares of width, height.

    edge: `left` or `right` where the box touches that side of the picture, else empty.
    """

    time_s: float
    share: float
    centre: tuple[float, float]
    box_xyxy_px: tuple[float, float, float, float]

    edge: str = ""

    @property
    def where(self) -> str:
        """The side edge that cuts the object off, else its place."""
        return f"at the {self.edge} edge" if self.edge else self.place

    @property
    def place(self) -> str:
        """Third of the picture's width in which the centre lies."""
        if self.centre[0] < LEFT_END:
            return "on the left"
        return "on the right" if self.centre[0] > RIGHT_START else "in the centre"


@dataclass(frozen=True, slots=True)
class SceneObject:
    """A tracked object: its commonest label and its sightings in order of time, at least one."""

    track_id: int
    label: str
    sightings: tuple[Sighting, ...]

    @property
    def first(self) -> Sighting:
        return self.sightings[0]

    @property
    def last(self) -> Sighting:
        return self.sightings[-1]

    @property
    def largest(self) -> Sighting:
        return max(self.sightings, key=lambda s: s.share)

    def nearest_to(self, time_s: float) -> Sighting:
        """The sighting closest in time."""
        return min(self.sightings, key=lambda s: abs(s.time_s - time_s))

    def at(self, time_s: float) -> Sighting | None:
        """The sighting on the keyframe of this time."""
        return next((s for s in self.sightings if abs(s.time_s - time_s) < SAME_TIME_S), None)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two objects whose boxes were apart at before_s and share picture area at start_s."""

    first: SceneObject
    second: SceneObject
    before_s: float
    start_s: float


def objects_of(
    detections: Sequence[Detection], size_px: tuple[int, int], peak_s: float
) -> list[SceneObject]:
    """Tracked objects, the most telling first. size_px: (W, H) of the frames with the boxes."""
    by_track: dict[int, list[Detection]] = defaultdict(list)
    for detection in detections:
        if detection.track_id is not None:
            by_track[detection.track_id].append(detection)
    found = [_object(number, seen, size_px) for number, seen in by_track.items()]
    return sorted(found, key=lambda o: (-_weight(o, peak_s), o.track_id))


def _object(number: int, seen: list[Detection], size_px: tuple[int, int]) -> SceneObject:
    votes: Counter[str] = Counter()
    for detection in seen:
        votes[_told_as(detection.label)] += round(detection.score * 1000)
    ordered = sorted(seen, key=lambda d: d.time_s)
    return SceneObject(
        number, votes.most_common(1)[0][0], tuple(_sighting(d, size_px) for d in ordered)
    )


def _told_as(label: str) -> str:
    """Detectors take an elephant for a cow; that it is an animal is as much as can be said."""
    return "animal" if label in ANIMALS else label


def _sighting(detection: Detection, size_px: tuple[int, int]) -> Sighting:
    left, top, right, bottom = detection.box_xyxy_px
    width, height = size_px
    share = max(right - left, 0) * max(bottom - top, 0) / (width * height)
    centre = ((left + right) / 2 / width, (top + bottom) / 2 / height)
    edge = _edge(left / width, right / width)
    return Sighting(detection.time_s, share, centre, detection.box_xyxy_px, edge)


def _edge(left: float, right: float) -> str:
    """Which side a box touches; neither where it touches both."""
    touches = (left <= EDGE_SLACK, right >= 1 - EDGE_SLACK)
    return {(True, False): "left", (False, True): "right"}.get(touches, "")


def _weight(seen: SceneObject, peak_s: float) -> float:
    """How much an object is worth a sentence: size near the peak, change, and being a road user."""
    if seen.label in STANDING:
        return 0.0
    at_peak = seen.nearest_to(peak_s)
    size = float(np.sqrt(at_peak.share)) / (1 + abs(at_peak.time_s - peak_s))
    change = abs(float(np.sqrt(seen.last.share) - np.sqrt(seen.first.share)))
    moved = float(np.hypot(*np.subtract(seen.last.centre, seen.first.centre)))
    return size + change + 0.5 * moved


def most_at_once(objects: Sequence[SceneObject]) -> str:
    """Per label the most boxes on one keyframe, in words.

    Tracks are not counted: an object that could not be followed has several.
    """
    most: Counter[str] = Counter()
    for time_s in {s.time_s for o in objects for s in o.sightings}:
        most |= Counter(o.label for o in objects if o.at(time_s))
    return counted(most)


def clear_change(start: Sighting, end: Sighting) -> bool:
    """True where the size in the picture differs by more than the slack of the boxes."""
    small, large = sorted((start.share, end.share))
    return large - small >= MIN_CHANGE and large >= GROWTH * small


def new_overlaps(objects: Sequence[SceneObject], *, limit: int = 2) -> list[Overlap]:
    """Pairs whose boxes were apart on one keyframe and overlap on a later one, largest first.

    Pairs of very unequal size are left out: a near object hides a far one without meeting it.
    """
    users = [o for o in objects if o.label not in STANDING]
    pairs = [o for a, b in combinations(users, 2) if (o := _start(a, b)) is not None]
    pairs.sort(key=lambda o: -min(o.first.largest.share, o.second.largest.share))
    return pairs[:limit]


def _start(first: SceneObject, second: SceneObject) -> Overlap | None:
    if _rides(first, second) or _rides(second, first):
        return None
    before_s: float | None = None
    for sighting in first.sightings:
        other = second.at(sighting.time_s)
        if other is None:
            continue
        if not _overlap(sighting, other):
            before_s = sighting.time_s
        elif not _comparable(sighting, other) or before_s is None:
            return None
        else:
            return Overlap(first, second, before_s, sighting.time_s)
    return None


def _rides(first: SceneObject, second: SceneObject) -> bool:
    return first.label == "person" and second.label in TWO_WHEELERS


def _comparable(first: Sighting, second: Sighting) -> bool:
    small, large = sorted((first.share, second.share))
    return large <= MAX_SIZE_RATIO * small


def _overlap(first: Sighting, second: Sighting) -> bool:
    boxes = np.array([first.box_xyxy_px, second.box_xyxy_px], dtype=np.float64)
    smaller = float(areas(boxes).min())
    shared = float(intersections(boxes[:1], boxes[1:])[0, 0])
    return smaller > 0 and shared / smaller >= MIN_OVERLAP
