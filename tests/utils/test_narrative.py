"""Descriptions and summaries without a model: specific, short, and nothing that is not measured."""

import re

import numpy as np
import pytest

from models.describers.template import TemplateDescriber
from tests.evidence_factory import (
    TIMES_S,
    box_of,
    make_event,
    make_evidence,
    make_info,
    make_keyframes,
    make_track,
    path,
)
from utils.answers import YesNo
from utils.clip import ScoreTrack
from utils.narrative import describe, summarise, what_is_seen
from utils.report import Detection
from utils.tasks import Task, description_task
from utils.wording import joined, moment, named, spoken_time

FORBIDDEN = re.compile(
    r"crash|collision|collid|accident|hits|impact|injur|fault|may have|potential|likely|probably"
)


def growing_car() -> list[Detection]:
    shares = dict(zip(TIMES_S, (0.08, 0.12, 0.31, 0.31, 0.30), strict=True))
    return path(1, {t: box_of(s) for t, s in shares.items()})


def truck_that_closes_in() -> list[Detection]:
    centres = {3.0: 0.1, 3.6: 0.1, 4.2: 0.25}
    return path(2, {t: box_of(0.06, c) for t, c in centres.items()}, "truck")


def test_a_description_says_when_what_where_and_how_it_changed() -> None:
    assert describe(make_evidence(growing_car() + truck_that_closes_in())) == (
        "Around 00:04.2 the risk score rises to 0.91 (event 00:03.5 to 00:05.1; 0.12 before it). "
        "A car in the centre fills 31 % of the picture, up from 8 % 1.2 s earlier; a truck is on "
        "the left. The boxes of the car and the truck are apart at 00:03.6 and overlap in the "
        "picture at 00:04.2; that alone does not show contact. This text follows from scores and "
        "boxes alone; no language model wrote it."
    )


def test_without_boxes_it_says_that_nobody_is_known() -> None:
    text = describe(make_evidence())
    assert "No road user is boxed on the 5 keyframes, so who is involved is not known." in text


def test_small_boxes_are_counted_per_keyframe() -> None:
    crowd = [p for n in (1, 2, 3) for p in path(n, {4.2: box_of(0.004, n / 5)})]
    assert "at most 3 cars on one keyframe" in describe(make_evidence(crowd))


def test_others_of_the_same_kind_are_called_other() -> None:
    more = path(2, {4.2: box_of(0.02, 0.2)}) + path(3, {4.2: box_of(0.02, 0.8)})
    text = describe(make_evidence(path(1, {4.2: box_of(0.2)}) + more))
    assert "another car is on the left and another car is on the right" in text


def test_objects_that_start_to_overlap_are_told_of_first() -> None:
    bus = path(3, {t: box_of(0.2, 0.85) for t in (3.0, 3.6, 4.2)}, "bus")
    still = path(1, {t: box_of(0.04, 0.4) for t in (3.6, 4.2)})
    comer = path(2, {3.6: box_of(0.04, 0.1), 4.2: box_of(0.04, 0.3)}, "motorcycle")
    text = describe(make_evidence(bus + still + comer))
    assert re.search(r"\. A (car|motorcycle) .* fills 4 % of the picture; .* a bus is", text)


def test_an_object_seen_away_from_the_peak_gets_its_time() -> None:
    text = describe(make_evidence(path(1, {5.0: box_of(0.1)}, "bus")))
    assert "At 00:05.0 a bus in the centre fills 10 % of the picture." in text


def test_a_changed_view_is_told_where_no_boxes_start_to_overlap() -> None:
    text = describe(make_evidence(keyframes=make_keyframes(light=[120, 120, 50, 50, 50])))
    assert "abruptly darker between 00:03.6 and 00:04.2" in text


def test_a_forecast_is_described_as_one() -> None:
    text = describe(make_evidence(event=make_event(horizon_s=2.0)))
    assert "the score for the 2 s ahead rises to 0.91" in text


@pytest.mark.parametrize("boxes", [[], growing_car(), growing_car() + truck_that_closes_in()])
def test_no_description_claims_more_than_was_measured(boxes: list[Detection]) -> None:
    assert not FORBIDDEN.search(describe(make_evidence(boxes)).lower())


