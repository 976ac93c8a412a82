import json
import os
import shutil
import sys
from datetime import timedelta

import pytest

from tests.library_factory import START, scored_event
from tests.report_factory import hostile_report
from utils.errors import LibraryError
from utils.library import Library
from utils.library.records import AnalysisFilter, EventFilter, Review
from utils.writers import write_json


def names(library, **wanted):
    page = library.analyses.find(AnalysisFilter(**wanted))
    assert page.total == len(page.rows)
    return [row.video.stem for row in page.rows]


def test_an_analysis_says_what_its_report_says(library, reports):
    path = reports.write("drive", 12.0, 41.0)
    analysis = library.analyses.add(path)
    assert (analysis.report, str(analysis.video)) == (path, os.path.abspath("/footage/drive.mp4"))
    assert (analysis.event_count, analysis.unreviewed_count) == (2, 2)
    assert (analysis.threshold, analysis.duration_s) == (0.3, 60.0)
    assert analysis.created_at == START + timedelta(hours=1)
    assert analysis.checkpoint == "checkpoints/default"
    assert library.analyses.get(analysis.id) == analysis


def test_the_same_report_again_changes_nothing(library, reports):
    path = reports.write("drive", 12.0)
    first = library.analyses.add(path)
    assert library.analyses.add(path) == first
    assert library.events.of(first.id)[0].id == 1


def test_a_report_named_in_another_way_is_the_same(library, reports, folder):
    path = reports.write("drive", 12.0)
    first = library.analyses.add(path)
    (folder / "sub").mkdir()
    (folder / "link.json").symlink_to(path)
    assert library.analyses.add(folder / "sub" / ".." / path.name) == first
    assert library.analyses.add(folder / "link.json") == first


def test_a_report_with_new_content_takes_the_place_of_the_old(library, reports):
    library.analyses.add(reports.write("drive", 12.0, name="analysis"))
    library.analyses.add(reports.write("other", 3.0, 4.0, name="analysis"))
    assert names(library, latest_only=False) == ["other"]
    assert library.events.find(EventFilter()).total == 2


def test_only_the_newest_analysis_of_a_video_is_listed_unless_asked(library, reports):
    newer, older = reports.write("drive", 12.0), reports.write("drive", created_at=START)
    library.analyses.add(newer)
    library.analyses.add(older)
    page = library.analyses.find(AnalysisFilter())
    assert [row.report for row in page.rows] == [newer]
    assert library.analyses.find(AnalysisFilter(latest_only=False)).total == 2


def test_forgetting_the_newest_analysis_brings_the_older_one_back(library, reports):
    older = library.analyses.add(reports.write("drive", 12.0))
    newer = library.analyses.add(reports.write("drive", 12.5))
    library.analyses.remove(newer.id)
    assert [row.id for row in library.analyses.find(AnalysisFilter()).rows] == [older.id]
    assert [e.analysis_id for e in library.events.find(EventFilter()).rows] == [older.id]


def test_videos_without_a_checksum_are_each_their_own(library, reports):
    library.analyses.add(reports.write("", 1.0, video_path="/a.mp4"))
    library.analyses.add(reports.write("", 1.0, video_path="/b.mp4"))
    assert sorted(names(library)) == ["a", "b"]


def test_forgetting_an_analysis_leaves_its_files(library, reports):
    path = reports.write("drive", 12.0)
    analysis = library.analyses.add(path)
    library.analyses.remove(analysis.id)
    assert path.is_file()
    assert library.analyses.find(AnalysisFilter(latest_only=False)).total == 0
    assert library.events.find(EventFilter()).total == 0
    with pytest.raises(LibraryError, match="not in the library"):
        library.analyses.get(analysis.id)
    with pytest.raises(LibraryError, match="not in the library"):
        library.analyses.remove(analysis.id)


def test_a_forgotten_report_can_be_taken_in_again(library, reports):
    path = reports.write("drive", 12.0)
    library.analyses.remove(library.analyses.add(path).id)
    assert library.analyses.add(path).event_count == 1


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("newest", ["c", "B", "a"]),
        ("name", ["a", "B", "c"]),
        ("events", ["B", "a", "c"]),
        ("score", ["a", "B", "c"]),
        ("to_review", ["a", "B", "c"]),
    ],
)
def test_analyses_are_listed_in_the_asked_order(library, reports, sort, expected):
    library.analyses.add(reports.write("a", events=[scored_event(9.0, 0.9)]))
    events = [scored_event(9.0, 0.5), scored_event(20.0, 0.6)]
    many = library.analyses.add(reports.write("B", events=events))
    library.analyses.add(reports.write("c", events=[]))
    for event in library.events.of(many.id):
        library.reviews.save(event.id, Review("unsure"))
    assert names(library, sort=sort) == expected


def test_an_unknown_order_is_refused(library):
    with pytest.raises(LibraryError, match=r"no order 'id; DROP TABLE'.*newest"):
        library.analyses.find(AnalysisFilter(sort="id; DROP TABLE"))


def test_analyses_are_listed_part_by_part(library, reports):
    for name in "abcde":
        library.analyses.add(reports.write(name))
    page = library.analyses.find(AnalysisFilter(sort="name", limit=2, offset=2))
    assert ([row.video.stem for row in page.rows], page.total) == (["c", "d"], 5)
    assert library.analyses.find(AnalysisFilter(limit=-1, offset=-7)).rows == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [("harb", ["bus"]), ("BUS 2026", ["bus"]), ("tuesday", ["bus"]), ("taxi", ["taxi"]), ("x", [])],
)
def test_words_of_name_folder_and_summary_are_found(library, reports, text, found):
    library.analyses.add(reports.write("bus", video_path="/harbour_2026/bus.mp4",
                                       video_summary="Nothing on Tuesday."))  # fmt: skip
    library.analyses.add(reports.write("taxi"))
    assert names(library, text=text) == found


