"""The embedded object detector: PicoDet-S (COCO, 416 px) run by onnxruntime on the CPU.

The weights lie in models/weights (see NOTICE there) and are checked before they are used, so a
fresh install finds objects without any download.
Dims: B frames, N = 3598 anchor points, K = 80 classes.
"""

import hashlib
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.box_selection import BoxSelection
from utils.clip import Clip, Frames
from utils.errors import ModelUnavailableError
from utils.report import Detection
from utils.road_labels import COCO_80, ROAD_LABELS, wanted_classes

WEIGHTS = Path(__file__).parent / "weights" / "picodet_s_416_coco.onnx"
WEIGHTS_SHA256 = "e379f7ea1f55a5096b47162f0ea806cde5a4f430ab458d2f9e089f61b5e0406f"
SIDE_PX = 416
# From infer_cfg.yml beside the published weights: plain resize, ImageNet mean and std, RGB.
MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32) * 255
STD = np.array([0.229, 0.224, 0.225], dtype=np.float32) * 255
SELECTION = BoxSelection(max_iou=0.5)
MAX_CANDIDATES = 400
# On 588 frames of real roads it saw 27 "trains": trucks, signs and whole scenes, never a train.
LABELS = ROAD_LABELS - {"train"}

Array = NDArray[np.float32]


class PicoDetDetector:
    """Boxes of road users from the weights that ship with the project."""

    name = "picodet-s-416-coco"

    def __init__(
        self,
        weights: Path = WEIGHTS,
        *,
        min_score: float = 0.4,
        labels: Collection[str] | None = LABELS,
        batch_size: int = 4,
    ) -> None:
        """labels: names to keep, None for all 80. Raises ModelUnavailableError."""
        self.min_score = min_score
        self.batch_size = batch_size
        self._classes = wanted_classes(dict(enumerate(COCO_80)), labels)
        self._session = _load(weights)

    def detect(self, clip: Clip) -> list[Detection]:
        """Boxes of all frames in pixels of the clip's frames, in order of time."""
        found: list[Detection] = []
        for start in range(0, len(clip), self.batch_size):
            rows = range(start, min(start + self.batch_size, len(clip)))
            images = np.stack([_network_input(clip.frames[row]) for row in rows])
            scores, boxes = self._session.run(["scores", "boxes"], {"image": images})
            for row, frame_scores, frame_boxes in zip(rows, scores, boxes, strict=True):
                size_px = (clip.frames.shape[2], clip.frames.shape[1])
                found += self._decode(frame_scores, frame_boxes, size_px, float(clip.times_s[row]))
        return found

    def _decode(
        self, scores: Array, boxes: Array, size_px: tuple[int, int], time_s: float
    ) -> list[Detection]:
        """scores (K,N), boxes (N,4) in network pixels -> detections, best score first."""
        numbers = np.array(sorted(self._classes), dtype=np.int64)
        rows, points = np.nonzero(scores[numbers] >= self.min_score)
        values = scores[numbers[rows], points]
        best = np.argsort(-values, kind="stable")[:MAX_CANDIDATES]
        scale = np.array(size_px * 2, dtype=np.float32) / SIDE_PX
        return SELECTION.detections(
            [self._classes[int(numbers[row])] for row in rows[best]],
            values[best],
            boxes[points[best]] * scale,
            frame_size_px=size_px,
            time_s=time_s,
        )


def _load(weights: Path) -> Any:
    """An inference session of verified weights. Raises ModelUnavailableError."""
    if not weights.is_file():
        raise ModelUnavailableError(
            f"the detector's weights are missing: {weights}; reinstall the project or set "
            "detector.kind to none"
        )
    content = weights.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise ModelUnavailableError(
            f"{weights} is damaged or replaced (sha256 {digest[:12]}..., expected "
            f"{WEIGHTS_SHA256[:12]}...); restore it from the project"
        )
    # Else it stores an id of this computer and reports its use to its maker (onnxruntime 1.31.1).
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelUnavailableError(
            "onnxruntime is missing; run pip install -r requirements.txt"
        ) from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _network_input(frame: Frames) -> Array:
    """RGB frame (H,W,3) -> normalised (3,416,416); the published model squeezes, no letterbox."""
    resized = cv2.resize(frame, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(((resized - MEAN) / STD).transpose(2, 0, 1))
