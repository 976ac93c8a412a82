from datetime import timedelta

import pytest

from tests.library_factory import START, scored_event
from tests.report_factory import make_answer, make_event_report
from utils.errors import LibraryError
from utils.library.records import EventFilter, Review
from utils.report import Keyframe
from utils.scene_metadata import SceneMetadata


def described(peak_s, text, **facts):
    """An event with a description and categories of its scene."""
    scene = SceneMetadata(caption="A road.", event_type="unknown").model_copy(update=facts)
    answers = [
        make_answer(text=text),
        make_answer(task="metadata", text="{}", value=scene.to_output()),
    ]
    return make_event_report(peak_s, answers=answers)


@pytest.fixture
def filled(library, reports):
    """Two videos: `a` with events at 10, 20 and 30 s, `b` with one at 5 s."""
    reports_of = {
        "a": [
            scored_event(10.0, 0.5, end_s=14.0),
            scored_event(20.0, 0.9, label="collision within 2 s"),
            scored_event(30.0, 0.7),
        ],
        "b": [scored_event(5.0, 0.6, end_s=6.5)],
    }
    for video, events in reports_of.items():
        library.analyses.add(reports.write(video, events=events))
    return library


@pytest.fixture
def told(library, reports):
    """Three described events, in order of their ids."""
    events = [
        described(10.0, "A cyclist crosses.", weather="rain", driving_setting=("urban", "bridge")),
        described(20.0, "A bus brakes hard.", weather="rain", driving_setting=("highway",)),
        described(30.0, "A bus, a bus, again a bus.", weather="snow", driving_setting=("urban",)),
    ]
    library.analyses.add(reports.write("Île-de-France_2026", events=events))
    return library


def peaks(library, **wanted):
    page = library.events.find(EventFilter(**wanted))
    assert page.total == len(page.rows)
    return [row.peak_s for row in page.rows]


def test_an_event_says_what_its_report_says(library, reports):
    event = scored_event(10.0, 0.5, probability=0.25, label="crash")
    picture = Keyframe(time_s=10.0, frame_index=300, image="files/1.jpg")
    event = event.model_copy(update={"keyframes": [picture]})
    path = reports.write("drive", events=[event])
    analysis = library.analyses.add(path)
    (found,) = library.events.of(analysis.id)
    assert (found.number, found.start_s, found.end_s, found.peak_s) == (1, 8.5, 11.0, 10.0)
    assert (found.score, found.probability, found.label) == (0.5, 0.25, "crash")
    assert (found.report, found.video) == (path, analysis.video)
    assert found.thumbnail == analysis.thumbnail == path.parent / "files" / "1.jpg"
    assert (found.decision, found.facts, found.similarity) == ("unreviewed", {}, None)
    assert library.events.get(found.id) == found


def test_facts_are_text_and_lists_of_them_are_joined(told):
    assert told.events.get(1).facts == {"driving_setting": "urban; bridge", "weather": "rain"}
    assert told.events.facts() == {
        "driving_setting": ["bridge", "highway", "urban"],
        "weather": ["rain", "snow"],
    }


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("score", [20.0, 30.0, 5.0, 10.0]),
        ("newest", [5.0, 10.0, 20.0, 30.0]),
        ("video", [10.0, 20.0, 30.0, 5.0]),
        ("longest", [10.0, 5.0, 20.0, 30.0]),
    ],
)
def test_events_are_listed_in_the_asked_order(filled, sort, expected):
    assert peaks(filled, sort=sort) == expected


def test_the_last_reviewed_comes_first_and_the_unreviewed_last(filled):
    for event_id in (3, 1, 4, 3):
        filled.reviews.save(event_id, Review("unsure"))
    filled.reviews.save(2, Review("confirmed"))
    filled.reviews.undo(2)
    assert peaks(filled, sort="reviewed") == [30.0, 5.0, 10.0, 20.0]


def test_an_unknown_order_is_refused(filled):
    with pytest.raises(LibraryError, match="no order 'best'"):
        filled.events.find(EventFilter(sort="best"))


def test_events_are_listed_part_by_part(filled):
    page = filled.events.find(EventFilter(limit=2, offset=1))
    same = ([event.id for event in page.rows], page.total)
    assert filled.events.find_ids(EventFilter(limit=2, offset=1)) == same
    assert ([row.peak_s for row in page.rows], page.total) == ([30.0, 5.0], 4)
    assert filled.events.find(EventFilter(offset=10**30)).rows == ()
    assert len(filled.events.find(EventFilter(limit=10**30)).rows) == 4