def test_analyses_are_narrowed_by_events_and_time(library, reports):
    library.analyses.add(reports.write("a", 12.0))
    library.analyses.add(reports.write("b", events=[]))
    second = START + timedelta(hours=2)
    assert names(library, with_events=True) == ["a"]
    assert names(library, with_events=False) == ["b"]
    assert names(library, since=second) == ["b"]
    assert names(library, until=second) == ["a"]
    assert names(library, since=second.replace(tzinfo=None).astimezone()) == names(
        library, since=second.replace(tzinfo=None)
    )


def test_without_events_the_highest_score_of_the_video_is_told(library, reports):
    analysis = library.analyses.add(reports.write("quiet", events=[]))
    track = json.loads(analysis.report.read_bytes())["score_track"]
    highest = track["scores"].index(max(track["scores"]))
    assert (analysis.top_score, analysis.top_time_s) == (
        track["scores"][highest],
        track["times_s"][highest],
    )


def test_with_events_the_highest_event_is_told(library, reports):
    events = [scored_event(9.0, 0.5), scored_event(20.0, 0.6)]
    analysis = library.analyses.add(reports.write("drive", events=events))
    assert (analysis.top_score, analysis.top_time_s) == (0.6, 20.0)


@pytest.mark.parametrize("analysis_id", [0, -1, 7, 2**63, True, "1", 1.0, None])
def test_an_analysis_that_is_not_there_is_a_message(library, reports, analysis_id):
    library.analyses.add(reports.write("drive"))
    with pytest.raises(LibraryError, match=r"of the library|in the library"):
        library.analyses.get(analysis_id)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"schema_version": "9.0"}', "\0", '{"video_path": "a"}']
)
def test_what_is_no_report_is_refused(library, tmp_path, content):
    path = tmp_path / "other.json"
    path.write_text(content)
    with pytest.raises(LibraryError, match=r"other\.json"):
        library.analyses.add(path)
    assert library.analyses.find(AnalysisFilter()).total == 0


def test_a_report_that_is_missing_is_refused(library, tmp_path):
    with pytest.raises(LibraryError, match="cannot read"):
        library.analyses.add(tmp_path / "none.json")


def test_a_hostile_report_is_stored_as_the_text_it_is(library, folder):
    folder.mkdir(exist_ok=True)
    write_json(hostile_report(), folder / "bad.json")
    analysis = library.analyses.add(folder / "bad.json")
    assert "<script>" in library.events.of(analysis.id)[0].description
    assert library.analyses.find(AnalysisFilter(text="script")).total == 1


def test_a_folder_of_reports_is_taken_in_with_what_lies_below(library, reports, folder, tmp_path):
    deep = folder / "monday" / "drive"
    deep.mkdir(parents=True)
    shutil.move(reports.write("a", 12.0), deep / "a.json")
    reports.write("b", 12.0)
    (folder / "notes.json").write_text('{"video_path": "no report"}')
    (folder / "weights.json").write_text("{}")
    assert library.analyses.add_folder(folder) == 2
    assert library.analyses.add_folder(folder) == 2
    assert sorted(names(library)) == ["a", "b"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_hidden_files_and_links_of_a_folder_are_left_aside(library, reports, folder, tmp_path):
    path = reports.write("drive", 12.0)
    for place in (".hidden", "seen"):
        (folder / place).mkdir()
    shutil.copy(path, folder / ".hidden" / "a.json")
    shutil.copy(path, folder / ".b.json")
    outside = shutil.move(path, tmp_path / "outside.json")
    (folder / "link.json").symlink_to(outside)
    (folder / "seen" / "up").symlink_to(tmp_path, target_is_directory=True)
    assert library.analyses.add_folder(folder) == 0


def test_a_folder_that_is_not_there_is_a_message(library, tmp_path):
    with pytest.raises(LibraryError, match="there is no folder"):
        library.analyses.add_folder(tmp_path / "none")


def test_library_and_reports_can_be_moved_together(library, reports, folder, tmp_path):
    library.analyses.add(reports.write("drive", 12.0))
    outside = tmp_path / "elsewhere.json"
    shutil.copy(reports.write("other", 12.0), outside)
    library.analyses.add(outside)
    library.close()
    shutil.move(folder, tmp_path / "moved")
    found = Library(tmp_path / "moved" / library.path.name).analyses.find(
        AnalysisFilter(sort="name")
    )
    assert [row.report for row in found.rows] == [tmp_path / "moved" / "drive-1.json", outside]


def test_a_relative_video_is_looked_for_beside_the_report(library, reports, folder, monkeypatch):
    report = reports.write("drive", video_path="drive.mp4")
    monkeypatch.chdir(folder.parent)
    assert library.analyses.add(report).video == folder.parent / "drive.mp4"
    (folder / "clip.mp4").touch()
    report = reports.write("clip", video_path="clip.mp4")
    assert library.analyses.add(report).video == folder / "clip.mp4"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
def test_a_report_in_a_folder_whose_name_is_no_text_is_found_again(library, reports, folder):
    strange = folder / os.fsdecode(b"caf\xe9")
    strange.mkdir()
    path = shutil.move(reports.write("drive", 12.0), strange / "a.json")
    analysis = library.analyses.add(path)
    assert library.analyses.get(analysis.id).report == path
    assert library.analyses.add(path) == analysis
