"""Boxes at any time of an event, from the boxes of its keyframes.

Between two keyframes a tracked box is interpolated along its track; a box without a neighbour is
shown only close to the keyframe on which it was seen, so that no box is ever invented.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from utils.report import Detection

NEAR_S = 0.15
MAX_SPAN_S = 1.3  # keyframes further apart are not joined; the linker's own limit


class BoxTimeline:
    """The boxes of one event, looked up by time."""

    def __init__(self, detections: Sequence[Detection]) -> None:
        self._tracks: dict[int, list[Detection]] = defaultdict(list)
        self._loose: list[Detection] = []
        for box in sorted(detections, key=lambda box: box.time_s):
            if box.track_id is None:
                self._loose.append(box)
            else:
                self._tracks[box.track_id].append(box)
        self._times_s = sorted({box.time_s for box in detections})

    def at(self, time_s: float, *, scale: float = 1.0) -> list[Detection]:
        """Boxes to draw at this time, their pixels multiplied by `scale`."""
        shown = [box for box in self._loose if self._is_near(box, time_s)]
        for track in self._tracks.values():
            shown += self._on_track(track, time_s)
        return [_moved(box, time_s, scale) for box in shown]

    def _is_near(self, box: Detection, time_s: float) -> bool:
        """True where this box's keyframe is the nearest one and close."""
        nearest = min(self._times_s, key=lambda known: abs(known - time_s))
        return box.time_s == nearest and abs(box.time_s - time_s) <= NEAR_S

    def _on_track(self, track: list[Detection], time_s: float) -> list[Detection]:
        after = bisect_right(track, time_s, key=lambda box: box.time_s)
        if 0 < after < len(track):
            first, second = track[after - 1], track[after]
            if second.time_s - first.time_s <= MAX_SPAN_S:
                return [_between(first, second, time_s)]
        return [box for box in track if self._is_near(box, time_s)]


def _between(first: Detection, second: Detection, time_s: float) -> Detection:
    """The box on the straight way from one to the other."""
    share = (time_s - first.time_s) / (second.time_s - first.time_s)
    pairs = zip(first.box_xyxy_px, second.box_xyxy_px, strict=True)
    left, top, right, bottom = (a + (b - a) * share for a, b in pairs)
    nearer = second if share > 0.5 else first
    return nearer.model_copy(update={"box_xyxy_px": (left, top, right, bottom)})


def _moved(box: Detection, time_s: float, scale: float) -> Detection:
    left, top, right, bottom = (edge * scale for edge in box.box_xyxy_px)
    return box.model_copy(update={"box_xyxy_px": (left, top, right, bottom), "time_s": time_s})
