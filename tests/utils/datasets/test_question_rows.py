"""Rows from labels: each task's answer in its published form, or no row."""

import json
from pathlib import Path

import pytest

from utils.answers import SceneMetadata
from utils.datasets.crashchat import read_crashchat
from utils.datasets.question_rows import question_rows, row_weights
from utils.labeled_clip import ClipKind, LabeledClip
from utils.tasks import CRASHCHAT_TASKS, TASKS, task_named


def clip(kind: ClipKind, dataset: str, *events_s: float, **more) -> LabeledClip:
    return LabeledClip(Path(f"{kind}.mp4"), kind, events_s, kind, dataset=dataset, **more)


CRASH = clip(
    "crash",
    "crashchat/dada",
    3.9,
    spans_s=((3.9, 5.0),),
    alert_s=2.4,
    caption="car hits a truck.",
    tags={"cause": "The driver is distracted.", "prevention": "Keep your distance."},
)
DRIVE = clip("normal", "crashchat/dada")


def answers(*clips: LabeledClip, tasks=CRASHCHAT_TASKS) -> list[tuple[str, str]]:
    return [(row.task, row.answer) for row in question_rows(clips, tasks)]


def test_a_crash_answers_all_six_questions_in_their_published_forms() -> None:
    assert answers(CRASH) == [
        ("crash_recognition", "Yes"),
        ("crash_description", "car hits a truck."),
        ("causal_reasoning", "The driver is distracted."),
        ("prevention_reasoning", "Keep your distance."),
        ("pre_crash_localization", "2.4 seconds"),
        ("crash_localization", "3.9 - 5.0 seconds"),
    ]


def test_a_drive_answers_in_the_fixed_words_and_has_no_times() -> None:
    assert answers(DRIVE) == [
        ("crash_recognition", "No"),
        ("crash_description", "no collision."),
        ("causal_reasoning", "No accident, no cause."),
        ("prevention_reasoning", "No accident, no prevention needed."),
    ]


def test_every_answer_can_be_read_back_as_its_task_s_type() -> None:
    for row in question_rows([CRASH, DRIVE], CRASHCHAT_TASKS):
        typed = TASKS[row.task].answer_type.parse(row.answer)
        assert typed is not None
        assert typed.to_text() == row.answer
        assert row.prompt == TASKS[row.task].prompt


def test_other_corpora_have_no_sentences_of_crashchat() -> None:
    other = clip("crash", "captions", caption="A car brakes.", tags={"cause": "speeding"})
    assert answers(other) == [("crash_recognition", "Yes")]


def test_an_alias_is_its_task() -> None:
    assert answers(CRASH, tasks=["cause_reasoning"])[0][0] == "causal_reasoning"


def test_captions_become_metadata_that_is_valid() -> None:
    tags = {"rule_violations": "speeding, running_red_light", "traffic": "high", "weather": "rain"}
    captioned = clip("near_miss", "captions", caption="A car brakes.", tags=tags)
    (row,) = question_rows([captioned], ["metadata"])
    said = SceneMetadata.parse(row.answer)
    assert said is not None
    assert (said.event_type, said.traffic_density, said.weather) == ("near_miss", "high", "rain")
    assert said.rule_violations == ("speeding", "running_red_light")
    assert said.visibility == "unknown"
    (free,) = question_rows([captioned], ["description"])
    assert free.answer == "A car brakes."


def test_question_files_are_asked_about_as_whole_clips() -> None:
    rows = question_rows([clip("crash", "questions"), clip("normal", "questions")], ["crash_risk"])
    assert [(row.answer, row.span_s) for row in rows] == [("Yes", None), ("No", None)]


def test_a_moment_asks_shortly_before_it_and_long_before_it() -> None:
    rows = question_rows([clip("crash", "drives", 9.0)], ["crash_risk"], observed_s=3.0)
    assert [(row.answer, row.span_s) for row in rows] == [("Yes", (4.5, 7.5)), ("No", (1.0, 4.0))]


@pytest.mark.parametrize(("event_s", "count"), [(1.9, 0), (2.1, 1), (5.4, 1), (5.6, 2)])
def test_a_moment_too_early_to_be_foreseen_is_not_asked_about(event_s: float, count: int) -> None:
    assert len(question_rows([clip("crash", "drives", event_s)], ["crash_risk"])) == count


def test_balanced_weights_draw_each_task_equally_often() -> None:
    rows = question_rows([CRASH, DRIVE], ["crash_recognition", "crash_localization"])
    weights = row_weights(rows, balanced=True)
    tasks = {task: 0.0 for task in (row.task for row in rows)}
    for row, weight in zip(rows, weights, strict=True):
        tasks[row.task] += weight
    assert tasks == {"crash_recognition": 1.0, "crash_localization": 1.0}
    assert row_weights(rows, balanced=False) == [1.0] * 3
    assert task_named("crash_localization").name in tasks


def test_crashchat_s_questions_and_answers_come_back_to_the_letter(data_dir: Path) -> None:
    folder = data_dir / "annotations" / "CrashChat"
    clips = [c for c in read_crashchat(folder, folder) if c.split == "val"]
    rows = question_rows(clips, CRASHCHAT_TASKS)
    ours = {(row.task, row.clip.path.name): (row.prompt, row.answer) for row in rows}
    for path in sorted(folder.glob("*_val.json")):
        task = task_named(
            path.stem.removeprefix("crashchat_dada_video_total_")[: -len("_val")]
        ).name
        for record in json.loads(path.read_text()):
            asked, said = (turn["value"] for turn in record["conversations"])
            published = asked.removeprefix("<video>\n"), said.strip()
            assert ours.pop((task, Path(record["video"][0]).name)) == published
    assert not ours
