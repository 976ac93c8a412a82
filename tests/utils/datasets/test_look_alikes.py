"""Pictures of one scene are found, also turned and under another light; others are not."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from utils.clip import Frames
from utils.datasets.look_alikes import look_alike

SIDE_PX = 96


def _scene(seed: int) -> Frames:
    """Coloured blocks, as different as two streets are."""
    blocks = np.random.default_rng(seed).integers(0, 255, (6, 6, 3), dtype=np.uint8)
    return cv2.resize(blocks, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)


def _turned(pixels: Frames, turn_deg: float) -> Frames:
    turn = cv2.getRotationMatrix2D((SIDE_PX / 2, SIDE_PX / 2), turn_deg, 1.0)
    return cv2.warpAffine(pixels, turn, (SIDE_PX, SIDE_PX))


def _save(folder: Path, name: str, pixels: Frames) -> Path:
    Image.fromarray(pixels).save(folder / name)
    return folder / name


def test_the_same_scene_is_found_turned_darker_and_with_a_car_in_it(tmp_path: Path) -> None:
    known = _save(tmp_path, "known.png", _scene(0))
    passing = _scene(0)
    passing[40:60, 30:60] = 90
    again = [
        _save(tmp_path, "same.png", _scene(0)),
        _save(tmp_path, "turned.png", _turned(_scene(0), 11.0)),
        _save(tmp_path, "dark.png", _scene(0) // 2),
        _save(tmp_path, "passing.png", passing),
    ]
    assert look_alike(again, [known]).all()


def test_other_scenes_plain_and_damaged_pictures_look_like_none(tmp_path: Path) -> None:
    known = [_save(tmp_path, f"k{n}.png", _scene(n)) for n in range(8)]
    others = [_save(tmp_path, f"o{n}.png", _scene(100 + n)) for n in range(8)]
    grey = _save(tmp_path, "grey.png", np.full((SIDE_PX, SIDE_PX, 3), 128, np.uint8))
    damaged = tmp_path / "damaged.png"
    damaged.write_bytes(b"not a picture")
    assert not look_alike([*others, grey, damaged], [*known, grey, damaged]).any()


def test_without_others_nothing_is_alike(tmp_path: Path) -> None:
    assert not look_alike([_save(tmp_path, "a.png", _scene(0))], []).any()
