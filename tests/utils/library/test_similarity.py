import pytest

from tests.library_factory import write_vectors
from utils.errors import LibraryError


@pytest.fixture
def add(library, reports):
    def add_video(video, rows, encoder="net"):
        peaks_s = [10.0 * n for n in range(1, len(rows) + 1)]
        path = reports.write(video, *peaks_s)
        write_vectors(path, rows, encoder)
        return library.analyses.add(path)

    return add_video


def similar(library, event_id, **limit):
    found = library.events.similar(event_id, **limit)
    return [(event.id, round(event.similarity, 2)) for event in found]


def test_events_of_all_videos_are_ordered_by_cosine(library, add):
    add("a", [[1, 0], [0, 1]])
    add("b", [[1, 1], [-1, 0]])
    assert similar(library, 1) == [(3, 0.71), (2, 0.0), (4, -1.0)]
    assert similar(library, 1, limit=1) == [(3, 0.71)]
    assert similar(library, 1, limit=-3) == []


def test_only_events_of_one_encoder_are_compared(library, add):
    add("a", [[1, 0]])
    add("b", [[1, 0]], encoder="other")
    add("c", [[1, 0, 0]])  # the same name, another size
    add("d", [[0, 1]])
    assert similar(library, 1) == [(4, 0.0)]
    assert similar(library, 2) == []


def test_an_event_of_which_nothing_is_known_has_no_likeness(library, add):
    add("a", [[1, 0], [0, 0]])
    assert similar(library, 1) == []
    with pytest.raises(LibraryError, match="nobody knows what event 2 looks like"):
        library.events.similar(2)


def test_the_answer_follows_what_comes_and_goes(library, add):
    add("a", [[1, 0]])
    b = add("b", [[1, 1]])
    assert similar(library, 1) == [(2, 0.71)]
    add("c", [[1, 0]])
    assert similar(library, 1) == [(3, 1.0), (2, 0.71)]
    library.analyses.remove(b.id)
    assert similar(library, 1) == [(3, 1.0)]


def test_moments_are_not_similar_to_themselves_in_older_analyses(library, add):
    add("a", [[1, 0], [0, 1]])
    add("a", [[1, 0], [0, 1]])
    assert similar(library, 3) == [(4, 0.0)]


def test_an_event_of_an_older_analysis_finds_what_is_listed(library, add):
    add("a", [[1, 0]])
    add("a", [[1, 1]])
    assert similar(library, 1) == [(2, 0.71)]
