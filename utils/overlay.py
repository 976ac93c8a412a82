"""Boxes, score and time drawn on a copy of a frame, legible from 320 px to 4K.

Colours are Okabe and Ito's palette, told apart with any kind of colour vision; text stands on a
filled chip in black or white, whichever contrasts more. RGB throughout.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from utils.clip import Frames
from utils.report import Detection
from utils.wording import moment

Colour = tuple[int, int, int]
Rectangle = tuple[int, int, int, int]

PALETTE: tuple[Colour, ...] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)
UNTRACKED: Colour = (200, 200, 200)
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
FONT = cv2.FONT_HERSHEY_SIMPLEX
BAND_SHADE = 0.35  # the picture's share of light under the top band
MAX_LABELS = 12
BRIEF_BELOW_PX = 270


@dataclass(slots=True)
class _Canvas:
    """The copy that is drawn on, its measures, and the chips that were placed so far."""

    frame: Frames
    text_scale: float
    stroke: int
    taken: list[Rectangle] = field(default_factory=list)

    def measure(self, text: str) -> tuple[int, int, int]:
        """Width, height and padding of a text, pixels."""
        (width, height), below = cv2.getTextSize(text, FONT, self.text_scale, self.stroke)
        return width, height + below, max(2, height // 3)


def draw(
    frame: Frames,
    detections: Sequence[Detection] = (),
    *,
    time_s: float | None = None,
    score: float | None = None,
    title: str = "",
) -> Frames:
    """A copy of frame (H,W,3) with the boxes given and a band with title, time and score on top.

    Boxes are taken as they are, in pixels of this frame; pick those of the frame's time first.
    """
    short = min(frame.shape[:2])
    canvas = _Canvas(frame.copy(), max(0.38, short / 1080 * 0.9), max(1, round(short / 540)))
    _band(canvas, _header(title, time_s, score), score)
    by_area = sorted(detections, key=_area, reverse=True)
    for detection in by_area:
        _box(canvas, detection)
    for detection in by_area[:MAX_LABELS]:
        _label(canvas, detection)
    return canvas.frame


def colour_of(detection: Detection) -> Colour:
    """One colour per track, grey where no track is known."""
    if detection.track_id is None:
        return UNTRACKED
    return PALETTE[(detection.track_id - 1) % len(PALETTE)]


def label_of(detection: Detection, *, brief: bool = False) -> str:
    """What stands at the box: `car #2 0.91`; brief leaves the score out."""
    track = "" if detection.track_id is None else f" #{detection.track_id}"
    score = "" if brief else f" {detection.score:.2f}"
    return f"{detection.label}{track}{score}"


def _header(title: str, time_s: float | None, score: float | None) -> str:
    parts = [title] if title else []
    if time_s is not None:
        parts.append(moment(time_s))
    if score is not None:
        parts.append(f"score {score:.2f}")
    return "  ".join(parts)


def _area(detection: Detection) -> float:
    left, top, right, bottom = detection.box_xyxy_px
    return (right - left) * (bottom - top)


def _band(canvas: _Canvas, text: str, score: float | None) -> None:
    """The darkened top band with its text and, under it, the score as a bar."""
    if not text:
        return
    text = _fitted(canvas, text)
    _, height, pad = canvas.measure(text)
    bar = max(2, pad)
    band = canvas.frame[: height + 2 * pad]
    band[:] = (band * BAND_SHADE).astype(np.uint8)
    below = canvas.measure("g")[1] // 4
    _write(canvas, text, (pad * 2, pad + height - below), WHITE)
    end = band.shape[0]
    if score is not None:
        filled = round(canvas.frame.shape[1] * min(max(score, 0.0), 1.0))
        canvas.frame[end : end + bar] = BLACK
        canvas.frame[end : end + bar, :filled] = PALETTE[0]
    canvas.taken.append((0, 0, canvas.frame.shape[1], end + bar))


def _fitted(canvas: _Canvas, text: str) -> str:
    """The text, cut at its front so that time and score stay, to fit the width."""
    room = canvas.frame.shape[1] - 4 * canvas.measure(text)[2]
    shown = text
    while len(shown) > 8 and canvas.measure(shown)[0] > room:
        text = text[1:]
        shown = "..." + text
    return shown


def _box(canvas: _Canvas, detection: Detection) -> None:
    """The outline with a dark rim, so that it shows on light and on dark."""
    left, top, right, bottom = (round(v) for v in detection.box_xyxy_px)
    thickness = canvas.stroke * 2
    for colour, width in (
        (BLACK, thickness + 2 * canvas.stroke),
        (colour_of(detection), thickness),
    ):
        cv2.rectangle(canvas.frame, (left, top), (right, bottom), colour, width)


def _label(canvas: _Canvas, detection: Detection) -> None:
    """The chip with the label at the first free place: above, inside, below; else none."""
    text = label_of(detection, brief=min(canvas.frame.shape[:2]) < BRIEF_BELOW_PX)
    width, height, pad = canvas.measure(text)
    rows, columns = canvas.frame.shape[:2]
    left, top, _, bottom = (round(v) for v in detection.box_xyxy_px)
    chip_w, chip_h = width + 2 * pad, height + pad
    x = min(max(0, left), max(0, columns - chip_w))
    for y in (top - chip_h, top, bottom, bottom - chip_h):
        chip = (x, y, x + chip_w, y + chip_h)
        if y < 0 or y + chip_h > rows or any(_touch(chip, other) for other in canvas.taken):
            continue
        canvas.taken.append(chip)
        colour = colour_of(detection)
        cv2.rectangle(canvas.frame, chip[:2], (chip[2] - 1, chip[3] - 1), colour, -1)
        baseline = y + chip_h - pad // 2 - canvas.measure("g")[1] // 4
        _write(canvas, text, (x + pad, baseline), _contrasting(colour))
        return


def _write(canvas: _Canvas, text: str, origin: tuple[int, int], colour: Colour) -> None:
    cv2.putText(
        canvas.frame, text, origin, FONT, canvas.text_scale, colour, canvas.stroke, cv2.LINE_AA
    )


def _touch(first: Rectangle, second: Rectangle) -> bool:
    apart_x = first[2] <= second[0] or second[2] <= first[0]
    apart_y = first[3] <= second[1] or second[3] <= first[1]
    return not (apart_x or apart_y)


def _contrasting(colour: Colour) -> Colour:
    """Black or white, whichever contrasts more by WCAG's relative luminance."""
    share = np.array(colour) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ np.array([0.2126, 0.7152, 0.0722]))
    return BLACK if (luminance + 0.05) ** 2 > 1.05 * 0.05 else WHITE
