"""What is drawn on frames, and what is left alone."""

import numpy as np
import pytest

from tests.evidence_factory import Box
from utils.clip import Frames
from utils.overlay import PALETTE, colour_of, draw, label_of
from utils.report import Detection


def plain(width_px: int = 640, height_px: int = 360, level: int = 128) -> Frames:
    return np.full((height_px, width_px, 3), level, dtype=np.uint8)


def car(box: Box = (200, 120, 400, 300), **changes: object) -> Detection:
    values = {"label": "car", "score": 0.91, "box_xyxy_px": box, "time_s": 1.0, "track_id": 2}
    return Detection.model_validate(values | changes)


def changed(frame: Frames, drawn: Frames) -> np.ndarray:
    return np.any(frame != drawn, axis=2)


def test_the_frame_given_is_left_alone() -> None:
    frame = plain()
    drawn = draw(frame, [car()], time_s=1.0, score=0.9, title="Event 1")
    assert np.array_equal(frame, plain())
    assert drawn.shape == frame.shape
    assert drawn.dtype == np.uint8


def test_nothing_to_draw_gives_an_equal_copy() -> None:
    frame = plain()
    drawn = draw(frame)
    assert np.array_equal(frame, drawn)
    assert drawn is not frame


def test_the_outline_lies_on_the_box_in_its_colour() -> None:
    drawn = draw(plain(), [car()])
    for y, x in ((200, 200), (200, 400), (300, 300)):
        assert tuple(drawn[y, x]) == colour_of(car())
    assert not changed(plain(), drawn)[150:270, 230:370].any()


def test_the_bar_is_as_long_as_the_score() -> None:
    drawn = draw(plain(), score=0.25, time_s=2.0)
    rows = [row for row in drawn if tuple(row[0]) == PALETTE[0]]
    assert rows
    filled = int(np.sum(np.all(rows[0] == PALETTE[0], axis=1)))
    assert filled == 160


@pytest.mark.parametrize("size_px", [(320, 180), (180, 320), (1280, 720), (3840, 2160), (16, 16)])
def test_every_size_can_be_drawn_on(size_px: tuple[int, int]) -> None:
    width, height = size_px
    box = (width * 0.3, height * 0.4, width * 0.6, height * 0.8)
    drawn = draw(plain(*size_px), [car(box)], time_s=61.2, score=1.0, title="Event 12 of 40 " * 3)
    assert drawn.shape == (height, width, 3)
    assert changed(plain(*size_px), drawn).any()


def test_text_grows_with_the_picture() -> None:
    heights = []
    for width, height in ((640, 360), (1920, 1080), (3840, 2160)):
        drawn = draw(plain(width, height), time_s=1.0)
        heights.append(int(changed(plain(width, height), drawn).any(axis=1).sum()))
    assert heights == sorted(set(heights))


def test_boxes_at_and_beyond_the_edges_are_accepted() -> None:
    boxes = [(-50, -50, 30, 30), (600, 340, 700, 400), (0, 0, 640, 360), (5, 5, 5, 5)]
    assert draw(plain(), [car(b) for b in boxes]).shape == (360, 640, 3)


def test_a_crowd_of_overlapping_boxes_can_be_drawn() -> None:
    crowd = [car((x, 200, x + 40, 240), track_id=x) for x in range(50, 500, 25)]
    drawn = draw(plain(), crowd)
    assert drawn.shape == (360, 640, 3)


def test_untracked_boxes_are_grey_and_have_no_number() -> None:
    loose = car(track_id=None)
    assert label_of(loose) == "car 0.91"
    assert len(set(colour_of(loose))) == 1
    assert label_of(car()) == "car #2 0.91"
    assert label_of(car(), brief=True) == "car #2"


def test_neighbouring_tracks_differ_in_colour() -> None:
    colours = [colour_of(car(track_id=n)) for n in range(1, 8)]
    assert len(set(colours)) == 7
