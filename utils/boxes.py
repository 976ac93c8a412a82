"""Geometry of boxes as arrays: overlap, area and the suppression of doubles. Pure NumPy.

A box is left, top, right, bottom (xyxy). Dims: N, M boxes.
"""

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.floating]


def areas(boxes_xyxy: Boxes) -> Boxes:
    """Areas of boxes (N,4) -> (N,); an empty or reversed box has none."""
    sides = np.clip(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], 0, None)
    return np.asarray(sides[:, 0] * sides[:, 1])


def iou(first_xyxy: Boxes, second_xyxy: Boxes) -> Boxes:
    """Intersection over union of every pair: (N,4), (M,4) -> (N,M) in [0, 1]."""
    shared = intersections(first_xyxy, second_xyxy)
    union = areas(first_xyxy)[:, None] + areas(second_xyxy)[None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def intersections(first_xyxy: Boxes, second_xyxy: Boxes) -> Boxes:
    """Shared area of every pair: (N,4), (M,4) -> (N,M)."""
    low = np.maximum(first_xyxy[:, None, :2], second_xyxy[None, :, :2])
    high = np.minimum(first_xyxy[:, None, 2:], second_xyxy[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    return np.asarray(sides[..., 0] * sides[..., 1])


def suppress(
    boxes_xyxy: Boxes, scores: Boxes, groups: NDArray[np.int64], *, max_iou: float
) -> list[int]:
    """Rows to keep, best score first: no two of one group overlap by more than max_iou.

    boxes_xyxy (N,4), scores (N,), groups (N,). Greedy hard non-maximum suppression.
    """
    overlap = iou(boxes_xyxy, boxes_xyxy)
    rivals = (overlap > max_iou) & (groups[:, None] == groups[None, :])
    kept: list[int] = []
    alive = np.ones(len(scores), dtype=bool)
    for row in np.argsort(-scores, kind="stable").tolist():
        if alive[row]:
            kept.append(row)
            alive &= ~rivals[row]
    return kept
