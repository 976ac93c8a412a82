"""Parts of the clips by property: counted always, measured from five events on."""

from tests.scored_clips import scored_clip
from utils.metrics.slices import slices

CLIPS = [
    scored_clip("crash", [0.5], 0.0, group=str(n), dataset="d", tags={"light": light}).clip
    for n, light in enumerate(["day"] * 6 + ["night"] * 3 + [""])
]


def test_clips_are_split_by_each_value() -> None:
    found = {s.value: s for s in slices(CLIPS, range(10))}
    assert {value: s.event_clips for value, s in found.items()} == {"day": 6, "night": 3}
    assert found["day"].member.tolist() == [1] * 6 + [0] * 4
    assert found["day"].key == "light"


def test_fewer_than_five_events_are_too_few() -> None:
    found = {s.value: s.large_enough for s in slices(CLIPS, range(10))}
    assert found == {"day": True, "night": False}


def test_clips_that_the_protocol_does_not_use_count_for_nothing() -> None:
    found = {s.value: s for s in slices(CLIPS, [0, 1, 6, 7])}
    assert {value: s.event_clips for value, s in found.items()} == {"day": 2, "night": 2}
    assert found["day"].member.sum() == 2


def test_normal_clips_do_not_make_a_part_large_enough() -> None:
    normal = [
        scored_clip("normal", [0.5], group=f"n{n}", tags={"light": "night"}).clip for n in range(9)
    ]
    found = {s.value: s for s in slices([*CLIPS, *normal], range(19))}
    assert (found["night"].event_clips, found["night"].normal_clips) == (3, 9)
    assert not found["night"].large_enough


def test_one_value_alone_is_no_slice() -> None:
    assert slices(CLIPS[:6], range(6)) == []
