"""Answers measured as evaluate.py does: formats, baselines, paired differences, what is missing."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

import evaluate
from models.evaluation.answers import AnswerRequest, measure_answers
from utils.errors import AnnotationError, ConfigError
from utils.metrics import comparison
from utils.metrics.evaluation import Evaluation, ProtocolResult

RECOGNITION = "crashchat_dada_video_total_crash_recognition_test.json"
SPANS = "crashchat_dada_video_total_crash_localization_test.json"
MOMENTS = "crashchat_dada_video_total_pre_crash_localization_test.json"
CRASHES = ("cap_1.mp4", "cap_2.mp4")
VIDEOS = (*CRASHES, "d2_1.mp4", "d2_2.mp4")


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch) -> None:
    """Intervals are not what is tested here."""
    monkeypatch.setattr(comparison, "ROUNDS", 40)


def task_file(path: Path, answers: dict[str, str]) -> None:
    records = [
        {
            "video": [f"videos/{video}"],
            "conversations": [{"from": "human", "value": "?"}, {"from": "gpt", "value": answer}],
            "source": "CAP" if video.startswith("cap") else "D2City",
        }
        for video, answer in answers.items()
    ]
    path.write_text(json.dumps(records))


def lines(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def given(path: Path, task: str, answers: dict[str, str]) -> Path:
    return lines(path, [{"video": v, "task": task, "answer": a} for v, a in answers.items()])


@pytest.fixture
def references(tmp_path: Path) -> Path:
    folder = tmp_path / "references"
    folder.mkdir()
    task_file(folder / RECOGNITION, {v: "Yes" if v in CRASHES else "No" for v in VIDEOS})
    task_file(folder / SPANS, dict.fromkeys(CRASHES, "4.0 - 6.0 seconds"))
    task_file(folder / MOMENTS, dict.fromkeys(CRASHES, "2.0 seconds"))
    return folder


def measured(references: Path, *files: Path, protocol: str = "all") -> Evaluation:
    request = AnswerRequest(references, files, protocol=protocol, split="test")
    return measure_answers(request)


def result(found: Evaluation, protocol: str) -> ProtocolResult:
    (part,) = [p for p in found.protocols if p.protocol == protocol]
    return part


def figures(found: Evaluation, protocol: str, scorer: str) -> dict[str, float | None]:
    (row,) = [r for r in result(found, protocol).rows if r.scorer == scorer]
    return {figure.name: figure.value for figure in row.figures}


def test_references_against_themselves_are_perfect(references) -> None:
    found = measured(references, references)
    assert figures(found, "crashchat, crash_recognition", "references")["f1"] == 1.0
    assert figures(found, "crashchat, crash_localization", "references")["miou"] == 1.0
    assert figures(found, "crashchat, pre_crash_localization", "references")["tta_mae_s"] == 0.0
    assert found.notes == ()


def test_the_name_of_the_source_alone_recognises_every_crash(references) -> None:
    found = measured(references, references)
    assert figures(found, "crashchat, crash_recognition", "source alone")["f1"] == 1.0
    assert figures(found, "crashchat, crash_recognition", "best constant")["recall"] == 1.0


def test_base_and_tuned_answers_differ_on_the_same_clips(references, tmp_path) -> None:
    base = given(tmp_path / "base.jsonl", "crash_recognition", dict.fromkeys(VIDEOS, "No"))
    tuned = given(
        tmp_path / "tuned.jsonl",
        "crash_recognition",
        {"videos/cap_1.mp4": "Yes", "cap_2.mp4": "No", "d2_1.mp4": "no.", "d2_2.mp4": "No"},
    )
    found = measured(references, base, tuned)
    (change,) = [
        row
        for row in result(found, "crashchat, crash_recognition").differences
        if row.scorer == "tuned"
    ]
    values = {figure.name: figure.value for figure in change.figures}
    assert values["accuracy"] == pytest.approx(1 / 4)
    assert values["recall"] == pytest.approx(1 / 2)


def test_answers_that_are_missing_or_no_answer_are_wrong_and_counted(references, tmp_path) -> None:
    said = {"cap_1.mp4": "It crashes at 4.0 - 6.0 seconds.", "cap_2.mp4": "hard to say"}
    file = given(tmp_path / "model.jsonl", "crash_localization", said)
    other = given(
        tmp_path / "other.jsonl", "crash_localization", {"cap_1.mp4": "6.0 - 4.0 seconds"}
    )
    found = measured(references, file, other)
    assert figures(found, "crashchat, crash_localization", "model")["miou"] == pytest.approx(1 / 2)
    assert figures(found, "crashchat, crash_localization", "model")["unusable"] == 1 / 2
    assert figures(found, "crashchat, crash_localization", "other")["unusable"] == 1.0
    assert "crash_localization: 2 of 2 answers of other are missing or cannot be read" in " ".join(
        found.notes
    )
    assert "crash_recognition: no file answers it" in found.not_measured


def test_clips_that_no_file_answers_are_left_out_and_told(references, tmp_path) -> None:
    file = given(tmp_path / "model.jsonl", "crash_recognition", {"cap_1.mp4": "Yes"})
    found = measured(references, file)
    assert result(found, "crashchat, crash_recognition").crash_clips == 1
    assert "crash_recognition: 3 of 4 clips are in no file" in found.notes


def test_published_predictions_are_read(references, tmp_path) -> None:
    file = tmp_path / "x_crash_localization_test_predict.json"
    entry = {"data_id": 1, "video_path": "/data/videos/cap_1.mp4", "gt_start": 4.0}
    file.write_text(json.dumps([{**entry, "raw_response": "4.0 - 5.0 seconds"}]))
    found = measured(references, file)
    assert figures(found, "crashchat, crash_localization", file.stem)["miou"] == pytest.approx(0.5)


def test_risk_tables_are_measured_by_the_collision_questions(tmp_path) -> None:
    question = {"text": "Is a vehicle collision likely?"}
    questions = lines(
        tmp_path / "test.jsonl",
        [{"video": v, "label": int(v in CRASHES), **question} for v in VIDEOS],
    )
    table = tmp_path / "risk.csv"
    rows = zip(VIDEOS, (1, 0, 0, 1), (0.9, 0.4, 0.1, 0.6), strict=True)
    table.write_text("file_name,risk,score\n" + "".join(f"{v},{r},{s}\n" for v, r, s in rows))
    found = figures(measured(questions, table, protocol="risk"), "risk, crash_risk", "risk")
    assert found["f1"] == pytest.approx(1 / 2)
    assert found["auc"] == pytest.approx(3 / 4)


def test_metadata_of_a_teacher_that_nobody_reviewed_is_no_reference(tmp_path) -> None:
    row = {"caption": "A car.", "event_type": "collision", "weather": "rain"}
    rows = [{"video": f"{v}.mp4", **row, "review": state} for v, state in (("a", "accepted"),)]
    told = lines(tmp_path / "metadata.jsonl", rows)
    said = lines(tmp_path / "said.jsonl", [{"video": "a.mp4", **row, "weather": "clear"}])
    found = measured(told, said)
    assert figures(found, "metadata, metadata", "said")["weather_accuracy"] == 0.0
    assert figures(found, "metadata, metadata", "said")["event_type_accuracy"] == 1.0
    lines(told, [{"video": "a.mp4", **row, "review": "unreviewed"}])
    with pytest.raises(AnnotationError, match="reviewed"):
        measured(told, said)


def test_evaluate_writes_the_table(references, tmp_path, capsys) -> None:
    output = tmp_path / "out"
    flags = ["--references", str(references), "--answers", str(references), "--split", "test"]
    assert evaluate.main([*flags, "--protocol", "crashchat", "--output", str(output)]) == 0
    assert "source alone" in (output / "table.md").read_text()
    assert Evaluation.model_validate_json((output / "metrics.json").read_text()).clips == 4


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--answers", "x.jsonl"], "--references"),
        (["--references", "nowhere", "--answers", "x.jsonl"], "nowhere"),
        (["--protocol", "crashchat"], "--references"),
    ],
)
def test_what_is_missing_is_said(flags, words, capsys) -> None:
    assert evaluate.main(flags) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"video": "a.mp4", "task": "cooking", "answer": "Yes"}, "line 1: task"),
        ({"video": "a.mp4", "task": "crash_risk", "answer": "Yes", "score": 2}, "score"),
        ({"video": "a.mp4", "answer": "Yes"}, "keys video, task and answer"),
        ({"video": "a.mp4", "event_type": "collision"}, "caption"),
    ],
)
def test_bad_lines_are_named(references, tmp_path, row, words) -> None:
    with pytest.raises(AnnotationError, match=words):
        measured(references, lines(tmp_path / "bad.jsonl", [row]))


def test_a_task_answered_twice_is_refused(references, tmp_path) -> None:
    row = {"task": "crash_recognition", "answer": "Yes"}
    rows = [{"video": "videos/cap_1.mp4", **row}, {"video": "cap_1.mp4", **row}]
    with pytest.raises(AnnotationError, match="two answers"):
        measured(references, lines(tmp_path / "twice.jsonl", rows))


def test_answers_are_needed(references) -> None:
    with pytest.raises(ConfigError, match="--answers"):
        measured(references)


def test_the_published_test_answers_are_counted(data_dir: Path) -> None:
    folder = data_dir / "annotations" / "CrashChat"
    found = measured(folder, folder)
    sizes = {p.protocol.split(", ", 1)[1]: p.crash_clips + p.normal_clips for p in found.protocols}
    assert sizes["crash_recognition"] == sizes["crash_description"] == 1839
    assert sizes["causal_reasoning"] == 1839
    assert sizes["prevention_reasoning"] == 1838
    assert sizes["crash_localization"] == 1162
    assert figures(found, "crashchat, crash_recognition", "source alone")["f1"] == 1.0
    assert figures(found, "crashchat, crash_recognition", "shuffled")["f1"] < 0.7
