"""The Evaluate tab without a page: stored figures, budgets, commands, results, refusals."""

import json
from dataclasses import replace

import pytest

from tests.report_factory import HOSTILE
from tests.ui.evaluate.conftest import ended, make_evaluation
from ui.checkpoints import Checkpoint
from ui.commands import LOG
from ui.evaluate import views
from ui.evaluate.handlers import Handlers
from ui.evaluate.results import BY_COMMAND
from ui.evaluate.runs import CalibrateForm, Clips, EvaluateForm
from ui.evaluate.stored_figures import stored_figures
from ui.parts import SKIP
from utils.metrics.evaluation import Figure
from utils.trust_report import Finding, TrustReport


@pytest.fixture
def handlers(context):
    return Handlers(context)


@pytest.fixture
def clips(tmp_path):
    """A folder as --data means it, and a label file."""
    (tmp_path / "data" / "drives").mkdir(parents=True)
    (tmp_path / "labels.json").write_text("[]")
    return tmp_path


def measured(handlers, **changes):
    """A run of evaluate.py once it has ended."""
    handlers.measure(EvaluateForm(["default"], **changes))
    return ended(handlers.context.commands, handlers.measuring.newest().id)


def test_stored_figures_are_grouped_by_split_with_their_intervals():
    metrics = {
        "validation": {"auc": 0.9, "auc_low": 0.8, "auc_high": 1},
        "cross_validation": {"crash_clips": 33, "recall": 0.5, "epoch": 4},
        "f1": 0.7,
        "odd": [1],
        "nan": float("nan"),
        "yes": True,
    }  # fmt: skip
    validation, cross, beside = stored_figures(metrics)
    (auc,) = validation.figures
    assert (auc.name, auc.low, auc.high) == ("auc", 0.8, 1.0)
    assert [row.name for row in cross.counts] == ["crash_clips"]
    assert [row.name for row in cross.figures] == ["recall"]
    assert [row.name for row in beside.figures] == ["f1"]


@pytest.mark.parametrize("metrics", [{}, {"a": "text"}, {"a": {}}, {HOSTILE: {HOSTILE: 0.5}}])
def test_any_stored_figures_are_shown_without_harm(metrics):
    html = views.stored(Checkpoint(HOSTILE, "/x", 0.3, metrics=metrics))
    assert "<script" not in html
    assert "{{" not in html


def test_choosing_a_checkpoint_sets_the_slider_to_its_own_budget(handlers):
    stored, slider, words, curves, use = handlers.choose("default")
    assert "within clip auc" in stored
    assert (slider.value, slider.maximum, slider.interactive) == (2.0, 6.0, True)
    assert "Threshold 0.60" in words
    assert "5 of 10 crashes" in words
    assert curves.count("<polyline") == 2
    assert use.interactive


def test_a_checkpoint_without_calibration_says_how_to_get_one(handlers):
    _, slider, words, curves, use = handlers.choose("run-7")
    assert "Calibrate it on your own normal drives" in words
    assert "No curve to show" in curves
    assert (slider.interactive, use.interactive) == (False, False)


@pytest.mark.parametrize("name", ["../default", None, ["default"], "gone"], ids=repr)
def test_a_forged_checkpoint_shows_nothing(handlers, name):
    assert "No checkpoint" in handlers.budget(name, 5).words


@pytest.mark.parametrize("value", ["5", None, True, -1, float("nan")], ids=repr)
def test_a_forged_budget_is_told(handlers, value):
    assert "number above 0" in handlers.budget("default", value).words
    assert "above 0" in handlers.use("default", value)


def test_using_a_budget_changes_the_settings_of_analyses(handlers, context):
    html = handlers.use("default", 2.0)
    trigger = context.settings.trigger
    assert trigger.max_false_alarms_per_hour == 2.0
    assert trigger.threshold is None
    assert trigger.checkpoint.endswith("default")
    assert "threshold 0.60" in html
    assert context.checkpoints.find("default").threshold == 0.6


