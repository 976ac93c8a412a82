"""Abrupt changes of the whole picture between keyframes: another view, or another light.

What caused them (a cut, a jolt, a tunnel) does not follow from the pictures' correlation.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from utils.clip import Clip, Floats, Frames

# Of 839 half-second steps of real driving video, 1 % correlate less, 0.5 % change light more.
VIEW_KEPT = 0.4
LIGHT_STEP = 40.0
THUMBNAIL_PX = (32, 18)


@dataclass(frozen=True, slots=True)
class ViewChange:
    """Two neighbouring keyframes that show different pictures, or different light."""

    start_s: float
    end_s: float
    brightness: tuple[float, float]
    same_view: bool


def view_changes(keyframes: Clip) -> list[ViewChange]:
    """Steps between keyframes at which the whole view or the light changes abruptly."""
    thumbnails = [_thumbnail(frame) for frame in keyframes.frames]
    changes = []
    for row in range(1, len(thumbnails)):
        first, second = thumbnails[row - 1], thumbnails[row]
        brightness = (float(first.mean()), float(second.mean()))
        same_view = _correlation(first, second) >= VIEW_KEPT
        if not same_view or abs(brightness[1] - brightness[0]) >= LIGHT_STEP:
            start_s, end_s = keyframes.times_s[row - 1 : row + 1].tolist()
            changes.append(ViewChange(start_s, end_s, brightness, same_view))
    return changes


def _thumbnail(frame: Frames) -> Floats:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, THUMBNAIL_PX, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float64)


def _correlation(first: Floats, second: Floats) -> float:
    a, b = first - first.mean(), second - second.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / norm if norm > 1.0 else 1.0


def view_sentence(change: ViewChange, span: str) -> str:
    """The change in words; span says when, as in `between 3.8 s and 4.2 s`."""
    if not change.same_view:
        return (
            f"The picture as a whole changes {span}; a cut, a jolt or something large close to "
            "the camera does that."
        )
    dark, light = change.brightness
    verb = "brighter" if light > dark else "darker"
    return f"The picture gets abruptly {verb} {span}: mean light {dark:.0f} to {light:.0f} of 255."
