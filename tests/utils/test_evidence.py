"""Keyframe times and the facts that follow from scores and boxes."""

from itertools import pairwise

import numpy as np
import pytest

from tests.evidence_factory import (
    TIMES_S,
    box_of,
    make_event,
    make_evidence,
    make_keyframes,
    make_track,
    path,
)
from utils.evidence import facts, keyframe_times
from utils.view_change import view_changes


@pytest.mark.parametrize("count", range(1, 9))
@pytest.mark.parametrize("peak_s", [0.0, 0.02, 0.5, 10.0, 19.9, 20.0])
def test_keyframes_rise_within_the_video_and_hold_the_peak(count: int, peak_s: float) -> None:
    times_s = keyframe_times(make_event(peak_s), count=count, last_s=20.0)
    assert 1 <= len(times_s) <= count
    assert peak_s in times_s
    assert all(0 <= t <= 20.0 for t in times_s)
    assert all(b - a > 0.03 for a, b in pairwise(times_s))


def test_keyframes_lie_before_at_and_after_the_peak() -> None:
    times_s = keyframe_times(make_event(10.0), count=5, last_s=20.0)
    assert times_s == pytest.approx([8.8, 9.4, 10.0, 10.4, 10.8])


def test_a_forecast_is_looked_at_to_the_end_of_its_horizon() -> None:
    times_s = keyframe_times(make_event(10.0, horizon_s=2.0), count=5, last_s=20.0)
    assert times_s[-1] == pytest.approx(12.0)


def test_a_peak_beyond_the_last_frame_becomes_the_last_frame() -> None:
    assert keyframe_times(make_event(9.0), count=1, last_s=8.0) == [8.0]


def test_scores_are_stated_with_the_quiet_level_before() -> None:
    lines = facts(make_evidence())
    assert lines[0] == "The score rises to 0.91 around 4.2 s; the event lasts from 3.5 s to 5.1 s."
    assert lines[1] == "In the 3.5 s before the event its median is 0.12."


def test_without_scores_before_the_event_no_quiet_level_is_claimed() -> None:
    lines = facts(make_evidence(track=make_track(start_s=3.6)))
    assert not any("median" in line for line in lines)


def test_a_forecast_is_called_one() -> None:
    lines = facts(make_evidence(event=make_event(horizon_s=2.0)))
    assert "The score is a forecast for the 2 s that follow." in lines


def test_no_boxes_are_reported_as_such() -> None:
    assert facts(make_evidence())[-1] == "No object is boxed on the 5 keyframes."


def test_a_growing_car_is_measured() -> None:
    shares = dict(zip(TIMES_S, (0.08, 0.12, 0.31, 0.30, 0.30), strict=True))
    lines = facts(make_evidence(path(2, {t: box_of(s) for t, s in shares.items()})))
    expected = (
        "Car #2 grows from 8 % to 31 % of the picture between 3.0 s and 4.2 s and stays in the "
        "centre."
    )
    assert expected in lines


def test_a_crossing_car_moves_from_side_to_side() -> None:
    centres = dict(zip(TIMES_S, (0.2, 0.35, 0.5, 0.65, 0.8), strict=True))
    lines = facts(make_evidence(path(1, {t: box_of(0.04, c) for t, c in centres.items()})))
    expected = "Car #1 fills up to 4 % of the picture and moves from the left to the right."
    assert expected in lines


def test_late_and_lost_objects_say_when() -> None:
    seen = path(3, {3.6: box_of(0.05), 4.2: box_of(0.05)}, "truck")
    line = next(line for line in facts(make_evidence(seen)) if line.startswith("Truck"))
    assert "is first found at 3.6 s and is last found at 4.2 s" in line


def test_an_object_of_one_keyframe_is_said_to_be() -> None:
    seen = path(3, {4.2: box_of(0.05, 0.2)}, "person")
    expected = "Person #3 is found at 4.2 s only: on the left, 5 % of the picture."
    assert expected in facts(make_evidence(seen))


def test_a_cut_off_object_is_marked() -> None:
    seen = path(1, {4.2: (0, 10, 60, 60), 4.6: (0, 10, 90, 80)}, "bus")
    line = next(line for line in facts(make_evidence(seen)) if line.startswith("Bus"))
    assert "touches the left edge" in line


