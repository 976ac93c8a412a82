"""Linking boxes over keyframes."""

from collections.abc import Iterable

import pytest

from tests.evidence_factory import Box, path
from utils.report import Detection
from utils.tracks import link


def ids(detections: Iterable[Detection]) -> list[tuple[float, int | None]]:
    return [(d.time_s, d.track_id) for d in link(detections)]


def shifted(box: Box, dx: float, dy: float = 0.0) -> Box:
    return (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)


NEAR: Box = (100, 100, 160, 140)


def test_a_resting_object_keeps_its_id() -> None:
    assert ids(path(None, {0.0: NEAR, 0.5: NEAR, 1.0: NEAR})) == [(0.0, 1), (0.5, 1), (1.0, 1)]


def test_a_moving_object_is_followed_without_overlap_once_its_motion_is_known() -> None:
    boxes = {0.0: NEAR, 0.5: shifted(NEAR, 40), 1.0: shifted(NEAR, 105), 1.5: shifted(NEAR, 170)}
    assert {track for _, track in ids(path(None, boxes))} == {1}


def test_a_growing_object_keeps_its_id() -> None:
    boxes = {0.0: (90, 90, 110, 110), 0.5: (80, 80, 120, 120), 1.0: (55, 55, 145, 145)}
    assert {track for _, track in ids(path(None, boxes))} == {1}


def test_two_objects_that_pass_each_other_apart_keep_their_ids() -> None:
    low, high = NEAR, shifted(NEAR, 0, 200)
    first = path(None, {0.0: low, 0.5: shifted(low, 30), 1.0: shifted(low, 60)})
    second = path(None, {0.0: high, 0.5: shifted(high, -30), 1.0: shifted(high, -60)})
    linked = link(first + second)
    by_row = {(d.box_xyxy_px[1] > 200): set() for d in linked}
    for d in linked:
        by_row[d.box_xyxy_px[1] > 200].add(d.track_id)
    assert [len(found) for found in by_row.values()] == [1, 1]
    assert len({d.track_id for d in linked}) == 2


def test_different_kinds_are_never_linked() -> None:
    boxes = path(None, {0.0: NEAR}, "person") + path(None, {0.5: NEAR}, "car")
    assert [track for _, track in ids(boxes)] == [1, 2]


def test_a_car_that_is_called_a_truck_once_stays_the_same_object() -> None:
    boxes = path(None, {0.0: NEAR, 1.0: NEAR}, "car") + path(None, {0.5: NEAR}, "truck")
    assert {track for _, track in ids(boxes)} == {1}


def test_one_missed_keyframe_is_bridged() -> None:
    assert ids(path(None, {0.0: NEAR, 1.2: NEAR})) == [(0.0, 1), (1.2, 1)]


def test_a_long_gap_starts_a_new_track() -> None:
    assert ids(path(None, {0.0: NEAR, 5.0: NEAR})) == [(0.0, 1), (5.0, 2)]


def test_a_far_jump_starts_a_new_track() -> None:
    assert ids(path(None, {0.0: NEAR, 0.5: shifted(NEAR, 400)})) == [(0.0, 1), (0.5, 2)]


def test_a_much_larger_box_at_the_same_place_is_another_object() -> None:
    assert ids(path(None, {0.0: (120, 110, 130, 120), 0.5: (50, 40, 210, 200)})) == [
        (0.0, 1),
        (0.5, 2),
    ]


def test_two_equally_good_candidates_leave_the_track_unlinked() -> None:
    later = [*path(None, {0.5: shifted(NEAR, 35)}), *path(None, {0.5: shifted(NEAR, -35)})]
    assert [track for _, track in ids([*path(None, {0.0: NEAR}), *later])] == [1, 2, 3]


def test_a_track_lost_among_rivals_is_not_taken_up_by_whatever_comes_to_its_place() -> None:
    rivals = [*path(None, {0.5: shifted(NEAR, 35)}), *path(None, {0.5: shifted(NEAR, -35)})]
    linked = link([*path(None, {0.0: NEAR}), *rivals, *path(None, {1.0: shifted(NEAR, 0, 8)})])
    assert linked[-1].track_id != 1


def test_no_frame_has_an_id_twice() -> None:
    crowd = [
        d for n in range(6) for d in path(None, {t: shifted(NEAR, 45 * n) for t in (0.0, 0.5)})
    ]
    for time_s in (0.0, 0.5):
        found = [d.track_id for d in link(crowd) if d.time_s == time_s]
        assert len(found) == len(set(found)) == 6


def test_boxes_without_area_are_accepted() -> None:
    point: Box = (10, 10, 10, 10)
    assert len(link(path(None, {0.0: point, 0.5: point}))) == 2


def test_nothing_gives_nothing() -> None:
    assert link([]) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_the_input_does_not_matter(order: tuple[int, ...]) -> None:
    boxes = path(None, {0.0: NEAR, 0.5: shifted(NEAR, 10), 1.0: shifted(NEAR, 20)})
    linked = link([boxes[i] for i in order])
    assert [(d.time_s, d.track_id) for d in linked] == [(0.0, 1), (0.5, 1), (1.0, 1)]
