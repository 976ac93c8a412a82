"""Links boxes of one event's keyframes into tracks: same track_id = same object. Pure.

Keyframes lie 0.2 to 0.6 s apart, so boxes of one object may hardly overlap. Where two boxes fit
about equally well, none is linked: a missing link costs a sentence, a wrong one makes it untrue.
Dims: N tracks, M boxes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from utils.boxes import areas, iou
from utils.report import Detection
from utils.road_labels import rival_group

Floats = NDArray[np.float64]

MAX_GAP_S = 1.3  # an object may be missed on one keyframe
MAX_GROWTH = 3.0  # times the length of the box, per link
CLEAR_IOU = 0.3  # so much overlap is never ambiguous
CLEAR_LEAD = 0.25  # otherwise the best pair must lead by this much
MIN_AFFINITY = 0.25


@dataclass(slots=True)
class _Track:
    number: int
    group: str
    boxes: list[Floats]
    times_s: list[float]
    closed: bool = False

    def expected(self, time_s: float) -> Floats:
        """The box at this time if its centre goes on as it went; its size is kept."""
        if len(self.boxes) < 2:
            return self.boxes[-1]
        step_s = self.times_s[-1] - self.times_s[-2]
        moved = _centre(self.boxes[-1]) - _centre(self.boxes[-2])
        ahead = min((time_s - self.times_s[-1]) / step_s, 2.0)
        return self.boxes[-1] + np.tile(moved * ahead, 2)


def link(detections: Iterable[Detection]) -> list[Detection]:
    """The same boxes in order of time with track_id set, numbered from 1 as they appear."""
    tracks: list[_Track] = []
    linked: list[Detection] = []
    ordered = sorted(detections, key=lambda d: d.time_s)
    for time_s, same_time in groupby(ordered, key=lambda d: d.time_s):
        found = list(same_time)
        boxes = np.array([d.box_xyxy_px for d in found], dtype=np.float64)
        alive = [t for t in tracks if not t.closed and time_s - t.times_s[-1] <= MAX_GAP_S]
        owners = _assign(alive, found, boxes, time_s)
        for row, detection in enumerate(found):
            track = owners.get(row)
            if track is None:
                track = _Track(len(tracks) + 1, rival_group(detection.label), [], [])
                tracks.append(track)
            track.boxes.append(boxes[row])
            track.times_s.append(time_s)
            linked.append(detection.model_copy(update={"track_id": track.number}))
    return linked


def _assign(
    tracks: list[_Track], found: list[Detection], boxes: Floats, time_s: float
) -> dict[int, _Track]:
    """Row of `found` -> its track: best pairs first, ambiguous ones left out.

    A track that had a candidate and got none is closed: were it kept, the next box at its old
    place, perhaps of another object, would pass for it.
    """
    if not tracks or not found:
        return {}
    affinity = _affinity(tracks, found, boxes, time_s)
    contested = affinity.max(axis=1) >= MIN_AFFINITY
    owners: dict[int, _Track] = {}
    overlap = iou(np.array([t.expected(time_s) for t in tracks]), boxes)
    while affinity.max() >= MIN_AFFINITY:
        n, m = np.unravel_index(int(np.argmax(affinity)), affinity.shape)
        if overlap[n, m] >= CLEAR_IOU or _leads(affinity, int(n), int(m)):
            owners[int(m)] = tracks[n]
        affinity[n, :] = affinity[:, m] = 0
    linked = {track.number for track in owners.values()}
    for track, had_candidate in zip(tracks, contested, strict=True):
        track.closed = bool(had_candidate) and track.number not in linked
    return owners


def _leads(affinity: Floats, n: int, m: int) -> bool:
    """True where the next best pair of this track or this box fits clearly worse."""
    rivals = np.concatenate([np.delete(affinity[n], m), np.delete(affinity[:, m], n)])
    return bool(rivals.max(initial=0) <= affinity[n, m] - CLEAR_LEAD)


def _affinity(tracks: list[_Track], found: list[Detection], boxes: Floats, time_s: float) -> Floats:
    """(N,M) in [0, 2]: overlap with the expected place plus nearness; 0 where they cannot match."""
    expected = np.array([t.expected(time_s) for t in tracks])
    last = np.array([t.boxes[-1] for t in tracks])
    overlap = np.maximum(iou(expected, boxes), iou(last, boxes))
    gaps_s = np.array([time_s - t.times_s[-1] for t in tracks])
    reach = 0.4 + 0.8 * gaps_s  # in box diagonals: a neighbour in a queue is about one away
    distance = np.minimum(_distance(expected, boxes), _distance(last, boxes))
    nearness = np.clip(1 - distance / reach[:, None], 0, 1)
    growth = np.sqrt(np.maximum(areas(boxes), 1)[None, :] / np.maximum(areas(last), 1)[:, None])
    fits = (growth < MAX_GROWTH) & (growth > 1 / MAX_GROWTH)
    same = np.array([[t.group == rival_group(d.label) for d in found] for t in tracks])
    return np.asarray(np.where(fits & same, overlap + nearness, 0.0))


def _distance(first: Floats, second: Floats) -> Floats:
    """Centre distances (N,M) in mean diagonals of the two boxes."""
    centres = _centre(first)[:, None] - _centre(second)[None]
    diagonals = np.hypot(*_sides(first).T)[:, None] + np.hypot(*_sides(second).T)[None]
    return np.asarray(np.hypot(centres[..., 0], centres[..., 1]) / np.maximum(diagonals / 2, 1))


def _centre(boxes: Floats) -> Floats:
    return np.asarray((boxes[..., :2] + boxes[..., 2:]) / 2)


def _sides(boxes: Floats) -> Floats:
    return np.asarray(boxes[..., 2:] - boxes[..., :2])
