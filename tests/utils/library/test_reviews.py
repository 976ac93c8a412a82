import math

import pytest

from utils.errors import LibraryError
from utils.library.records import Review
from utils.library.reviews import MAX_TEXT, ReviewConflict


@pytest.fixture
def event_id(library, reports):
    return library.events.of(library.analyses.add(reports.write("drive", 12.0)).id)[0].id


def decisions(library, event_id):
    return [saved.review.decision for saved in library.reviews.history(event_id)]


def test_a_review_is_kept_as_it_was_given(library, event_id):
    review = Review("false_alarm", reason="shadow", notes="Öl\n\0 <b>", start_s=1.5, end_s=2.25)
    saved = library.reviews.save(event_id, review)
    assert (saved.review, saved.event_id, saved.carried) == (review, event_id, False)
    assert library.reviews.latest(event_id) == saved
    assert library.events.get(event_id).decision == "false_alarm"


def test_an_event_without_a_review_has_none(library, event_id):
    assert library.reviews.latest(event_id) is None
    assert library.reviews.history(event_id) == []
    assert library.reviews.undo(event_id) is None


def test_reviews_are_added_and_the_last_one_counts(library, event_id):
    for decision in ("unsure", "near_miss", "confirmed"):
        library.reviews.save(event_id, Review(decision))
    assert decisions(library, event_id) == ["confirmed", "near_miss", "unsure"]
    assert library.reviews.counts()["confirmed"] == 1
    assert sum(library.reviews.counts().values()) == 1


def test_undoing_goes_back_step_by_step_and_keeps_the_history(library, event_id):
    for decision in ("unsure", "near_miss", "confirmed"):
        library.reviews.save(event_id, Review(decision, notes=decision))
    assert library.reviews.undo(event_id).review == Review("near_miss", notes="near_miss")
    assert library.reviews.undo(event_id).review.decision == "unsure"
    assert library.reviews.undo(event_id) is None
    assert library.reviews.undo(event_id) is None
    assert library.reviews.latest(event_id) is None
    assert library.events.get(event_id).decision == "unreviewed"
    assert decisions(library, event_id) == [
        "unsure",
        "near_miss",
        "confirmed",
        "near_miss",
        "unsure",
    ]


def test_what_is_decided_after_undoing_can_be_undone_too(library, event_id):
    library.reviews.save(event_id, Review("unsure"))
    library.reviews.save(event_id, Review("near_miss"))
    library.reviews.undo(event_id)
    library.reviews.save(event_id, Review("confirmed"))
    assert library.reviews.undo(event_id).review.decision == "unsure"


def test_a_review_over_one_that_its_author_did_not_see_is_a_conflict(library, event_id):
    first = library.reviews.save(event_id, Review("unsure"), based_on=0)
    other = library.reviews.save(event_id, Review("confirmed"), based_on=first.id)
    with pytest.raises(ReviewConflict, match="another window") as conflict:
        library.reviews.save(event_id, Review("false_alarm"), based_on=first.id)
    assert conflict.value.latest == other
    assert decisions(library, event_id) == ["confirmed", "unsure"]
    library.reviews.save(event_id, Review("false_alarm"), based_on=other.id)


def test_a_first_review_over_another_first_one_is_a_conflict(library, event_id):
    library.reviews.save(event_id, Review("unsure"))
    with pytest.raises(ReviewConflict):
        library.reviews.save(event_id, Review("confirmed"), based_on=0)


def test_a_review_over_one_that_was_undone_is_a_conflict_without_a_latest(library, event_id):
    first = library.reviews.save(event_id, Review("unsure"))
    library.reviews.undo(event_id)
    with pytest.raises(ReviewConflict) as conflict:
        library.reviews.save(event_id, Review("confirmed"), based_on=first.id)
    assert conflict.value.latest is None
    library.reviews.save(event_id, Review("confirmed"), based_on=0)


def test_undoing_what_another_window_replaced_is_a_conflict(library, event_id):
    first = library.reviews.save(event_id, Review("unsure"))
    other = library.reviews.save(event_id, Review("confirmed"))
    with pytest.raises(ReviewConflict) as conflict:
        library.reviews.undo(event_id, based_on=first.id)
    assert conflict.value.latest == other
    assert library.reviews.undo(event_id, based_on=other.id).review.decision == "unsure"


def test_without_a_base_a_review_is_always_added(library, event_id):
    library.reviews.save(event_id, Review("unsure"))
    assert library.reviews.save(event_id, Review("confirmed")).review.decision == "confirmed"


@pytest.mark.parametrize(
    "review",
    [
        Review("unreviewed"),
        Review("maybe"),
        Review("confirmed'; --"),
        Review("unsure", notes="x" * (MAX_TEXT + 1)),
        Review("unsure", reason="x" * (MAX_TEXT + 1)),
        Review("unsure", start_s=3.0, end_s=2.0),
        Review("unsure", start_s=2.0, end_s=2.0),
        Review("unsure", start_s=-1.0),
        Review("unsure", start_s=13.0),  # the event ends then
        Review("unsure", end_s=10.5),  # it starts then
        Review("unsure", end_s=math.nan),
        Review("unsure", end_s=math.inf),
        Review("unsure", end_s=10**30),
        Review(None),
        Review(["confirmed"]),
        Review("unsure", notes=7),
        Review("unsure", start_s="1"),
        Review("unsure", start_s=True),
    ],
)
def test_what_cannot_be_a_review_is_refused(library, event_id, review):
    with pytest.raises(LibraryError):
        library.reviews.save(event_id, review)
    assert library.reviews.history(event_id) == []


def test_text_that_is_no_unicode_is_stored_with_question_marks(library, event_id):
    saved = library.reviews.save(event_id, Review("unsure", notes="a\ud800b"))
    assert saved.review.notes == "a?b"


def test_a_review_of_an_event_that_is_not_there_is_a_message(library):
    with pytest.raises(LibraryError, match="event 5 is not in the library"):
        library.reviews.save(5, Review("unsure"))