def test_boxes_that_start_to_overlap_are_not_called_contact() -> None:
    left = path(1, {t: box_of(0.06, c) for t, c in ((3.6, 0.2), (4.2, 0.4), (4.6, 0.45))})
    right = path(2, {t: box_of(0.06, 0.6) for t in (3.6, 4.2, 4.6)}, "truck")
    lines = [line for line in facts(make_evidence(left + right)) if "overlap" in line]
    assert lines == [
        "The boxes of car #1 and truck #2 are apart at 3.6 s and overlap in the picture at 4.2 s; "
        "that alone does not show contact."
    ]


def test_boxes_that_overlap_from_the_start_are_no_fact() -> None:
    both = [p for n in (1, 2) for p in path(n, {t: box_of(0.06) for t in TIMES_S})]
    assert not any("overlap" in line for line in facts(make_evidence(both)))


def test_a_rider_and_the_machine_are_no_overlap() -> None:
    rider = path(1, {3.6: box_of(0.05, 0.2), 4.2: box_of(0.05, 0.5)}, "person")
    machine = path(2, {3.6: box_of(0.05, 0.5), 4.2: box_of(0.05, 0.5)}, "motorcycle")
    assert not any("overlap" in line for line in facts(make_evidence(rider + machine)))


def test_a_near_object_that_hides_a_far_one_is_no_overlap() -> None:
    near = path(1, {3.6: box_of(0.2, 0.25), 4.2: box_of(0.2, 0.5)})
    far = path(2, {3.6: box_of(0.01, 0.6), 4.2: box_of(0.01, 0.6)})
    assert not any("overlap" in line for line in facts(make_evidence(near + far)))


def test_many_objects_become_one_line_that_counts_per_keyframe() -> None:
    crowd = [p for n in range(1, 10) for p in path(n, {TIMES_S[n % 3]: box_of(0.02, n / 10)})]
    lines = facts(make_evidence(crowd))
    assert sum(line.startswith("Car #") for line in lines) == 6
    assert "Besides these, one keyframe shows at most" in lines[-1]


def test_traffic_lights_come_last() -> None:
    light = path(1, {t: box_of(0.2, 0.3) for t in TIMES_S}, "traffic light")
    car = path(2, {t: box_of(0.01, 0.6) for t in TIMES_S})
    objects = make_evidence(light + car).objects()
    assert [o.label for o in objects] == ["car", "traffic light"]


def test_the_commonest_label_of_a_track_wins() -> None:
    seen = path(1, {3.0: box_of(0.05), 3.6: box_of(0.05)}) + path(1, {4.2: box_of(0.05)}, "truck")
    assert make_evidence(seen).objects()[0].label == "car"


def test_the_kind_of_an_animal_is_not_claimed() -> None:
    seen = path(1, {4.2: box_of(0.05)}, "horse")
    assert make_evidence(seen).objects()[0].label == "animal"


def test_still_pictures_do_not_change() -> None:
    assert view_changes(make_keyframes()) == []


def test_a_jump_in_light_is_found_where_it_is() -> None:
    lines = facts(make_evidence(keyframes=make_keyframes(light=[120, 120, 60, 60, 60])))
    assert any("abruptly darker between 3.6 s and 4.2 s" in line for line in lines)


def test_another_view_is_found_where_it_is() -> None:
    keyframes = make_keyframes()
    frames = keyframes.frames.copy()
    frames[:3, :, :100] //= 4
    frames[3:, :, 100:] //= 4
    keyframes.frames[:] = frames
    changes = view_changes(keyframes)
    assert [(c.start_s, c.end_s, c.same_view) for c in changes] == [(4.2, 4.6, False)]


def test_evidence_without_keyframes_or_boxes_still_states_the_scores() -> None:
    lines = facts(make_evidence(keyframes=make_keyframes([])))
    assert lines[0].startswith("The score rises")
    assert lines[-1] == "No object is boxed on the 0 keyframes."


def test_untracked_boxes_are_no_objects() -> None:
    assert make_evidence(path(None, {4.2: box_of(0.1)})).objects() == []


def test_facts_are_the_same_twice() -> None:
    seen = path(1, {t: box_of(0.05 + i / 50) for i, t in enumerate(TIMES_S)})
    assert facts(make_evidence(seen)) == facts(make_evidence(seen))
    assert np.isfinite(make_evidence(seen).objects()[0].first.share)
