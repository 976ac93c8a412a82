import pytest

from tests.library_factory import scored_event
from utils.errors import LibraryError
from utils.library.records import EventFilter, Review


def review(library, analysis, number, decision, **values):
    event = library.events.of(analysis.id)[number - 1]
    return library.reviews.save(event.id, Review(decision, **values))


def decided(library, analysis):
    return [event.decision for event in library.events.of(analysis.id)]


def moments(library):
    return [(event.peak_s, saved.review.decision) for event, saved in library.reviews.reviewed()]


def test_a_newer_analysis_of_the_video_knows_what_was_decided(library, reports):
    older = library.analyses.add(reports.write("drive", 12.0, 41.0))
    given = review(library, older, 1, "near_miss", notes="a dog", start_s=11.0, end_s=13.0)
    newer = library.analyses.add(reports.write("drive", 12.8, 30.0, 41.2))
    assert decided(library, newer) == ["near_miss", "unreviewed", "unreviewed"]
    carried = library.reviews.latest(library.events.of(newer.id)[0].id)
    assert carried.carried
    assert (carried.review, carried.saved_at) == (given.review, given.saved_at)
    assert newer.unreviewed_count == 2


def test_another_video_knows_nothing_of_it(library, reports):
    review(library, library.analyses.add(reports.write("drive", 12.0)), 1, "near_miss")
    assert decided(library, library.analyses.add(reports.write("other", 12.0))) == ["unreviewed"]


def test_videos_without_a_checksum_share_nothing(library, reports):
    review(library, library.analyses.add(reports.write("", 12.0)), 1, "near_miss")
    assert decided(library, library.analyses.add(reports.write("", 12.0))) == ["unreviewed"]


@pytest.mark.parametrize(
    ("peak_s", "decision"),
    [(9.4, "unreviewed"), (9.6, "confirmed"), (13.9, "confirmed"), (14.1, "unreviewed")],
)
def test_a_moment_reaches_one_second_beyond_the_event(library, reports, peak_s, decision):
    """The new event spans 10.5 to 13.0 s; the old event's peak decides."""
    review(library, library.analyses.add(reports.write("drive", peak_s)), 1, "confirmed")
    assert decided(library, library.analyses.add(reports.write("drive", 12.0))) == [decision]


def test_a_moment_goes_to_the_nearest_of_two_events_that_hold_it(library, reports):
    review(library, library.analyses.add(reports.write("drive", 12.0)), 1, "confirmed")
    newer = library.analyses.add(reports.write("drive", 9.9, 12.4))
    assert decided(library, newer) == ["unreviewed", "confirmed"]


def test_where_an_event_holds_several_moments_the_gravest_counts(library, reports):
    older = library.analyses.add(reports.write("drive", 10.0, 14.0, 18.0))
    for number, decision in enumerate(("false_alarm", "confirmed", "unsure"), 1):
        review(library, older, number, decision)
    wide = scored_event(14.0, 0.9, start_s=8.0, end_s=20.0)
    newer = library.analyses.add(reports.write("drive", events=[wide]))
    assert decided(library, newer) == ["confirmed"]
    event_id = library.events.of(newer.id)[0].id
    assert len(library.reviews.history(event_id)) == 3


def test_what_was_undone_is_not_carried_over(library, reports):
    older = library.analyses.add(reports.write("drive", 12.0))
    review(library, older, 1, "confirmed")
    library.reviews.undo(library.events.of(older.id)[0].id)
    assert decided(library, library.analyses.add(reports.write("drive", 12.0))) == ["unreviewed"]


def test_a_carried_review_can_be_undone_for_good(library, reports):
    review(library, library.analyses.add(reports.write("drive", 12.0)), 1, "confirmed")
    newer = library.analyses.add(reports.write("drive", 12.0))
    assert library.reviews.undo(library.events.of(newer.id)[0].id) is None
    assert moments(library) == []
    third = library.analyses.add(reports.write("drive", 12.0))
    assert decided(library, third) == ["unreviewed"]


def test_an_older_report_that_comes_later_knows_it_too(library, reports):
    late, first = reports.write("drive", 12.0), reports.write("drive", 12.0)
    review(library, library.analyses.add(first), 1, "confirmed")
    assert decided(library, library.analyses.add(late)) == ["confirmed"]


def test_every_reviewed_moment_is_listed_once_newest_first(library, reports):
    older = library.analyses.add(reports.write("drive", 12.0, 41.0, 50.0))
    for number, decision in enumerate(("near_miss", "false_alarm", "unsure"), 1):
        review(library, older, number, decision)
    newer = library.analyses.add(reports.write("drive", 12.5, 41.5))
    other = library.analyses.add(reports.write("other", 12.0))
    review(library, other, 1, "confirmed")
    review(library, newer, 1, "confirmed")
    found = library.reviews.reviewed()
    assert moments(library) == [
        (12.5, "confirmed"), (12.0, "confirmed"), (50.0, "unsure"), (41.0, "false_alarm"),
    ]  # fmt: skip
    assert [event.analysis_id for event, _ in found] == [newer.id, other.id, older.id, older.id]


