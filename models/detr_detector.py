"""Object detection with the DETR family of transformers: DETR, Conditional, Deformable, RT-DETR ...

One class for all of them, because the Auto classes and the processors' own post-processing hide
the differences. Weights are safetensors from the disk; nothing is fetched unless that is allowed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from models.box_selection import BoxSelection
from models.device import pick_device
from utils.clip import Clip, Frames
from utils.errors import ModelUnavailableError
from utils.report import Detection
from utils.road_labels import ROAD_LABELS, wanted_classes

# Half precision moves boxes by pixels and overflows in some families, so `auto` is float32.
DTYPES = {
    "auto": torch.float32,
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
}
# Families without suppression of their own repeat an object under several class names.
SELECTION = BoxSelection(max_iou=0.7)


@dataclass(frozen=True, slots=True)
class DetrRuntime:
    """Where and how the network runs. device and dtype may be `auto`."""

    device: str = "auto"
    dtype: str = "auto"
    batch_size: int = 4
    allow_download: bool = False


class DetrDetector:
    """Boxes from any object-detection checkpoint of the DETR family.

    model: a hub id such as `facebook/detr-resnet-50`, or a folder as `save_pretrained` writes it.
    labels: names to keep in our spelling (see road_labels), None for all the model knows.
    """

    def __init__(
        self,
        model: str = "facebook/detr-resnet-50",
        *,
        min_score: float = 0.5,
        labels: Collection[str] | None = ROAD_LABELS,
        runtime: DetrRuntime | None = None,
    ) -> None:
        """Loads the weights. Raises ModelUnavailableError."""
        self.name = model
        self.min_score = min_score
        self._runtime = runtime or DetrRuntime()
        self._device = pick_device(self._runtime.device)
        self._dtype = DTYPES[self._runtime.dtype]
        self._processor, network = _load(model, self._runtime.allow_download, self._dtype)
        self._classes = _classes(model, network.config.id2label, labels)
        self._network = network.to(self._device).eval()

    def detect(self, clip: Clip) -> list[Detection]:
        """Boxes of all frames in pixels of the clip's frames, in order of time."""
        found: list[Detection] = []
        size = self._runtime.batch_size
        for start in range(0, len(clip), size):
            outcomes = self._forward(clip.frames[start : start + size])
            times_s = clip.times_s[start : start + size]
            for outcome, time_s in zip(outcomes, times_s, strict=True):
                size_px = (clip.frames.shape[2], clip.frames.shape[1])
                found += self._decode(outcome, size_px, float(time_s))
        return found

    @torch.inference_mode()
    def _forward(self, frames: Frames) -> list[dict[str, torch.Tensor]]:
        """RGB frames (B,H,W,3) -> per frame scores, labels and boxes in pixels."""
        inputs = self._processor(images=list(frames), return_tensors="pt").to(self._device)
        inputs["pixel_values"] = inputs["pixel_values"].to(self._dtype)
        outputs = self._network(**inputs)
        outputs.logits, outputs.pred_boxes = outputs.logits.float(), outputs.pred_boxes.float()
        sizes = [tuple(frames.shape[1:3])] * len(frames)
        scored: list[dict[str, torch.Tensor]] = self._processor.post_process_object_detection(
            outputs, threshold=self.min_score, target_sizes=sizes
        )
        return scored

    def _decode(
        self, outcome: Mapping[str, torch.Tensor], size_px: tuple[int, int], time_s: float
    ) -> list[Detection]:
        """One frame's outcome -> detections of the wanted classes; size_px: (W, H)."""
        numbers = outcome["labels"].cpu().numpy()
        rows = [row for row, number in enumerate(numbers) if int(number) in self._classes]
        return SELECTION.detections(
            [self._classes[int(numbers[row])] for row in rows],
            outcome["scores"].double().cpu().numpy()[rows],
            outcome["boxes"].double().cpu().numpy()[rows],
            frame_size_px=size_px,
            time_s=time_s,
        )


def _load(model: str, allow_download: bool, dtype: torch.dtype) -> tuple[Any, Any]:
    """The image processor and the network. Raises ModelUnavailableError."""
    from transformers import AutoImageProcessor, AutoModelForObjectDetection

    processors: Any = AutoImageProcessor
    if not allow_download and _looks_like_a_path(model) and not Path(model).is_dir():
        raise ModelUnavailableError(
            f"no such model folder: {model}; give a folder with config.json and model.safetensors"
        )
    common: dict[str, Any] = {"local_files_only": not allow_download, "trust_remote_code": False}
    try:
        processor = processors.from_pretrained(model, **common)
        network, loaded = AutoModelForObjectDetection.from_pretrained(
            model, dtype=dtype, use_safetensors=True, output_loading_info=True, **common
        )
    except (OSError, ValueError, ImportError, RuntimeError, SafetensorError) as error:
        raise ModelUnavailableError(_advice(model, allow_download, error)) from error
    missing = sorted(loaded["missing_keys"])
    if missing:
        raise ModelUnavailableError(
            f"{model} is incomplete: {len(missing)} weights are missing, e.g. {missing[0]}"
        )
    return processor, network


def _looks_like_a_path(model: str) -> bool:
    return model.startswith((".", "/", "~", "\\")) or model.count("/") > 1 or "\\" in model


def _advice(model: str, allow_download: bool, error: Exception) -> str:
    """What happened and what to do, in one line."""
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if Path(model).is_dir():
        return f"{model} is not a usable DETR-family checkpoint (safetensors): {reason}"
    if allow_download:
        return f"{model} could not be fetched: {reason}"
    return (
        f"the weights of {model} are not on this machine; set detector.allow_download to true "
        "once, give a local folder as detector.model, or set detector.kind to embedded"
    )


def _classes(
    model: str, names: Mapping[int, str], labels: Collection[str] | None
) -> dict[int, str]:
    """Class numbers to keep. Raises ModelUnavailableError where the model knows none of them."""
    classes = wanted_classes({int(number): name for number, name in names.items()}, labels)
    if not classes:
        known = ", ".join(sorted(set(names.values()))[:8])
        raise ModelUnavailableError(
            f"{model} knows none of the labels asked for; it knows {known} ..."
        )
    return classes
