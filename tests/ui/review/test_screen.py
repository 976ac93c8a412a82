"""What the page of the Review tab is answered: cards, curves, decisions, conflicts, forgeries."""

import json
from types import SimpleNamespace

import pytest

from tests.report_factory import hostile_report, make_curve, make_report
from tests.ui.conftest import three_events
from ui.review import extras
from ui.review.desk import Desk
from ui.review.extras import spoken_words
from ui.review.tab import _linked
from utils.errors import ModelUnavailableError
from utils.library.records import Review


def test_a_card_says_what_is_known_of_the_event(ask, analysed):
    card = ask("review_card", {"event_id": analysed.ids[0]})
    assert card["video"] == "drive one.mp4"
    assert card["start_s"] == pytest.approx(0.8)
    assert card["review"] is None
    assert "A white van brakes" in card["card"]
    assert card["card"].count("<figure") == 3
    assert card["card"].count('src="/media/') == 6
    assert "starts where the score reaches 0.30" in card["card"]
    assert "it is no probability" in card["card"]


def test_a_probability_and_a_forecast_are_said_only_where_they_are_known(ask, analyse):
    report = make_report()
    found = report.triggers[0]
    sure = found.model_copy(
        update={"event": found.event.model_copy(update={"probability": 0.34, "horizon_s": 2.0})}
    )
    ids = analyse(report.model_copy(update={"triggers": [sure, report.triggers[1]]})).ids
    card = ask("review_card", {"event_id": ids[0]})["card"]
    assert "Probability 34 %" in card
    assert "expected within 2 s" in card
    assert "Probability" not in ask("review_card", {"event_id": ids[1]})["card"]


def test_the_curve_keeps_its_peaks_in_whole_milliseconds(ask, analyse):
    long = make_report(score_track=make_curve(20_000.0, [12_345.67], top=0.99))
    curve = ask("review_video", {"event_id": analyse(long).ids[0]})["curve"]
    assert len(curve["times_ms"]) == len(curve["scores_pm"]) <= 40_000
    peak = curve["scores_pm"].index(max(curve["scores_pm"]))
    assert curve["scores_pm"][peak] == pytest.approx(990, abs=1)
    assert curve["times_ms"][peak] == pytest.approx(12_345_670, abs=170)


def test_the_video_is_played_in_place_with_its_own_clock(ask, analyse, video):
    report = make_report()
    facts = report.video.model_copy(update={"start_s": 1.4})
    ids = analyse(report.model_copy(update={"video": facts})).ids
    source = ask("review_video", {"event_id": ids[0]})["source"]
    assert source["kind"] == "file"
    assert source["src"].startswith("/media/")
    assert source["offset_s"] == 1.4
    assert source["note"] == ""


def test_a_video_that_is_gone_is_said_and_the_pictures_stay(ask, analysed, video):
    video.unlink()
    answer = ask("review_video", {"event_id": analysed.ids[0]})
    assert answer["source"]["src"] is None
    assert "drive one.mp4 is not at its place any more" in answer["source"]["note"]
    assert ask("review_card", {"event_id": analysed.ids[0]})["poster"].startswith("/media/")
    refused = ask("review_section", {"event_id": analysed.ids[0]})
    assert "not at its place" in refused["error"]


def test_a_video_that_changed_is_said(ask, analysed, video):
    video.write_bytes(video.read_bytes() + b"more")
    source = ask("review_video", {"event_id": analysed.ids[0]})["source"]
    assert "has changed since it was analysed" in source["note"]


def test_an_event_whose_report_is_gone_can_still_be_decided(ask, analysed):
    analysed.layout.base.unlink()
    card = ask("review_card", {"event_id": analysed.ids[0]})
    assert "No report" in card["card"]
    assert str(analysed.layout.base.parent) not in json.dumps(card)
    assert ask("review_video", {"event_id": analysed.ids[0]})["curve"] is None
    assert "saved" in decide(ask, analysed.ids[0])


def decide(ask, event_id, decision="near_miss", based_on=0, **more):
    review = {"decision": decision, **more}
    return ask("review_save", {"event_id": event_id, "review": review, "based_on": based_on})