def test_events_are_narrowed_by_what_is_asked(filled):
    filled.reviews.save(1, Review("confirmed"))
    filled.reviews.save(2, Review("unsure"))
    assert peaks(filled, decisions=("confirmed", "unsure")) == [20.0, 10.0]
    assert peaks(filled, decisions=("unreviewed",)) == [30.0, 5.0]
    assert peaks(filled, decisions=("nonsense",)) == []
    assert peaks(filled, labels=("collision within 2 s",)) == [20.0]
    assert peaks(filled, min_score=0.6) == [20.0, 30.0, 5.0]
    assert peaks(filled, analysis_id=2) == [5.0]
    assert peaks(filled, since=START + timedelta(hours=2)) == [5.0]
    assert peaks(filled, until=START + timedelta(hours=2), min_score=0.6) == [20.0, 30.0]


def test_an_analysis_that_cannot_be_is_a_message(filled):
    with pytest.raises(LibraryError, match="no analysis of the library"):
        filled.events.find(EventFilter(analysis_id=-1))


def test_events_of_an_older_analysis_are_listed_only_for_it(filled, reports):
    filled.analyses.add(reports.write("a", 50.0))
    assert peaks(filled, sort="video") == [50.0, 5.0]
    assert peaks(filled, analysis_id=1, sort="video") == [10.0, 20.0, 30.0]


def test_facts_narrow_and_several_must_all_hold(told):
    assert peaks(told, facts={"weather": "rain"}) == [10.0, 20.0]
    assert peaks(told, facts={"weather": "rain", "driving_setting": "urban"}) == [10.0]
    assert peaks(told, facts={"driving_setting": "urban; bridge"}) == [10.0]
    assert peaks(told, facts={"weather": "fog"}) == []
    assert peaks(told, facts={"x' OR 1=1 --": "\ud800"}) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cyclist", [10.0]),
        ("CYCL", [10.0]),
        ("bus brakes", [20.0]),
        ("bridge", [10.0]),
        ("snow", [30.0]),
        ("ile france", [10.0, 20.0, 30.0]),
        ("lorry", []),
        ("***", [10.0, 20.0, 30.0]),
    ],
)
def test_words_are_found_in_description_facts_and_name(told, text, expected):
    assert sorted(peaks(told, text=text)) == expected


def test_the_best_match_comes_first_unless_another_order_is_asked(told):
    assert peaks(told, text="bus") == [30.0, 20.0]
    assert peaks(told, text="bus", sort="video") == [20.0, 30.0]


def test_words_of_the_latest_review_are_found_and_of_older_ones_not(told):
    told.reviews.save(1, Review("false_alarm", reason="shadow", notes="of a tree"))
    assert peaks(told, text="shadow tree") == [10.0]
    told.reviews.save(1, Review("confirmed", notes="Glätte"))
    assert peaks(told, text="glatte") == [10.0]
    assert peaks(told, text="shadow") == []
    told.reviews.undo(1)
    assert peaks(told, text="shadow") == [10.0]


def test_a_search_can_be_narrowed(told):
    told.reviews.save(2, Review("near_miss"))
    assert peaks(told, text="bus", decisions=("near_miss",), facts={"weather": "rain"}) == [20.0]


def test_a_forgotten_event_is_not_found(told):
    told.analyses.remove(1)
    assert peaks(told, text="bus") == []
    assert told.events.facts() == {}


def check_words(library):
    """Compare both indexes of words with the tables; raises where they differ."""
    with library._database.write() as connection:
        for index in ("event_words", "analysis_words"):
            connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")


def test_the_index_of_words_is_kept_in_step_with_the_tables(told, reports):
    told.reviews.save(1, Review("unsure", notes="a dog"))
    told.reviews.save(1, Review("unsure", notes="a cat"))
    told.reviews.undo(1)
    told.analyses.add(reports.write("other", 12.0))
    told.analyses.remove(1)
    check_words(told)
    with told._database.write() as connection:
        connection.execute("DROP TRIGGER event_notes_changed")
    told.reviews.save(1, Review("unsure", notes="an owl"))
    with pytest.raises(LibraryError, match="damaged"):
        check_words(told)


@pytest.mark.parametrize("event_id", [0, -1, 99, 2**63, 10**30, True, "1", 1.5, None])
def test_an_event_that_is_not_there_is_a_message(filled, event_id):
    with pytest.raises(LibraryError, match=r"of the library|in the library"):
        filled.events.get(event_id)
    with pytest.raises(LibraryError):
        filled.events.similar(event_id)
    with pytest.raises(LibraryError):
        filled.reviews.latest(event_id)