def test_a_false_alarm_that_covers_a_crash_of_another_analysis_does_not_hide_it(library, reports):
    older = library.analyses.add(reports.write("drive", 10.0))
    review(library, older, 1, "confirmed")
    long = scored_event(26.0, 0.9, start_s=8.0, end_s=29.0)
    newer = library.analyses.add(reports.write("drive", events=[long]))
    assert decided(library, newer) == ["confirmed"]
    assert moments(library) == [(10.0, "confirmed")]
    review(library, newer, 1, "false_alarm")
    assert moments(library) == [(26.0, "false_alarm"), (10.0, "confirmed")]


def test_a_carried_decision_that_is_undone_leaves_the_moment_it_came_from(library, reports):
    review(library, library.analyses.add(reports.write("drive", 10.0)), 1, "near_miss")
    long = scored_event(26.0, 0.9, start_s=8.0, end_s=29.0)
    newer = library.analyses.add(reports.write("drive", events=[long]))
    library.reviews.undo(library.events.of(newer.id)[0].id)
    assert moments(library) == [(10.0, "near_miss")]


def test_going_back_to_a_carried_decision_makes_it_no_moment_of_its_own(library, reports):
    review(library, library.analyses.add(reports.write("drive", 10.0)), 1, "confirmed")
    long = scored_event(26.0, 0.9, start_s=8.0, end_s=29.0)
    newer = library.analyses.add(reports.write("drive", events=[long]))
    review(library, newer, 1, "false_alarm")
    assert library.reviews.undo(library.events.of(newer.id)[0].id).carried
    assert moments(library) == [(10.0, "confirmed")]


def test_a_false_alarm_beside_a_crash_does_not_hide_it(library, reports):
    """Of the events near 13.5 s the one that the older analysis has there is the same moment."""
    older = library.analyses.add(reports.write("drive", 12.0, 13.5))
    review(library, older, 1, "confirmed")
    newer = library.analyses.add(reports.write("drive", 13.5))
    review(library, newer, 1, "false_alarm")
    assert moments(library) == [(13.5, "false_alarm"), (12.0, "confirmed")]


@pytest.mark.parametrize(("peak_s", "count"), [(14.0, 1), (14.1, 2)])
def test_peaks_at_most_two_seconds_apart_are_one_moment(library, reports, peak_s, count):
    review(library, library.analyses.add(reports.write("drive", 12.0)), 1, "confirmed")
    newer = library.analyses.add(reports.write("drive", peak_s))
    review(library, newer, 1, "false_alarm")
    assert len(moments(library)) == count


def test_several_moments_in_one_longer_event_stay_several(library, reports):
    older = library.analyses.add(reports.write("drive", 10.0, 14.0))
    review(library, older, 1, "false_alarm")
    review(library, older, 2, "confirmed")
    long = scored_event(20.0, 0.9, start_s=8.0, end_s=22.0)
    library.analyses.add(reports.write("drive", events=[long]))
    assert moments(library) == [(14.0, "confirmed"), (10.0, "false_alarm")]


def test_the_moments_of_one_video_can_be_asked_for_alone(library, reports):
    analysis = library.analyses.add(reports.write("drive", 12.0))
    other = library.analyses.add(reports.write("other", 30.0))
    for known in (analysis, other):
        review(library, known, 1, "confirmed")
    found = library.reviews.reviewed(other.video_sha256)
    assert [event.peak_s for event, _ in found] == [30.0]


def test_deciding_an_older_event_again_is_the_latest_word_about_its_moment(library, reports):
    older = library.analyses.add(reports.write("drive", 10.0))
    review(library, older, 1, "unsure")
    wide = scored_event(18.0, 0.9, start_s=8.0, end_s=20.0)
    library.analyses.add(reports.write("drive", events=[wide]))
    review(library, older, 1, "confirmed")
    assert moments(library) == [(10.0, "confirmed")]


def test_neighbouring_events_of_one_analysis_are_two_moments(library, reports):
    analysis = library.analyses.add(reports.write("drive", 12.0, 13.0))
    review(library, analysis, 1, "confirmed")
    review(library, analysis, 2, "false_alarm")
    assert moments(library) == [(13.0, "false_alarm"), (12.0, "confirmed")]


def test_reviews_outlive_their_analysis(library, reports):
    path = reports.write("drive", 12.0, 41.0)
    analysis = library.analyses.add(path)
    review(library, analysis, 1, "near_miss")
    library.analyses.remove(analysis.id)
    assert moments(library) == [(12.0, "near_miss")]
    assert library.events.find(EventFilter()).total == 0
    assert sum(library.reviews.counts().values()) == 0
    again = library.analyses.add(path)
    assert decided(library, again) == ["near_miss", "unreviewed"]
    assert moments(library) == [(12.0, "near_miss")]


def test_an_analysis_without_reviews_leaves_no_trace(library, reports):
    analysis = library.analyses.add(reports.write("drive", 12.0))
    event = library.events.of(analysis.id)[0]
    library.analyses.remove(analysis.id)
    with pytest.raises(LibraryError):
        library.events.get(event.id)


def test_a_report_that_is_overwritten_keeps_what_was_decided(library, reports):
    older = library.analyses.add(reports.write("drive", 12.0, 41.0, name="analysis"))
    review(library, older, 1, "near_miss")
    review(library, older, 2, "confirmed")
    newer = library.analyses.add(reports.write("drive", 12.3, name="analysis"))
    assert decided(library, newer) == ["near_miss"]
    assert sorted(moments(library)) == [(12.0, "near_miss"), (41.0, "confirmed")]
