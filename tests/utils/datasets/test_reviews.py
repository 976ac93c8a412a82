"""Decisions as labels: moments, what a whole video shows, and on which side it stands."""

import hashlib

import pytest

from utils.datasets.reviews import JudgedEvent, annotated_video, split_of, why_left_out


def judged(decision: str, peak_s: float = 5.0, **values: object) -> JudgedEvent:
    return JudgedEvent(decision, start_s=peak_s - 1, peak_s=peak_s, **values)


def moments(*events: JudgedEvent) -> list[tuple[float, str]]:
    return [(t.timestamp, t.label) for t in annotated_video("a.mp4", events).triggers]


@pytest.mark.parametrize(
    ("corrected_start_s", "corrected_end_s", "moment_s"),
    [
        (None, None, 5.0),
        (4.4, None, 4.4),
        (5.6, 7.0, 5.6),
        (None, 6.0, 5.0),
        (None, 4.8, 4.0),
        (4.02, None, 5.0),  # the found start, written back
        (4.02, 4.9, 4.0),
    ],
)
def test_a_corrected_start_is_the_moment_else_the_peak(
    corrected_start_s, corrected_end_s, moment_s
) -> None:
    event = judged(
        "confirmed", corrected_start_s=corrected_start_s, corrected_end_s=corrected_end_s
    )
    assert event.moment_s == moment_s


def test_crashes_and_near_misses_become_moments_in_order_and_false_alarms_none() -> None:
    events = [judged("near_miss", 8.0), judged("false_alarm", 6.0), judged("confirmed", 3.0)]
    assert moments(*events) == [(3.0, "crash"), (8.0, "near_miss")]
    assert moments(judged("false_alarm")) == []


def test_one_moment_comes_once_as_the_crash() -> None:
    assert moments(judged("confirmed"), judged("near_miss")) == [(5.0, "crash")]


def test_notes_become_the_description_on_one_line() -> None:
    (trigger,) = annotated_video("a.mp4", [judged("confirmed", notes="one\ntwo\u202e")]).triggers
    assert trigger.description == "one two"


@pytest.mark.parametrize(
    ("decisions", "reason"),
    [
        (["confirmed", "false_alarm"], ""),
        (["false_alarm"], ""),
        (["confirmed", "unreviewed", "unreviewed"], "2 of its 3 events are not reviewed"),
        (["false_alarm", "unsure"], "1 of its 2 events were judged unsure"),
        ([], "it has no event, so nobody looked at it"),
    ],
)
def test_only_a_fully_decided_video_is_a_label(decisions, reason) -> None:
    assert why_left_out([judged(decision) for decision in decisions]) == reason


def test_a_quarter_of_the_videos_validate_whatever_their_number() -> None:
    checksums = [hashlib.sha256(str(k).encode()).hexdigest() for k in range(2000)]
    sides = [split_of(checksum) for checksum in checksums]
    assert 0.22 < sides.count("val") / 2000 < 0.28
    assert set(sides) == {"train", "val"}
    assert split_of("00000004" + "f" * 56) == "val"
    assert split_of("00000005" + "f" * 56) == "train"
