"""From raw boxes to detections, the same for every detector: clip, drop, suppress, sort.

Dims: N boxes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from utils.boxes import suppress
from utils.report import Detection
from utils.road_labels import rival_group

Floats = NDArray[np.floating]

# Of 259 frames of real driving, every box as wide as the picture was the camera's own bonnet or
# the scene as a whole, none was another road user.
FULL_WIDTH = 0.97


@dataclass(frozen=True, slots=True)
class BoxSelection:
    """Rules for one frame's boxes. max_iou: above it the weaker of two rivals goes."""

    max_iou: float

    def detections(
        self,
        labels: Sequence[str],
        scores: Floats,
        boxes_xyxy_px: Floats,
        *,
        frame_size_px: tuple[int, int],
        time_s: float,
    ) -> list[Detection]:
        """Detections of one frame, best score first: scores (N,), boxes (N,4), frame (W, H)."""
        limits = np.array(frame_size_px * 2, dtype=np.float64)
        boxes = np.clip(np.asarray(boxes_xyxy_px, dtype=np.float64), 0, limits)
        narrow = np.flatnonzero(boxes[:, 2] - boxes[:, 0] < FULL_WIDTH * frame_size_px[0])
        groups = [rival_group(labels[row]) for row in narrow.tolist()]
        numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
        group_of = np.array([numbers[group] for group in groups], dtype=np.int64)
        kept = suppress(boxes[narrow], scores[narrow], group_of, max_iou=self.max_iou)
        return [
            Detection(
                label=labels[row],
                score=min(1.0, float(scores[row])),
                box_xyxy_px=tuple(boxes[row].tolist()),
                time_s=time_s,
            )
            for row in narrow[kept].tolist()
        ]
