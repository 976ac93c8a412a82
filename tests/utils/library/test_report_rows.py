import numpy as np
import pytest

from tests.library_factory import write_vectors
from tests.report_factory import failed_answer, make_answer, make_event_report
from utils.library.report_rows import event_facts, read_report
from utils.report import Keyframe
from utils.scene_metadata import SceneMetadata

SCENE = SceneMetadata(
    caption="A van brakes.",
    event_type="near_miss",
    weather="rain",
    driving_setting=("urban", "intersection"),
    cause_of_risk=(),
)


def metadata(value=None):
    return make_answer(task="metadata", text="{}", value=value or SCENE.to_output())


def facts(*answers):
    return event_facts(make_event_report(answers=list(answers)))


def test_facts_are_the_known_categories_of_the_scene():
    assert facts(metadata()) == {
        "driving_setting": ("urban", "intersection"),
        "event_type": ("near_miss",),
        "weather": ("rain",),
    }


def test_a_yes_or_no_is_a_fact_with_the_name_of_its_task():
    answer = make_answer(task="crash_risk", text="Yes", value={"answer": True})
    assert facts(answer) == {"crash_risk": ("yes",)}


def test_parts_of_other_answers_are_facts_with_both_names():
    value = {"text": "car hits a bus.", "accident": True, "subject": "car", "verb": "hits",
             "object": "a bus"}  # fmt: skip
    assert facts(make_answer(task="crash_description", text="car hits a bus.", value=value)) == {
        "crash_description_accident": ("yes",),
        "crash_description_object": ("a bus",),
        "crash_description_subject": ("car",),
        "crash_description_verb": ("hits",),
    }


@pytest.mark.parametrize(
    "answer",
    [
        make_answer(),
        failed_answer(),
        make_answer(
            task="causal_reasoning", text="Speed.", value={"text": "Speed.", "accident": True}
        ),
        make_answer(task="crash_localization", text="1 - 2", value={"start_s": 1.0, "end_s": 2.0}),
        make_answer(task="unheard of", text="x", value={"weather": "rain"}),
        make_answer(task="metadata", text="x", value=["rain"]),
        make_answer(
            task="metadata", text="x", value={"weather": {"rain": 1}, "scene": 7, "x": "y"}
        ),
    ],
)
def test_prose_times_failures_and_strange_values_are_no_facts(answer):
    assert facts(answer) == {}


def test_a_search_finds_categories_and_the_texts_of_other_tasks(reports):
    cause = make_answer(task="causal_reasoning", text="Black ice.", value={"text": "Black ice."})
    event = make_event_report(answers=[make_answer(), metadata(), cause])
    columns = read_report(reports.write("drive", events=[event])).events[0].columns
    assert "van brakes" in columns["description"]
    assert "Black ice." in columns["answers"]
    assert "intersection" in columns["answers"]


def keyframes(*images):
    return [Keyframe(time_s=11.0 + n, frame_index=n, image=i) for n, i in enumerate(images)]


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (("f/1.jpg", "f/2.jpg", "f/3.jpg"), "f/2.jpg"),
        (("f/1.jpg", None, None), "f/1.jpg"),
        ((None,), None),
        ((), None),
        (("../../secret.jpg",), None),
        (("/etc/passwd",), None),
    ],
)
def test_the_picture_nearest_the_peak_stands_for_an_event(reports, images, expected):
    event = make_event_report(12.1, keyframes=keyframes(*images))
    rows = read_report(reports.write("drive", events=[event]))
    assert rows.events[0].columns["thumbnail"] == expected
    assert rows.analysis["thumbnail"] == expected


def test_features_of_another_run_are_left_aside(reports):
    path = reports.write("drive", 12.0, 41.0)
    write_vectors(path, [[1, 0], [0, 1], [1, 1]])
    assert read_report(path).features is None
    write_vectors(path, [[1, 0], [0, 1]])
    assert np.allclose(read_report(path).features.vectors, np.eye(2))
