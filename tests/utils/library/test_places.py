import json
import sqlite3
from contextlib import closing

import pytest

from tests.utils.library.footage import store_video
from utils.errors import OutputError
from utils.library.records import AnalysisFilter, EventFilter


@pytest.fixture
def analysis(library, reports, tmp_path):
    return store_video(library, reports, tmp_path / "card" / "drive.mp4")


def move(library, analysis, to):
    """Move the file, and tell the library."""
    to.parent.mkdir(parents=True, exist_ok=True)
    analysis.video.rename(to)
    (missing,) = library.places.missing()
    library.places.move(missing, to)


def forget_sizes(library):
    """As an older version left its library."""
    with closing(sqlite3.connect(library.path)) as connection:
        connection.execute("UPDATE analyses SET size_bytes = NULL")
        connection.commit()


def test_a_video_at_its_place_is_not_missing(library, analysis):
    assert library.places.missing() == []


@pytest.mark.parametrize("how", ["gone", "another size", "a folder"])
def test_a_video_that_is_not_at_its_place_is_missing(library, analysis, how):
    analysis.video.unlink()
    if how == "another size":
        analysis.video.write_bytes(b"something else")
    elif how == "a folder":
        analysis.video.mkdir()
    (missing,) = library.places.missing()
    assert (missing.path, missing.sha256) == (analysis.video, analysis.video_sha256)
    assert missing.size_bytes == len("drive.mp4") * 7


def test_the_library_knows_the_new_place_and_the_report_stays_as_it_was(
    library, analysis, tmp_path
):
    before = analysis.report.read_bytes()
    place = tmp_path / "disk" / "Süd ring.mp4"
    move(library, analysis, place)
    assert library.places.missing() == []
    assert library.analyses.get(analysis.id).video == place
    assert [event.video for event in library.events.of(analysis.id)] == [place]
    assert analysis.report.read_bytes() == before
    assert library.analyses.add(analysis.report).video == place


def test_a_video_is_found_by_its_new_name_and_not_by_its_old_one(library, analysis, tmp_path):
    move(library, analysis, tmp_path / "disk" / "crossing.mp4")
    for find, wanted in (
        (library.analyses.find, AnalysisFilter),
        (library.events.find, EventFilter),
    ):
        assert find(wanted(text="crossing")).total == 1
        assert find(wanted(text="drive")).total == 0


def test_a_renamed_video_is_sorted_by_its_new_name(library, reports, analysis, tmp_path):
    store_video(library, reports, tmp_path / "card" / "m.mp4")
    move(library, analysis, tmp_path / "disk" / "z.mp4")
    names = [event.video.name for event in library.events.find(EventFilter(sort="video")).rows]
    assert names == ["m.mp4", "z.mp4"]


def test_all_analyses_of_a_video_move_with_it_and_a_copy_stays(library, reports, tmp_path):
    path, copy = tmp_path / "card" / "drive.mp4", tmp_path / "copy" / "drive.mp4"
    first = store_video(library, reports, path)
    second = store_video(library, reports, path)
    other = store_video(library, reports, copy)
    move(library, first, tmp_path / "disk" / "drive.mp4")
    places = [library.analyses.get(found.id).video for found in (first, second, other)]
    assert places == [tmp_path / "disk" / "drive.mp4"] * 2 + [copy]


def test_a_report_taken_in_anew_finds_the_video_where_it_is_known_to_be(
    library, reports, analysis, tmp_path
):
    place = tmp_path / "disk" / "z.mp4"
    move(library, analysis, place)
    changed = json.loads(analysis.report.read_text(encoding="utf-8"))
    analysis.report.write_text(json.dumps(changed, indent=1), encoding="utf-8")
    again = library.analyses.add(analysis.report)
    assert (again.id != analysis.id, again.video) == (True, place)
    assert [event.video for event in library.events.of(again.id)] == [place]
    assert library.events.find(EventFilter(text="z")).total == 1


def test_sizes_that_an_older_library_lacks_are_read_from_the_reports_once(library, analysis):
    forget_sizes(library)
    known = library.analyses.get(analysis.id)
    assert known.size_bytes is None
    assert library.places.size_bytes(known) == analysis.size_bytes
    analysis.report.unlink()
    assert library.places.size_bytes(library.analyses.get(analysis.id)) == analysis.size_bytes


def test_a_size_that_nobody_knows_is_said(library, analysis):
    forget_sizes(library)
    analysis.report.unlink()
    with pytest.raises(OutputError):
        library.places.size_bytes(library.analyses.get(analysis.id))
    analysis.video.unlink()
    assert [video.size_bytes for video in library.places.missing()] == [None]


def test_a_missing_video_of_an_older_library_is_known_by_the_size_in_its_report(library, analysis):
    forget_sizes(library)
    analysis.video.unlink()
    assert [video.size_bytes for video in library.places.missing()] == [analysis.size_bytes]


def test_videos_without_a_checksum_and_removed_ones_are_not_looked_for(library, reports, analysis):
    report = reports.write("", 1.0)
    assert json.loads(report.read_text(encoding="utf-8"))["video"]["sha256"] == ""
    library.analyses.add(report)
    analysis.video.unlink()
    library.analyses.remove(analysis.id)
    assert library.places.missing() == []
