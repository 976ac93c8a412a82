"""The table of events: all rows of a filter, what people decided, nothing that runs."""

import csv
from pathlib import Path

import pytest

from tests.report_factory import make_answer
from utils.exports.tables import COLUMNS, write_events_csv
from utils.library.records import EventFilter, Review
from utils.writers import read_json, write_json


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "tables" / "events.csv"


def test_every_event_of_the_filter_is_a_row_whatever_its_page(shelf, target) -> None:
    shelf.add("a.mp4", peaks_s=(1.0, 2.0, 3.0))
    shelf.add("b.mp4", peaks_s=(1.5,))
    wanted = EventFilter(sort="video", limit=1, offset=2)
    assert write_events_csv(shelf.library, wanted, target) == 4
    rows = rows_of(target)
    assert [(Path(r["video_path"]).name, r["event"], r["peak_s"]) for r in rows] == [
        ("a.mp4", "1", "1.0"),
        ("a.mp4", "2", "2.0"),
        ("a.mp4", "3", "3.0"),
        ("b.mp4", "1", "1.5"),
    ]
    assert list(rows[0]) == list(COLUMNS)
    assert [r["event_id"] for r in rows] == ["1", "2", "3", "4"]


def test_the_latest_review_stands_beside_its_event(shelf, target) -> None:
    shelf.add(peaks_s=(1.0, 2.0))
    shelf.library.reviews.save(1, Review("unsure", notes="first look"))
    shelf.library.reviews.save(1, Review("false_alarm", "shadow", "a bridge", 0.9, 1.2))
    write_events_csv(shelf.library, EventFilter(sort="video"), target)
    reviewed, untouched = rows_of(target)
    assert (reviewed["decision"], reviewed["reason"]) == ("false_alarm", "shadow")
    assert reviewed["notes"] == "a bridge"
    assert (reviewed["corrected_start_s"], reviewed["corrected_end_s"]) == ("0.9", "1.2")
    assert reviewed["reviewed_at"].endswith("+00:00")
    assert untouched["decision"] == "unreviewed"
    assert {untouched[name] for name in ("reason", "notes", "reviewed_at")} == {""}


def test_decisions_narrow_the_table(shelf, target) -> None:
    analysis = shelf.add(peaks_s=(1.0, 2.0, 3.0))
    shelf.review(analysis, "confirmed", "false_alarm", None)
    assert write_events_csv(shelf.library, EventFilter(decisions=("confirmed",)), target) == 1
    assert rows_of(target)[0]["decision"] == "confirmed"


def test_an_empty_library_gives_a_table_with_its_head_only(shelf, target) -> None:
    assert write_events_csv(shelf.library, EventFilter(), target) == 0
    assert target.read_text(encoding="utf-8").strip() == ",".join(COLUMNS)


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-2", "@SUM(A1)", "\t=1", "\uff1d1"])
def test_no_cell_is_run_as_a_formula(shelf, target, text) -> None:
    analysis = shelf.add(name="=2+3.mp4")
    report = read_json(analysis.report)
    found = report.triggers[0].model_copy(update={"answers": [make_answer(text=text)]})
    write_json(report.model_copy(update={"triggers": [found]}), analysis.report)
    again = shelf.library.analyses.add(analysis.report)
    shelf.review(again, "false_alarm", reason=text, notes=text)
    write_events_csv(shelf.library, EventFilter(), target)
    (row,) = rows_of(target)
    for column in ("description", "reason", "notes"):
        assert row[column].startswith("'"), column


def test_facts_are_columns(shelf, target) -> None:
    analysis = shelf.add(peaks_s=(1.0, 3.0))
    report = read_json(analysis.report)
    value = {"event_type": "collision"}
    answer = make_answer(task="metadata", text=None, value=value)
    first = report.triggers[0].model_copy(update={"answers": [make_answer(), answer]})
    changed = report.model_copy(update={"triggers": [first, report.triggers[1]]})
    write_json(changed, analysis.report)
    shelf.library.analyses.add(analysis.report)
    write_events_csv(shelf.library, EventFilter(sort="video"), target)
    assert [r["fact_event_type"] for r in rows_of(target)] == ["collision", ""]


def test_a_table_for_other_computers_names_no_folder(shelf, target) -> None:
    shelf.add("a.mp4", peaks_s=(1.0,))
    write_events_csv(shelf.library, EventFilter(), target, folders=False)
    (row,) = rows_of(target)
    assert (row["video_path"], "/" in row["report"]) == ("a.mp4", False)