def test_a_decision_is_saved_counted_and_told(ask, analysed, context):
    first = analysed.ids[0]
    answer = decide(ask, first, "false_alarm", reason="camera shake", notes="bump", start_s=1.5)
    assert answer["saved"]["reason"] == "camera shake"
    assert answer["counts"]["unreviewed"] == 2
    assert "camera shake" in answer["history"]
    assert "bump" in answer["history"]
    latest = context.library.reviews.latest(first)
    assert latest.review == Review("false_alarm", "camera shake", "bump", 1.5, None)
    video = ask("review_video", {"event_id": first})
    assert [event["decision"] for event in video["events"]] == [
        "false_alarm",
        "unreviewed",
        "unreviewed",
    ]


def test_a_reason_stays_with_false_alarms_only(ask, analysed):
    answer = decide(ask, analysed.ids[0], "confirmed", reason="camera shake")
    assert answer["saved"]["reason"] == ""


def test_two_windows_that_decide_differently_both_hear_of_it(ask, analysed, context):
    first = analysed.ids[0]
    theirs = context.library.reviews.save(first, Review("confirmed", notes="I was there"))
    answer = decide(ask, first, "false_alarm")
    assert answer["conflict"] is True
    assert answer["latest"]["decision"] == "confirmed"
    assert answer["latest"]["id"] == theirs.id
    assert "I was there" in answer["history"]
    assert "saved" in decide(ask, first, "false_alarm", based_on=None)
    assert len(context.library.reviews.history(first)) == 2


def test_undo_brings_back_the_decision_before_and_at_last_none(ask, analysed):
    first = analysed.ids[0]
    one = decide(ask, first, "confirmed")["saved"]
    two = decide(ask, first, "unsure", based_on=one["id"])["saved"]
    back = ask("review_undo", {"event_id": first, "saved_id": two["id"]})
    assert back["saved"]["decision"] == "confirmed"
    assert ask("review_undo", {"event_id": first, "saved_id": two["id"]})["conflict"] is True
    none = ask("review_undo", {"event_id": first, "saved_id": back["saved"]["id"]})
    assert none["saved"] is None
    assert none["counts"]["unreviewed"] == 3
    assert ask("review_card", {"event_id": first})["review"] is None


FORGED_REVIEWS = [
    {},
    None,
    [],
    {"decision": "guilty"},
    {"decision": ["confirmed"]},
    {"decision": "false_alarm", "reason": "<b>"},
    {"decision": "confirmed", "notes": "x" * 4001},
    {"decision": "confirmed", "notes": 7},
    {"decision": "confirmed", "start_s": float("nan")},
    {"decision": "confirmed", "start_s": -1.0},
    {"decision": "confirmed", "start_s": "1"},
    {"decision": "confirmed", "start_s": 5.0, "end_s": 5.0},
    {"decision": "confirmed", "start_s": 9.5},
    {"decision": "confirmed", "id": 3},
]
FORGED_NUMBERS = [None, "1", True, 1.5, [1], -1, 2**60, 999]
NEED_A_NUMBER = [
    "review_card",
    "review_video",
    "review_section",
    "review_similar",
    "review_save",
    "review_undo",
    "review_package",
    "review_speak",
]


def test_forged_reviews_are_refused_with_a_sentence(ask, analysed, context):
    first = analysed.ids[0]
    for review in FORGED_REVIEWS:
        answer = ask("review_save", {"event_id": first, "review": review, "based_on": 0})
        assert set(answer) == {"error"}, review
    assert context.library.reviews.latest(first) is None


def test_forged_numbers_are_refused_with_a_sentence(ask, analysed):
    for name in NEED_A_NUMBER:
        for number in FORGED_NUMBERS:
            values = {"event_id": number, "review": {"decision": "unsure"}, "what": "event"}
            assert set(ask(name, values)) == {"error"}, (name, number)


def test_anything_may_arrive_from_the_page(ask, analysed):
    for values in (None, [], "x", 7):
        assert "error" in ask("review_card", values)
        assert "error" in ask("review_walk", values)