def test_measuring_runs_the_command_with_what_was_chosen(handlers, clips):
    run = measured(
        handlers,
        clips=Clips(str(clips / "data")),
        protocol="drives",
        split="train",
        baselines=False,
    )
    assert run.state == "finished"
    said = (run.folder / LOG).read_text()
    assert "--protocol drives --split train" in said
    assert f"--data {clips / 'data'}" in said
    assert run.tail(5)[0].endswith("--data data --output output --no-baselines")


def test_a_label_file_goes_into_the_settings_of_the_command(handlers, clips):
    run = measured(handlers, clips=Clips(str(clips / "labels.json"), str(clips / "data")))
    text = run.settings.read_text()
    assert f"train_annotations: {clips / 'labels.json'}" in text
    assert f"train_video_dir: {clips / 'data'}" in text


def test_a_run_is_followed_to_its_result(handlers):
    panel = handlers.measure(EvaluateForm(["default"]))
    assert "is running" in panel.run
    assert panel.timer.active
    ended(handlers.context.commands, handlers.measuring.newest().id)
    panel, has_ended = handlers.measuring.look(None)
    assert has_ended
    assert "has finished" in panel.run
    assert not panel.timer.active
    assert handlers.measuring.look(panel.seen)[1] is False
    listed = handlers.evaluations()
    assert listed.choice.value == handlers.measuring.newest().id
    assert "0.920 [0.80, 1.00]" in listed.shown


def test_a_run_is_stopped(handlers):
    assert handlers.measuring.stop().stop is SKIP
    handlers.measure(EvaluateForm(["default"], protocol="precrash"))
    assert handlers.measuring.stop().stop.interactive is False
    run = ended(handlers.context.commands, handlers.measuring.newest().id)
    assert run.state == "stopped"
    assert "was stopped" in handlers.measuring.look(None)[0].run
    assert handlers.evaluations().choice.value is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"checkpoints": []}, "Choose a checkpoint"),
        ({"checkpoints": "default"}, "Choose a checkpoint"),
        ({"checkpoints": ["../x"]}, "not in the list"),
        ({"checkpoints": ["default"] * 7}, "At most 6"),
        ({"protocol": "rm -rf"}, "protocols in the list"),
        ({"split": "all"}, "splits"),
        ({"clips": Clips("/no/such")}, "There is no file at that path: such"),
        ({"clips": Clips(["x"])}, "cannot be read"),
        ({"clips": Clips("https://x/y")}, "web address"),
    ],
)
def test_what_cannot_be_measured_is_refused(handlers, changes, words):
    panel = handlers.measure(EvaluateForm(**({"checkpoints": ["default"]} | changes)))
    assert words in panel.run
    assert handlers.measuring.newest() is None


def test_paths_are_off_on_the_network(context, clips):
    handlers = Handlers(replace(context, local_allowed=False))
    panel = handlers.measure(EvaluateForm(["default"], Clips(str(clips / "data"))))
    assert "Paths are off" in panel.run
    form = CalibrateForm("default", str(clips / "data"), 5.0, "mine")
    assert "Paths are off" in handlers.calibrate(form).run


def test_calibrating_writes_a_new_checkpoint_that_can_be_chosen(handlers, clips):
    normal = f"{clips / 'data'}\n\n  \n{clips / 'labels.json'}"
    handlers.calibrate(CalibrateForm("default", normal, 3.0, "mine"))
    run = ended(handlers.context.commands, handlers.calibrating.newest().id)
    said = (run.folder / LOG).read_text()
    assert "--max-false-alarms-per-hour 3" in said
    assert f"--normal {clips / 'data'} {clips / 'labels.json'}\n" in said
    checkpoint, _ = handlers.refresh("default")
    assert "mine" in [name for name, _ in checkpoint.choices]
    again = handlers.calibrate(CalibrateForm("default", normal, 3.0, "mine"))
    assert "There is a checkpoint mine already" in again.run


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", ".hidden", "x" * 99, None, ["x"], "a b"], ids=repr
)
def test_a_name_that_is_no_folder_is_refused(handlers, clips, name):
    form = CalibrateForm("default", str(clips / "data"), 5.0, name)
    assert "Name the new checkpoint" in handlers.calibrate(form).run
    assert handlers.calibrating.newest() is None


