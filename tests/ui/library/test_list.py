"""The list of moments and videos: search, pages, clicks, honest zero results."""

from types import SimpleNamespace

import pytest

from tests.library_factory import scored_event, write_vectors
from tests.report_factory import HOSTILE, make_answer, make_event_report
from ui.library.list_handlers import FILTERS, PAGE_ROWS, VIDEOS, ListHandlers, Listing
from ui.parts import SKIP
from utils.library.records import Review


@pytest.fixture
def lists(context, parts):
    return ListHandlers(context, parts, ["tabs", "wanted"])


@pytest.fixture
def click(lists, values):
    def make(action, **changes):
        return lists.act(values(**changes), SimpleNamespace(_data={"library": action}))

    return make


def first_event(library):
    return next(event for event in library.events.of(1) if event.number == 1)


def test_moments_are_cards_with_video_time_score_and_decision(lists, filled, values):
    event = first_event(filled)
    filled.reviews.save(event.id, Review("near_miss"))
    html = lists.narrow(values())["results"]
    assert "1–3 of 3 moments" in html
    assert f'data-library="event:{event.id}"' in html
    assert "Review monday.mp4 at 0:05.0: score 0.87, near miss" in html


def test_videos_tell_length_events_and_what_is_left_to_review(lists, filled, values):
    html = lists.change_view(values(view=VIDEOS))["results"]
    assert "1–3 of 3 videos" in html
    assert "Show the 2 events of monday.mp4" in html
    assert "1:00" in html


def test_a_video_without_events_says_how_close_it_came(lists, library, reports, values):
    library.analyses.add(reports.write("quiet"))
    row = library.analyses.get(1)
    html = " ".join(lists.change_view(values(view=VIDEOS))["results"].split())
    assert f"0 events: the highest score is {row.top_score:.2f} at " in html
    assert f"the threshold {row.threshold:.2f}" in html


def test_changing_the_view_shows_its_filters_only(lists, filled, values):
    updates = lists.change_view(values(view=VIDEOS))
    assert updates["decisions"]["visible"] is False
    assert updates["with_events"]["visible"] is True
    assert "view" not in updates


def test_an_empty_library_says_how_to_begin(lists, values):
    assert "Nothing has been analysed yet" in lists.narrow(values())["results"]


def test_videos_without_any_moment_are_no_empty_library(lists, library, reports, values):
    library.analyses.add(reports.write("quiet"))
    html = lists.narrow(values())["results"]
    assert "no score reached the threshold" in html


def test_a_search_without_a_hit_says_what_was_asked_and_how_to_widen(lists, filled, values):
    html = lists.narrow(values(text="elephant", decisions=["confirmed"]))["results"]
    assert "Asked for: “elephant” · confirmed" in html
    assert "Without that there are 3 moments" in html
    assert 'data-library="clear:0"' in html


def test_a_filter_of_no_use_leaves_the_list_and_says_why(lists, filled, values):
    updates = lists.narrow(values(since="soon"))
    assert "results" not in updates
    assert "“soon” is no date" in updates["note"]


def test_pages_go_on_and_a_new_filter_begins_at_the_first(lists, library, reports, values, click):
    library.analyses.add(reports.write("long", *(float(t) for t in range(5, 5 + PAGE_ROWS + 2))))
    second = click(f"page:{PAGE_ROWS}")
    assert f"{PAGE_ROWS + 1}–{PAGE_ROWS + 2} of {PAGE_ROWS + 2} moments" in second["results"]
    assert second["listing"].offset == PAGE_ROWS
    again = lists.narrow(values(listing=second["listing"], text="van"))
    assert again["listing"].offset == 0


def test_a_click_opens_review_with_the_list_to_walk_through(click, filled):
    wished = click(f"event:{first_event(filled).id}", event_sort="video")
    assert wished["wanted"]["event_id"] == first_event(filled).id
    walked = [filled.events.get(number) for number in wished["wanted"]["walk"]]
    assert [(e.video.name, e.number) for e in walked] == [
        ("monday.mp4", 1),
        ("monday.mp4", 2),
        ("tuesday.mp4", 1),
    ]


def test_a_video_opens_review_too(click, filled):
    assert click("analysis:2")["wanted"]["analysis_id"] == 2


def test_the_events_of_one_video(click, filled, values, lists):
    updates = click("moments:1", view=VIDEOS, text="nothing of this kind", with_events="any")
    assert updates["view"] == "Moments"
    assert "Only moments of monday.mp4" in click("moments:1")["results"]
    assert updates["listing"].analysis_id == 1
    everything = click("all:0", listing=updates["listing"])
    assert "of 3 moments" in everything["results"]


def test_moments_that_look_alike_come_first(click, library, reports):
    events = [scored_event(float(t), 0.5 + t / 100) for t in (5, 20, 40)]
    path = reports.write("drive", events=events)
    write_vectors(path, [[1, 0], [0, 1], [0.9, 0.1]])
    library.analyses.add(path)
    updates = click(f"similar:{library.events.of(1)[0].id}")
    assert "look like 0:05.0 of drive.mp4" in updates["results"]
    assert updates["results"].index("0:40.0</span>") < updates["results"].index("0:20.0</span>")


def test_a_moment_of_which_no_look_is_known_says_so_and_the_list_stays(click, filled):
    updates = click(f"similar:{first_event(filled).id}")
    assert "results" not in updates
    assert 'role="alert"' in updates["note"]


def test_clearing_resets_every_filter(click, filled):
    updates = click("clear:0", text="elephant", decisions=["confirmed"], min_score=0.9)
    assert "of 3 moments" in updates["results"]
    assert updates["text"] == ""
    assert updates["decisions"] == []
    assert set(FILTERS) <= set(updates)


def test_a_removed_video_is_gone_from_the_list_and_its_report_stays(click, filled):
    report = filled.analyses.get(1).report
    updates = click("remove:1", view=VIDEOS)
    assert "monday.mp4 was removed" in updates["note"]
    assert "of 2 videos" in updates["results"]
    assert report.is_file()


def test_removing_asks_first(lists, filled, values):
    html = lists.change_view(values(view=VIDEOS))["results"]
    assert 'data-ask="Remove monday.mp4 from the library?' in html


@pytest.mark.parametrize("action", ["event:999", "analysis:999", "remove:999", "moments:999"])
def test_what_is_no_longer_there_is_told(click, filled, action):
    assert 'role="alert"' in click(action)["note"]


@pytest.mark.parametrize(
    "action", ["event:-1", "event:x", "event:²", "event:" + "9" * 40, "drop:1", "", None, 7, {}]
)
def test_forged_clicks_do_nothing(click, filled, action):
    assert click(action) == SKIP


def test_what_videos_and_models_say_is_escaped(lists, library, reports, values):
    answer = make_answer(text=HOSTILE)
    found = make_event_report(5.0, answers=[answer])
    library.analyses.add(
        reports.write("x", events=[found], video_path=f"/footage/{HOSTILE}.mp4", name="hostile")
    )
    for view in ("Moments", VIDEOS):
        html = lists.narrow(values(view=view))["results"]
        assert "<script>" not in html
        assert "{{7*7}}" not in html
        assert "/footage" not in html


def test_choices_are_those_of_the_library(lists, filled, values):
    assert lists.refresh(values())["labels"]["choices"] == ["crash or near miss"]


def test_pages_that_hold_another_state_are_refused_quietly(lists, filled, values):
    assert lists.narrow(values(listing={"offset": 5}))["listing"] == Listing(analysed=3)