def test_nothing_hostile_gets_through(ask, analyse):
    ids = analyse(hostile_report(), name="hostile").ids
    card = ask("review_card", {"event_id": ids[0]})
    decide(ask, ids[0], notes="<script>alert(1)</script>")
    history = ask("review_card", {"event_id": ids[0]})["history"]
    assert "<script" not in card["card"] + history
    assert "&lt;script" in card["card"]
    assert "&lt;script" in history


def test_similar_events_that_cannot_be_told_are_explained(ask, analysed):
    html = ask("review_similar", {"event_id": analysed.ids[0]})["html"]
    assert "<button" not in html
    assert "<p" in html


def test_each_order_goes_through_its_own_events(ask, analyse, context):
    first = analyse(three_events()).ids
    other = analyse(make_report(video=other_video()), name="other").ids
    context.library.reviews.save(first[1], Review("confirmed"))
    to_review = ask("review_walk", {"order": "to_review"})
    assert sorted(to_review["ids"]) == sorted([first[0], first[2], *other])
    assert to_review["counts"]["confirmed"] == 1
    assert ask("review_walk", {"order": "video", "event_id": first[2]})["ids"] == tuple(first)
    assert len(ask("review_walk", {"order": "all"})["ids"]) == 5


def test_an_event_that_was_asked_for_is_in_the_walk_though_it_is_decided(ask, analysed, context):
    context.library.reviews.save(analysed.ids[1], Review("confirmed"))
    walk = ask("review_walk", {"order": "to_review", "event_id": analysed.ids[1]})
    assert walk["ids"][0] == analysed.ids[1]
    assert walk["total"] == 3


def test_a_video_that_was_asked_for_begins_with_its_first_event(ask, analysed, context):
    analysis = context.library.events.get(analysed.ids[0]).analysis_id
    walk = ask("review_walk", {"order": "video", "analysis_id": analysis})
    assert walk["event_id"] == analysed.ids[0]
    assert "error" in ask("review_walk", {"order": "video", "analysis_id": 999})


def other_video():
    return make_report().video.model_copy(update={"sha256": "cd" * 32})


@pytest.mark.parametrize(
    ("query", "event_id"), [("12", 12), ("", None), ("x", None), ("-1", None), ("²", None)]
)
def test_a_link_opens_its_event(query, event_id):
    tabs, wanted = _linked(SimpleNamespace(query_params={"event": query}))
    assert wanted.get("event_id") == event_id
    assert (getattr(tabs, "selected", None) == "review") == (event_id is not None)


def test_spoken_words_name_the_moment_and_say_what_happens(context, analysed):
    opened = Desk(context).open(analysed.ids[0])
    words = spoken_words(opened, "event")
    assert words.startswith("Crash or near miss at 2.3 seconds, score 0.87. A white van")
    assert spoken_words(opened, "video") == opened.report.video_summary


def test_a_speech_engine_that_is_missing_is_said(ask, analysed, monkeypatch):
    def fail(*_):
        raise ModelUnavailableError("no audio: no speech engine (x); pip install pyttsx3")

    monkeypatch.setattr(extras, "speak", fail)
    asked = {"event_id": analysed.ids[0], "what": "event"}
    assert "no speech engine" in ask("review_speak", asked)["error"]


def test_a_section_is_made_once_and_says_which_seconds_it_holds(ask, analysed, context):
    asked = {"event_id": analysed.ids[1]}
    made = ask("review_section", asked)
    assert made["start_s"] == 0
    assert made["duration_s"] == pytest.approx(10, abs=0.15)
    assert made["offset_s"] == -made["start_s"]
    (file,) = analysed.layout.files_folder.glob("event-002-from-*.mp4")
    written = file.stat().st_mtime_ns
    assert ask("review_section", asked) == made
    assert file.stat().st_mtime_ns == written
    context.library.events.get(analysed.ids[1]).video.unlink()
    left = ask("review_section", asked)
    assert left["src"] == made["src"]
    assert "not at its place any more" in left["note"]
