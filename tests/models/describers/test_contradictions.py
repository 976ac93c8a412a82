"""Flags: what disagrees with boxes, times and numbers is named; what merely might is left alone."""

import pytest

from models.describers.contradictions import contradictions
from tests.evidence_factory import TIMES_S, box_of, make_evidence, path
from utils.answers import (
    CrashCause,
    CrashDescription,
    CrashPrevention,
    FreeText,
    SceneMetadata,
    TimePoint,
    TimeSpan,
    TypedAnswer,
)
from utils.evidence import Evidence, facts

CAR = dict.fromkeys(TIMES_S, box_of(0.1))


def seen(*labels: str) -> Evidence:
    """An event from 3.5 s to 5.1 s, on keyframes from 3.0 s to 5.0 s, with a box per label."""
    boxes = [box for n, label in enumerate(labels) for box in path(n, CAR, label)]
    return make_evidence(boxes)


def flags(answer: TypedAnswer | str, *labels: str) -> tuple[str, ...]:
    evidence = seen(*labels)
    answer = FreeText(text=answer) if isinstance(answer, str) else answer
    return contradictions(answer, evidence, facts(evidence))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A pedestrian crosses the road.", "names pedestrian; the boxes on the 5 keyframes"),
        ("The car stops. Two cyclists pass.", "names cyclists"),
        ("A truck hits the car, no contact is visible.", "names truck"),
        ("The pedestrian crossing the road is hit.", "names pedestrian"),
        ("A dog runs out.", "names dog"),
        ("No cyclist is there; a motorcycle is.", "names motorcycle"),
        ("The car brakes at 9.5 s.", "at 9.5 s lies outside 0.0 s to 5.1 s"),
        ("The car brakes at about 12 seconds.", "lies outside"),
        ("Impact at 01:04.3.", "01:04.3 lies outside"),
        ("The car drives at 60 km/h.", "60 km/h was not measured"),
        ("The gap is 2.5 m.", "2.5 m was not measured"),
        ("The score is 0.44.", "0.44 was not measured"),
    ],
)
def test_a_sentence_that_disagrees_is_flagged_with_its_reason(text: str, reason: str) -> None:
    (flag,) = flags(text, "car")
    assert reason in flag
    assert flag.startswith('"')
    assert flag.split('": ')[0].strip('"') in text


@pytest.mark.parametrize(
    "text",
    [
        "A car brakes hard at 4.2 s. The van behind it swerves.",
        "A vehicle closes in; the ego vehicle stops.",
        "No pedestrian, cyclist or truck is visible.",
        "Pedestrians are not visible, and there is no bus.",
        "It isn't clear whether a truck is involved.",
        "The car could have hit a pedestrian.",
        "A bus lane and a pedestrian crossing lie ahead.",
        "The ego-truck follows the car past a bus stop.",
        "It may be a truck.",
        "The score of 0.91 peaks at 4.2 s; 0.9 is high.",
        "Within 1.5 s the gap closes, for 20 seconds nothing moved.",
        "Between 3.0 and 4.6 s, or from 3.0 to 4.6 s.",
        "Frame 3 and frame 5 show 2 cars on Route 66 in 2019.",
        "The car bears left at the third light.",
        "Two cars meet between 3.0 s and 4.6 s.",
        "The clock in the picture says 10:45 pm.",
    ],
)
def test_what_may_be_true_is_left_alone(text: str) -> None:
    assert flags(text, "car") == ()


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("A truck stops.", ["bus"]),
        ("A cyclist falls.", ["car", "person"]),
        ("A motorbike falls.", ["bicycle"]),
        ("A vehicle falls.", ["motorcycle"]),
        ("A pedestrian runs.", ["Pedestrian"]),
        ("A deer runs.", ["cow"]),
        ("A pedestrian, a truck and a dog meet.", []),
    ],
)
def test_kinds_that_detectors_confuse_and_scenes_without_boxes_bear_it_out(
    text: str, labels: list[str]
) -> None:
    assert flags(text, *labels) == ()


def test_every_kind_of_answer_is_held_to_the_evidence_except_advice() -> None:
    assert len(flags(CrashDescription(text="ego-car hits a pedestrian"), "car")) == 1
    assert flags(CrashDescription(text="ego-car hits a crossing car"), "car") == ()
    evades = "Ego-car evades other vehicles, pedestrians or objects and changes lanes emergently."
    assert flags(CrashCause(text=evades), "car") == ()
    advice = "When pedestrians cross at 60 km/h, trucks must slow down."
    assert flags(CrashPrevention(text=advice), "car") == ()
    scene = SceneMetadata(caption="A truck cuts in.", event_type="near_miss")
    assert len(flags(scene, "car")) == 1


def test_times_that_no_picture_was_shown_of_are_flagged() -> None:
    assert flags(TimePoint(time_s=4.2), "car") == ()
    assert flags(TimePoint(time_s=0.2), "car") == (
        '"0.2 seconds": the pictures show 3.0 s to 5.0 s',
    )
    assert flags(TimeSpan(start_s=3.1, end_s=5.4)) == ()
    assert len(flags(TimeSpan(start_s=3.1, end_s=30.0))) == 1


def test_a_long_sentence_is_cut_and_many_flags_are_bounded() -> None:
    words = " ".join(f"A pedestrian walks {n + 20} m." for n in range(30))
    found = flags(words, "car")
    assert len(found) == 8
    assert flags("A pedestrian and a truck meet two pedestrians at 9.5 s.", "car") == (
        '"A pedestrian and a truck meet two pedestrians at 9.5 s.": names pedestrian, truck and '
        "pedestrians; the boxes on the 5 keyframes are of car; at 9.5 s lies outside 0.0 s to "
        "5.1 s, which this event covers",
    )
    (flag,) = flags("A pedestrian " + "walks and " * 60 + "stops.", "car")
    assert len(flag) < 260