@pytest.mark.parametrize("normal", ["", None, "  \n ", 7, [["x"]]], ids=repr)
def test_calibrating_needs_normal_drives(handlers, normal):
    panel = handlers.calibrate(CalibrateForm("default", normal, 5.0, "mine"))
    assert "This did not work" in panel.run
    assert handlers.calibrating.newest() is None


def test_an_examination_is_shown_with_its_verdicts_in_words(handlers):
    handlers.examine("default", Clips())
    ended(handlers.context.commands, handlers.examining.newest().id)
    shown = handlers.trusts().shown
    assert "You can rely only in part on it" in shown
    assert "Do not rely on it" in shown
    assert "to hear" in shown
    assert "1 fail" in shown


def test_what_the_command_line_wrote_is_listed_last(handlers, context):
    measured(handlers)
    folder = context.outputs / "evaluation"
    folder.mkdir()
    (folder / "metrics.json").write_text(make_evaluation(clips=7).model_dump_json())
    (folder / "roc.png").write_bytes(b"png")
    choices = handlers.evaluations().choice.choices
    assert [value for _, value in choices][-1] == BY_COMMAND
    shown = handlers.show_evaluation(BY_COMMAND)
    assert "7 clips of the split" in shown
    assert "/media/" in shown


@pytest.mark.parametrize("text", ["{}", "not json", json.dumps({"format_version": 9})])
def test_a_damaged_result_is_told_and_shows_nothing(handlers, context, text):
    for kind, name in (("evaluation", "metrics.json"), ("trust", "trust.json")):
        (context.outputs / kind).mkdir(parents=True)
        (context.outputs / kind / name).write_text(text)
    assert "cannot be read" in handlers.show_evaluation(BY_COMMAND)
    assert "cannot be read" in handlers.show_trust(BY_COMMAND)


@pytest.mark.parametrize("wanted", ["gone", "../x", 7, ["x"]], ids=repr)
def test_a_forged_result_is_refused(handlers, wanted):
    assert "not there any more" in handlers.show_evaluation(wanted)
    assert "not there any more" in handlers.show_trust(wanted)


def test_empty_states_say_what_to_do(handlers):
    assert "Measure" in handlers.evaluations().shown
    assert "Examine" in handlers.trusts().shown
    assert "Nothing is calibrated" in handlers.calibrating.look(None)[0].run


def test_opening_the_tab_fills_every_part(handlers):
    measured(handlers)
    parts = handlers.open(None, None, None)
    assert len(parts) == 2 + 1 + 4 + 3 * 4 + 2 + 2
    assert parts[0].value == "default"


def test_hostile_results_are_text():
    evaluation = make_evaluation(notes=(HOSTILE,), not_measured=(HOSTILE,), split=HOSTILE)
    html = views.evaluation(evaluation, [(HOSTILE, "/media/x")], HOSTILE)
    words = {"title": HOSTILE, "done": HOSTILE, "figure": HOSTILE, "limit": HOSTILE}
    finding = Finding(**words, verdict="fail", sentence=HOSTILE, claim=HOSTILE)
    trust = TrustReport(
        checkpoint=HOSTILE, label=HOSTILE, threshold=0.5, footage=HOSTILE, findings=(finding,)
    )
    for page in (html, views.trust(trust, HOSTILE, None)):
        assert "&lt;script&gt;" in page
        assert "<script" not in page
        assert "{{" not in page


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Figure(name="x", value=None, low=None, high=None), "–"),
        (Figure(name="x", value=0.5, low=None, high=None), "0.500"),
        (Figure(name="x", value=0.5, low=0.25, high=0.75), "0.500 [0.25, 0.75]"),
    ],
)
def test_a_figure_says_what_is_known(figure, text):
    assert views.cell(figure) == text