def test_the_template_answers_the_description_and_declines_the_rest() -> None:
    describer = TemplateDescriber(frames_per_event=3)
    events = [make_evidence(), make_evidence()]
    (first,), (second,) = describer.answer(events, [description_task()])
    assert first.status == "ok"
    assert first.text == second.text == describe(make_evidence())
    question = Task("yes_no", "Was there contact?", YesNo)
    ((declined,),) = describer.answer([make_evidence()], [question])
    assert declined.status == "abstained"
    assert declined.text is None


def test_a_summary_names_the_strongest_event_first() -> None:
    events = [make_event(4.0, score=0.7), make_event(72.0, score=0.95)]
    text = summarise(make_info(80.0), make_track(), events, threshold=0.5)
    assert text.startswith(
        "2 events were found in this video of 1 minute 20 seconds. The strongest is at "
        "1 minute 12 seconds with a score of 0.95. The next is at 4 seconds with 0.70."
    )


def test_a_single_event_is_singular() -> None:
    text = summarise(make_info(), make_track(), [make_event()], threshold=0.5)
    assert text.startswith("1 event was found in this video of 20 seconds. It is at 4.2 seconds")


def test_many_events_are_counted_not_listed() -> None:
    events = [make_event(10.0 * n, score=0.5 + n / 20) for n in range(1, 8)]
    text = summarise(make_info(), make_track(), events, threshold=0.5)
    assert "; 4 more score lower." in text
    assert text.count("with 0.") == 2


def test_no_events_are_reported_with_the_highest_score() -> None:
    track = make_track(0.1)
    quiet = ScoreTrack(track.times_s, track.scores * 0.4, track.frame_indices, "fake")
    text = summarise(make_info(), quiet, [], threshold=0.5)
    assert text.startswith(
        "No event was found in this video of 20 seconds. The highest score is 0.36, "
        "at 3.9 seconds; the threshold is 0.50."
    )


def test_a_video_of_unknown_length_is_as_long_as_its_scores() -> None:
    text = summarise(make_info(None), make_track(), [], threshold=0.99)
    assert "this video of 5 seconds" in text


def test_an_unscored_video_says_so() -> None:
    empty = ScoreTrack(np.empty(0), np.empty(0), np.empty(0, dtype=np.int64), "fake")
    assert "could be scored" in summarise(make_info(), empty, [], threshold=0.5)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 30])
def test_summaries_hold_nothing_that_speech_garbles(count: int) -> None:
    events = [make_event(5.0 * n, score=0.9, horizon_s=2.0) for n in range(count)]
    text = summarise(make_info(), make_track(), events, threshold=0.5)
    assert re.fullmatch(r"[A-Za-z0-9 ,.;]+", text)
    assert len(text) < 500


@pytest.mark.parametrize(
    ("time_s", "text"),
    [(0, "00:00.0"), (4.26, "00:04.3"), (59.96, "01:00.0"), (3723.4, "1:02:03.4"), (-1, "00:00.0")],
)
def test_moments_roll_over(time_s: float, text: str) -> None:
    assert moment(time_s) == text


@pytest.mark.parametrize(
    ("time_s", "text"),
    [(0.2, "0 seconds"), (1, "1 second"), (60, "1 minute"), (3661, "1 hour 1 minute 1 second")],
)
def test_spoken_times_have_units(time_s: float, text: str) -> None:
    assert spoken_time(time_s) == text


def test_words_are_joined_as_in_a_sentence() -> None:
    assert [joined(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert named("elephant") == "an elephant"


@pytest.mark.parametrize("horizon_s", [0.0, 2.0])
def test_beside_time_and_score_only_what_is_seen_is_told(horizon_s: float) -> None:
    text = describe(make_evidence(growing_car(), event=make_event(horizon_s=horizon_s)))
    assert what_is_seen(text).startswith("A car in the centre fills 31 % of the picture")
    assert text.endswith(what_is_seen(text))


@pytest.mark.parametrize(
    "text", ["", "A white van brakes.", "Around the bend the road rises to a hill (event 3). Dark."]
)
def test_what_a_model_wrote_is_told_as_it_is(text: str) -> None:
    assert what_is_seen(text) == text
