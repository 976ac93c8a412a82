"""Which single pictures show the same scene: their middles, small, compared over small turns.

For sets whose numbers do not tell sources apart. Found by eye on the accident pictures: nearly
every pair above ALIKE is one camera's view, also where one copy was turned for augmentation.
Dims: N pictures, M others, K numbers per picture.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from utils.clip import Frames
from utils.errors import VideoError
from utils.video.frame_folder import read_picture
from utils.video.picture import resize_pixels

SIDE_PX = 64
MIDDLE = slice(12, 52)  # turned pictures have black corners outside
CELLS = 10
TURNS_DEG = range(-16, 17, 4)
ALIKE = 0.75  # correlation
CHUNK = 512

Vectors = NDArray[np.float32]


def look_alike(pictures: Sequence[Path], others: Sequence[Path]) -> NDArray[np.bool_]:
    """Whether each picture (N,) shows the scene of any of the others (M).

    Pictures that cannot be read look like none.
    """
    upright = _vectors([_thumbnail(path) for path in pictures], turn_deg=0)
    thumbnails = [_thumbnail(path) for path in others]
    highest = np.full(len(pictures), -1.0, dtype=np.float32)
    for start in range(0, len(thumbnails), CHUNK):
        for turn_deg in TURNS_DEG:
            turned = _vectors(thumbnails[start : start + CHUNK], turn_deg=turn_deg)
            np.maximum(highest, (upright @ turned.T).max(axis=1), out=highest)
    return highest > ALIKE


def _thumbnail(path: Path) -> Frames:
    try:
        return resize_pixels(read_picture(path), (SIDE_PX, SIDE_PX))
    except VideoError:
        return np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)  # correlates with nothing


def _vectors(thumbnails: Sequence[Frames], *, turn_deg: int) -> Vectors:
    """The middles (N,K) with mean 0 and length 1; a picture of one colour is all zeros."""
    turn = cv2.getRotationMatrix2D((SIDE_PX / 2, SIDE_PX / 2), turn_deg, 1.0)
    rows = np.zeros((len(thumbnails), CELLS * CELLS * 3), dtype=np.float32)
    for row, thumbnail in zip(rows, thumbnails, strict=True):
        turned = cv2.warpAffine(thumbnail, turn, (SIDE_PX, SIDE_PX)).astype(np.uint8, copy=False)
        row[:] = resize_pixels(turned[MIDDLE, MIDDLE], (CELLS, CELLS)).ravel()
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return rows
