"""The filter bar: raw values become filters or a sentence."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ui.library.filters import Asked, analysis_filter, asked_words, event_filter
from utils.errors import ConfigError
from utils.library.records import EventFilter


def test_nothing_chosen_narrows_nothing():
    assert event_filter(Asked(), limit=50) == EventFilter(limit=50)
    assert asked_words(Asked(), of_videos=False) == []


def test_every_choice_reaches_the_library():
    asked = Asked(
        text="  white van ",
        decisions=["confirmed"],
        labels=["crash"],
        facts=["weather: rain", "event_type: hit: rear"],
        min_score=0.5,
        since="2026-11-01",
        until="2026-11-03",
        event_sort="longest",
        analysis_id=7,
    )
    wanted = event_filter(asked, limit=10, offset=20)
    assert (wanted.text, wanted.decisions, wanted.labels) == (
        "white van",
        ("confirmed",),
        ("crash",),
    )
    assert wanted.facts == {"weather": "rain", "event_type": "hit: rear"}
    assert (wanted.min_score, wanted.sort, wanted.analysis_id) == (0.5, "longest", 7)
    assert (wanted.limit, wanted.offset) == (10, 20)
    assert wanted.since == datetime(2026, 11, 1).astimezone()
    assert wanted.until - wanted.since == timedelta(days=3)
    assert asked_words(asked, of_videos=False)[:2] == ["“white van”", "confirmed"]


@pytest.mark.parametrize(
    ("chosen", "expected"), [("any", None), ("with", True), ("without", False)]
)
def test_videos_with_or_without_events(chosen, expected):
    assert analysis_filter(Asked(with_events=chosen), limit=5).with_events is expected


@pytest.mark.parametrize(
    "change",
    [
        {"text": None},
        {"text": ["a"]},
        {"decisions": ["maybe"]},
        {"decisions": "confirmed"},
        {"labels": [3]},
        {"facts": ["weather: rain", "weather: snow"]},
        {"facts": {"weather": 3}},
        {"min_score": 2},
        {"min_score": float("nan")},
        {"min_score": True},
        {"since": "yesterday"},
        {"until": 20261101},
        {"until": "9999-12-31"},
        {"event_sort": "random()"},
        {"event_sort": ["score"]},
        {"analysis_id": "1 OR 1"},
        {"analysis_id": -1},
        {"analysis_id": 2**70},
    ],
)
def test_forged_values_are_refused(change):
    with pytest.raises(ConfigError):
        event_filter(replace(Asked(), **change), limit=50)


@pytest.mark.parametrize("limit", [0, -1, 501, 1.5, float("inf"), "5", None, True])
def test_a_page_has_its_limits(limit):
    with pytest.raises(ConfigError):
        event_filter(Asked(), limit=limit)
