"""One contract for every detector, over the embedded one and tiny DETR-family checkpoints."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from models.box_selection import BoxSelection
from models.detr_detector import DetrDetector, DetrRuntime
from models.interfaces import Detector
from models.picodet_detector import WEIGHTS, PicoDetDetector
from tests.conftest import ROOT
from tests.tiny_detectors import DETR_FAMILY, tiny_detr
from utils.boxes import iou
from utils.clip import Clip, Frames, VideoInfo
from utils.errors import ModelUnavailableError
from utils.road_labels import COCO_80, ROAD_LABELS, road_name

WIDTH_PX, HEIGHT_PX = 160, 96


def clip_of(count: int, *, width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX) -> Clip:
    """Frames of coarse random blocks, half a second apart."""
    random = np.random.default_rng(7)
    blocks = random.integers(0, 256, (count, 6, 8, 3), dtype=np.uint8)
    frames = blocks.repeat(height_px // 6, axis=1).repeat(width_px // 8, axis=2)
    info = VideoInfo(Path("blocks.mp4"), frames.shape[2], frames.shape[1], None, None)
    return Clip(frames, np.arange(count) * 0.5, np.arange(count) * 15, info)


def clip_with(frame: Frames) -> Clip:
    info = VideoInfo(Path("still.mp4"), frame.shape[1], frame.shape[0], None, None)
    return Clip(frame[None], np.zeros(1), np.zeros(1, dtype=np.int64), info)


def stop_sign(width_px: int, height_px: int, centre: tuple[int, int], radius: int) -> Frames:
    """A red octagon with its word on a pole, before sky and road: RGB."""
    frame = np.full((height_px, width_px, 3), (150, 180, 210), dtype=np.uint8)
    frame[height_px * 2 // 3 :] = 90
    x, y = centre
    cv2.rectangle(frame, (x - 4, y), (x + 4, height_px * 3 // 4), (120, 120, 120), -1)
    angles = np.deg2rad(np.arange(8) * 45 + 22.5)
    unit = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for share, colour in ((1.0, (255, 255, 255)), (0.93, (190, 20, 30))):
        cv2.fillPoly(frame, [np.int32(np.array(centre) + unit * radius * share)], colour)
    origin = (int(x - 0.72 * radius), int(y + 0.22 * radius))
    stroke = max(1, radius // 14)
    cv2.putText(frame, "STOP", origin, 0, radius * 0.0124, (255, 255, 255), stroke, cv2.LINE_AA)
    return frame


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small lose more to waiting threads than they gain."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def family(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in made:
            made[name] = DETR_FAMILY[name](tmp_path_factory.mktemp(name))
        return made[name]

    return folder


@pytest.fixture(scope="module", params=["picodet", *DETR_FAMILY])
def detector(request: pytest.FixtureRequest, family: Callable[[str], Path]) -> Detector:
    """Thresholds low enough that random input gives boxes."""
    if request.param == "picodet":
        return PicoDetDetector(min_score=0.02, batch_size=2)
    runtime = DetrRuntime(device="cpu", batch_size=2)
    return DetrDetector(str(family(request.param)), min_score=0.01, runtime=runtime)


def test_boxes_lie_inside_the_frame_and_carry_its_time(detector: Detector) -> None:
    clip = clip_of(3)
    found = detector.detect(clip)
    assert found
    for box in found:
        left, top, right, bottom = box.box_xyxy_px
        assert 0 <= left <= right <= WIDTH_PX
        assert 0 <= top <= bottom <= HEIGHT_PX
        assert box.time_s in clip.times_s
        assert box.track_id is None
        assert box.label in ROAD_LABELS


def test_times_rise_and_scores_fall_within_a_frame(detector: Detector) -> None:
    found = detector.detect(clip_of(3))
    assert [b.time_s for b in found] == sorted(b.time_s for b in found)
    for time_s in {b.time_s for b in found}:
        scores = [b.score for b in found if b.time_s == time_s]
        assert scores == sorted(scores, reverse=True)


def test_batched_frames_give_the_boxes_of_single_frames(detector: Detector) -> None:
    clip = clip_of(3)
    batched = detector.detect(clip)
    single = [box for row in range(3) for box in detector.detect(clip.take([row]))]
    assert [b.label for b in batched] == [b.label for b in single]
    for one, other in zip(batched, single, strict=True):
        assert one.box_xyxy_px == pytest.approx(other.box_xyxy_px, abs=0.05)
        assert one.score == pytest.approx(other.score, abs=1e-3)


def test_an_empty_clip_gives_no_boxes(detector: Detector) -> None:
    assert detector.detect(clip_of(2).take([])) == []


def test_odd_frame_sizes_are_accepted(detector: Detector) -> None:
    for width_px, height_px in ((88, 192), (640, 96)):
        clip = clip_of(1, width_px=width_px, height_px=height_px)
        for box in detector.detect(clip):
            assert box.box_xyxy_px[2] <= width_px
            assert box.box_xyxy_px[3] <= height_px


def test_the_embedded_detector_finds_nothing_on_plain_grey() -> None:
    assert PicoDetDetector().detect(clip_with(np.full((90, 160, 3), 128, dtype=np.uint8))) == []


@pytest.mark.parametrize(
    ("width_px", "height_px", "centre", "radius"),
    [(640, 360, (420, 150), 50), (1280, 720, (840, 300), 100), (360, 640, (200, 200), 50)],
)
def test_the_embedded_detector_finds_a_drawn_stop_sign_where_it_is(
    width_px: int, height_px: int, centre: tuple[int, int], radius: int
) -> None:
    frame = stop_sign(width_px, height_px, centre, radius)
    found = PicoDetDetector().detect(clip_with(frame))
    assert [b.label for b in found] == ["stop sign"]
    (x, y), reach = centre, radius * np.cos(np.pi / 8)
    truth = np.array([[x - reach, y - reach, x + reach, y + reach]])
    assert iou(truth, np.array([found[0].box_xyxy_px]))[0, 0] > 0.9


def test_a_box_as_wide_as_the_picture_is_the_cameras_own_bonnet() -> None:
    boxes = np.array([[1, 60, 159, 96], [20, 20, 60, 60]])
    kept = BoxSelection(max_iou=0.5).detections(
        ["car", "car"], np.array([0.9, 0.6]), boxes, frame_size_px=(160, 96), time_s=2.0
    )
    assert [b.box_xyxy_px for b in kept] == [(20, 20, 60, 60)]


def test_a_car_is_not_also_a_truck_but_a_rider_sits_on_a_motorcycle() -> None:
    box = [20, 20, 60, 60]
    labels = ["truck", "car", "person", "motorcycle"]
    kept = BoxSelection(max_iou=0.5).detections(
        labels,
        np.array([0.5, 0.8, 0.6, 0.7]),
        np.array([box] * 4),
        frame_size_px=(160, 96),
        time_s=0.0,
    )
    assert [b.label for b in kept] == ["car", "motorcycle", "person"]


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    copy = tmp_path / "weights.onnx"
    copy.write_bytes(WEIGHTS.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelUnavailableError, match="damaged or replaced"):
        PicoDetDetector(copy)


def test_missing_weights_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="reinstall"):
        PicoDetDetector(tmp_path / "none.onnx")


def test_an_unknown_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="no such model folder"):
        DetrDetector(str(tmp_path / "none"))


def test_a_model_that_is_not_on_disk_is_not_fetched() -> None:
    with pytest.raises(ModelUnavailableError, match="allow_download"):
        DetrDetector("nobody/no-such-detector")


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    folder = tiny_detr(tmp_path / "detr")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelUnavailableError, match="not a usable"):
        DetrDetector(str(folder))


def test_truncated_weights_are_refused(tmp_path: Path) -> None:
    folder = tiny_detr(tmp_path / "detr")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(ModelUnavailableError, match="not a usable"):
        DetrDetector(str(folder))


def test_missing_tensors_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = tiny_detr(tmp_path / "detr")
    weights = folder / "model.safetensors"
    tensors = load_file(weights)
    save_file(
        {name: t for name, t in tensors.items() if "class_labels" not in name},
        weights,
        metadata={"format": "pt"},
    )
    with pytest.raises(ModelUnavailableError, match="incomplete"):
        DetrDetector(str(folder))


def test_a_model_without_any_wanted_label_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="none of the labels"):
        DetrDetector(str(tiny_detr(tmp_path / "detr")), labels={"unicorn"})


def test_labels_none_keeps_every_class(family: Callable[[str], Path]) -> None:
    folder = str(family("conditional_detr"))
    kept = {b.label for b in DetrDetector(folder, min_score=0.01).detect(clip_of(2))}
    every = {b.label for b in DetrDetector(folder, min_score=0.01, labels=None).detect(clip_of(2))}
    assert "toaster" not in kept
    assert kept <= every


@pytest.mark.parametrize(
    ("label", "name"),
    [("motorbike", "motorcycle"), ("Traffic_Light", "traffic light"), ("Pedestrian", "person")],
)
def test_labels_get_one_spelling(label: str, name: str) -> None:
    assert road_name(label) == name


def test_every_road_label_is_known_to_the_embedded_detector() -> None:
    assert set(COCO_80) >= ROAD_LABELS
    assert len(COCO_80) == len(set(COCO_80)) == 80


def test_onnxruntime_keeps_no_record_of_its_use(tmp_path: Path) -> None:
    """Its reports to its maker begin with an id and a database in the user's cache folder."""
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    code = "from models.picodet_detector import PicoDetDetector; PicoDetDetector()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
    assert [path for path in tmp_path.rglob("*") if "onnx" in path.name.lower()] == []
