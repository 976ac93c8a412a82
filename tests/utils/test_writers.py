"""Reports as JSON, CSV and SRT, their pictures, and where the files go."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.report_factory import (
    HOSTILE,
    draw_keyframes,
    hostile_report,
    make_answer,
    make_event,
    make_event_report,
    make_report,
)
from utils.answers import SceneMetadata, TimeSpan, YesNo
from utils.clip import VideoInfo
from utils.errors import OutputError
from utils.report import AnalysisReport
from utils.writers import (
    FORMATS,
    WRITERS,
    OutputLayout,
    plan_layouts,
    read_json,
    report_to_dict,
    report_to_json,
    report_to_srt,
    write_csv,
    write_json,
    write_keyframes,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "report-1.0.json"


TASK_ANSWERS = {
    "metadata": SceneMetadata(
        caption="=A van cuts in.", event_type="near_miss", cause_of_risk=("speeding", "other")
    ),
    "crash_risk": YesNo(answer=False),
    "crash_localization": TimeSpan(start_s=3.9, end_s=5.0),
}


def task_report() -> AnalysisReport:
    """An event that was asked three tasks and no description; one answer has a flag."""
    answers = [
        make_answer(task=name, text=typed.to_text(), value=typed.model_dump(mode="json"))
        for name, typed in TASK_ANSWERS.items()
    ]
    answers[0] = answers[0].model_copy(update={"text": "=A van cuts in."})
    answers[1] = answers[1].model_copy(update={"score": 0.25, "constrained": True})
    answers[2] = answers[2].model_copy(update={"flags": ('"5 s": not shown',), "raw": "So 3.9"})
    lost = make_answer(task="pre_crash_localization", status="failed", text=None, error="no time")
    return make_report([make_event_report(answers=[*answers, lost])])


@pytest.mark.parametrize(
    "report", [make_report(), make_report([]), hostile_report(), task_report()]
)
def test_a_report_reads_back_equal(report: AnalysisReport, tmp_path: Path) -> None:
    write_json(report, tmp_path / "r.json")
    assert read_json(tmp_path / "r.json") == report


def test_the_agreed_keys_come_first_and_in_order() -> None:
    written = json.loads(report_to_json(make_report()))
    assert list(written)[:5] == [
        "video_path",
        "num_frames_analyzed",
        "num_triggers_detected",
        "triggers",
        "video_summary",
    ]
    for trigger in written["triggers"]:
        assert list(trigger)[:4] == [
            "timestamp",
            "frame_index",
            "trigger_confidence",
            "analysis",
        ]
    assert written["triggers"][0]["timestamp"] == 12.3
    assert written["triggers"][1]["analysis"] is None


def test_a_report_of_version_1_0_still_reads_and_writes_the_same(tmp_path: Path) -> None:
    report = read_json(GOLDEN)
    assert report.triggers[0].analysis
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert holds(report_to_dict(report), kept)


def holds(new: object, old: object) -> bool:
    """True where every key and value of `old` is still in `new`; new keys are allowed."""
    if isinstance(new, dict) and isinstance(old, dict):
        return all(key in new and holds(new[key], value) for key, value in old.items())
    if isinstance(new, list) and isinstance(old, list):
        return len(new) == len(old) and all(map(holds, new, old))
    return new == old


def test_nan_is_never_written(tmp_path: Path) -> None:
    report = make_report(timings_s={"decode": float("nan")})
    with pytest.raises(OutputError, match="cannot be written as JSON"):
        write_json(report, tmp_path / "r.json")
    assert list(tmp_path.iterdir()) == []


def test_text_that_looks_like_a_list_keeps_its_spaces() -> None:
    text = "[1,   2]\n[\n  1,\n  2\n]"
    report = make_report([make_event_report(answers=[make_answer(text=text)])])
    assert json.loads(report_to_json(report))["triggers"][0]["analysis"] == text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not valid JSON"),
        (b"[1]", "top level is not an object"),
        (b'{"schema_version": "9.1"}', "schema version 9.1"),
        (b'{"schema_version": "1.0"}', "video_path: Field required"),
        (b'{"schema_version": NaN}', "NaN is not a JSON number"),
        (b"[" * 100_000, "not valid JSON"),
    ],
)
def test_a_file_that_is_no_report_is_refused(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(content)
    with pytest.raises(OutputError, match=reason):
        read_json(path)


def test_a_missing_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot read .*missing"):
        read_json(tmp_path / "missing.json")


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_holds_one_row_per_event_of_all_videos(tmp_path: Path) -> None:
    second = make_report([make_event_report(5.0, answers=[], described=False)], video_path="b.mp4")
    write_csv([make_report(), make_report([]), second], tmp_path / "t.csv")
    rows = read_table(tmp_path / "t.csv")
    assert [(r["video_path"], r["event"]) for r in rows] == [
        ("videos/drive.mp4", "1"),
        ("videos/drive.mp4", "2"),
        ("b.mp4", "1"),
    ]
    assert [r["description_status"] for r in rows] == ["ok", "failed", "not described"]
    assert rows[1]["description"] == ""
    assert "30 s" in rows[1]["description_error"]
    assert float(rows[0]["peak_s"]) == 12.3


@pytest.mark.parametrize(
    "start", ["=1+1", "+1", "-1", "@x", "\t=1", "\tx", "\r=1", " =1", "\u202e=1", "\n=1"]
)
def test_no_cell_starts_a_formula(start: str, tmp_path: Path) -> None:
    event = make_event_report(answers=[make_answer(text=start)], event=make_event(label=start))
    write_csv([make_report([event], video_path=start)], tmp_path / "t.csv")
    row = read_table(tmp_path / "t.csv")[0]
    for column in ("video_path", "label", "description"):
        assert row[column].startswith("'")


def test_cues_stand_on_the_players_clock_in_order_of_time() -> None:
    video = make_report().video.model_copy(update={"start_s": 3600.5})
    events = [
        make_event_report(41.0),
        make_event_report(12.3, event=make_event(12.3, start_s=12.3, end_s=12.3)),
    ]
    lines = report_to_srt(make_report(events, video=video)).splitlines()
    assert lines[:2] == ["1", "01:00:12,800 --> 01:00:13,800"]
    assert "2" in lines
    assert "01:00:40,000 --> 01:00:42,500" in lines


def test_hostile_text_stays_inside_one_cue() -> None:
    text = f"first\n\n2\n00:00:00,000 --> 00:00:01,000\n{HOSTILE}"
    event = make_event_report(answers=[make_answer(text=text)])
    cues = report_to_srt(make_report([event]))
    assert cues.count("-->") == 1
    assert not set("<>{}\\\x07\u202e") & set(cues.replace("-->", ""))


def test_every_registered_writer_writes_beside_the_report(tmp_path: Path) -> None:
    layout = OutputLayout(tmp_path / "deep" / "analysis.json")
    for name, write in WRITERS.items():
        path = write(hostile_report(), layout)
        assert path == tmp_path / "deep" / f"analysis.{name}"
        assert path.stat().st_size > 0
    assert set(WRITERS) < set(FORMATS)


def test_keyframes_are_jpegs_beside_the_report(tmp_path: Path) -> None:
    info = VideoInfo(Path("x.mp4"), 640, 360, Fraction(30), 60.0)
    layout = OutputLayout(tmp_path / "analysis.json")
    frames = draw_keyframes([1.0, 2.0], info)
    kept = write_keyframes(frames, 7, layout)
    assert [k.image for k in kept] == [
        "analysis_files/event-007-frame-1.jpg",
        "analysis_files/event-007-frame-2.jpg",
    ]
    assert [k.frame_index for k in kept] == [30, 60]
    picture = cv2.imread(str(layout.absolute(kept[0].image or "")), cv2.IMREAD_COLOR_RGB)
    assert picture is not None
    assert np.abs(picture.astype(int) - frames.frames[0]).mean() < 3


def test_one_video_goes_to_the_named_file(tmp_path: Path) -> None:
    layouts = plan_layouts([Path("a.mp4")], tmp_path / "analysis.json")
    assert layouts == [OutputLayout(tmp_path / "analysis.json")]
    assert layouts[0].sibling(".html") == tmp_path / "analysis.html"
    assert layouts[0].event_clip(2) == tmp_path / "analysis_files" / "event-002.mp4"


def test_several_videos_get_names_that_do_not_collide(tmp_path: Path) -> None:
    videos = [Path("x/a.mp4"), Path("y/A.mov"), Path("a-2.mp4"), Path("a.b.mp4"), Path("CON.mp4")]
    names = [layout.base.name for layout in plan_layouts(videos, tmp_path / "analysis.json")]
    assert names == ["a.json", "A-2.json", "a-2-2.json", "a.b.json", "_CON.json"]


@pytest.mark.parametrize(
    "name",
    ["-rf.mp4", "a\nb.mp4", "\u202egpj.mp4", "$(id).mp4", "..mp4", "%2e%2e.mp4", "\udcff.mp4"],
)
def test_hostile_video_names_become_plain_file_names(name: str, tmp_path: Path) -> None:
    layout = plan_layouts([Path(name), Path("b.mp4")], tmp_path)[0]
    assert layout.base.parent == tmp_path
    assert layout.base.stem.strip(".-")
    assert not set("\n$%\u202e\udcff") & set(layout.base.name)
    write_json(make_report(), layout.base)


def test_an_output_that_names_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"end with \.json"):
        plan_layouts([Path("a.mp4")], tmp_path / "page.html")


def test_an_output_that_cannot_be_written_is_refused_before_the_analysis(tmp_path: Path) -> None:
    (tmp_path / "analysis_files").write_text("in the way")
    with pytest.raises(OutputError, match="is a file"):
        OutputLayout(tmp_path / "analysis.json").check_writable()
    with pytest.raises(OutputError, match="a file stands where"):
        OutputLayout(tmp_path / "analysis_files" / "r.json").check_writable()


def test_a_stored_path_never_leaves_the_report_folder(tmp_path: Path) -> None:
    layout = OutputLayout(tmp_path / "r" / "analysis.json")
    for stored in ("../secret.jpg", "/etc/passwd", "a/../../secret.jpg"):
        with pytest.raises(OutputError, match="outside"):
            layout.absolute(stored)


def test_a_probability_is_written_where_there_is_one(tmp_path: Path) -> None:
    events = [make_event_report(event=make_event(probability=0.8125)), make_event_report(41.0)]
    write_csv([make_report(events)], tmp_path / "t.csv")
    assert [row["probability"] for row in read_table(tmp_path / "t.csv")] == ["0.8125", ""]


def test_typed_answers_read_back_and_their_caption_stands_for_the_event(tmp_path: Path) -> None:
    report = task_report()
    write_json(report, tmp_path / "r.json")
    assert read_json(tmp_path / "r.json") == report
    assert report.triggers[0].analysis == "=A van cuts in."


def test_every_asked_task_has_columns_of_its_fields(tmp_path: Path) -> None:
    write_csv([make_report(), task_report()], tmp_path / "t.csv")
    row = read_table(tmp_path / "t.csv")[2]
    assert row["metadata_event_type"] == "near_miss"
    assert row["metadata_cause_of_risk"] == "speeding; other"
    assert row["metadata_caption"] == "'=A van cuts in."
    assert (row["crash_risk_answer"], row["crash_risk_score"]) == ("no", "0.25")
    assert (row["crash_localization_start_s"], row["crash_localization_end_s"]) == ("3.9", "5.0")
    assert row["pre_crash_localization_time_s"] == ""
    assert row["pre_crash_localization_error"] == "no time"
    assert row["flags"] == '"5 s": not shown'
    assert read_table(tmp_path / "t.csv")[0]["metadata_event_type"] == ""
    write_csv([make_report()], tmp_path / "plain.csv")
    assert "flags" not in read_table(tmp_path / "plain.csv")[0]


@pytest.mark.parametrize(
    ("tasks", "analysis"),
    [
        (["crash_risk", "metadata", "description"], "description says"),
        (["crash_risk", "metadata"], "metadata says"),
        (["crash_risk"], "crash risk: crash_risk says"),
        ([], None),
    ],
)
def test_the_most_telling_answer_stands_for_the_event(
    tasks: list[str], analysis: str | None
) -> None:
    said = [make_answer(task=task, text=f"{task} says") for task in tasks]
    assert make_event_report(answers=said).analysis == analysis


def test_a_failed_description_gives_way_to_a_caption_and_not_to_a_yes() -> None:
    failed = make_answer(status="failed", text=None, error="no")
    caption, yes = make_answer(task="metadata", text="A van."), make_answer(task="crash_risk")
    assert make_event_report(answers=[failed, caption]).analysis == "A van."
    assert make_event_report(answers=[failed, yes]).analysis is None
