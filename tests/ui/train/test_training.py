"""What can be done about training, with commands that end at once."""

import subprocess
import sys
from dataclasses import replace

import pytest

from tests.conftest import ROOT
from tests.waiting import wait_until
from ui.train.datasets import DataChoice
from ui.train.plan import TrainForm
from utils.config import load_settings
from utils.errors import AppError

QUICK = TrainForm("new", preset="settings")
LONG = replace(QUICK, seed=7)  # the made-up command waits for ever at this seed


def ended(training, run):
    """The status of a run once it runs no more."""
    wait_until(lambda: training.find(run.id).state != "running")
    return training.status(run.id)


def test_a_run_gets_the_settings_of_the_form(training, folder):
    run = training.start(replace(QUICK, epochs=3, learning_rate=0.01, batch_size=4, seed=5))
    settings = load_settings(run.settings)
    chosen = settings.training
    assert (chosen.num_epochs, chosen.batch_size, chosen.learning_rate) == (3, 4, 0.01)
    assert chosen.output_dir == str(folder / "checkpoints" / "new")
    assert settings.model.encoder.name == "test_resnet"
    assert settings.data.train_annotations == str(folder / "train.json")


def test_a_finished_run_gives_a_checkpoint_of_the_list_with_its_figures(training):
    status = ended(training, training.start(QUICK))
    assert (status.run.state, status.progress.words) == ("finished", "Training is done.")
    assert status.checkpoint.name == "new/best"
    assert "new/best" in training.context.checkpoints.names()
    assert status.checkpoint.figures == "AUC within a clip 0.75"
    assert status.base.name == "default"
    assert not status.resumable


def test_what_a_run_refuses_is_told_in_its_own_words(training):
    status = ended(training, training.start(replace(QUICK, seed=9)))
    assert (status.run.state, status.checkpoint) == ("failed", None)
    assert status.progress.words == "no clip can be read in clips"


def test_a_stopped_run_goes_on_in_the_same_folder_and_only_once(training):
    run = training.start(LONG)
    wait_until(lambda: training.status(run.id).progress.total_steps)
    assert training.status(run.id).progress.words == "Step 2 of 6"
    training.stop(run.id)
    assert ended(training, run).resumable
    resumed = training.resume(run.id)
    assert resumed.resume_of == run.id
    assert resumed.arguments[-2:] == ("--resume", str(training.output(run)))
    assert ended(training, resumed).checkpoint.name == "new/best"
    with pytest.raises(AppError, match="cannot be resumed"):
        training.resume(run.id)


def test_training_goes_on_when_the_app_is_killed_and_the_next_app_finds_it(training, folder):
    code = (
        "import sys, time; from pathlib import Path\n"
        "from tests.ui.train.small_app import make_training\n"
        "from tests.ui.train.test_training import LONG\n"
        "make_training(Path(sys.argv[1]), Path(sys.argv[2])).start(LONG)\n"
        "print('started', flush=True); time.sleep(600)"
    )
    project = str(training.context.commands.root)
    app = subprocess.Popen(
        [sys.executable, "-c", code, str(folder), project], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert app.stdout.readline() == b"started\n"
    app.kill()
    app.wait()
    app.stdout.close()
    (run,) = training.runs()
    wait_until(lambda: training.status("").progress.total_steps)
    assert training.status(run.id).run.state == "running"
    training.stop(run.id)
    assert ended(training, run).run.state == "stopped"


def test_before_and_after_are_measured_on_the_same_clips(training):
    run = training.start(QUICK)
    ended(training, run)
    evaluation = training.compare(run.id, "default")
    result = training.output(run) / "best"
    base = training.context.checkpoints.find("default").setting
    assert evaluation.arguments[2:5] == ("--checkpoint", base, str(result))
    data = load_settings(evaluation.settings).data
    assert data == load_settings(run.settings).data
    pairs = wait_until(lambda: training.status(run.id).pairs)
    assert [(row.name, row.verdict) for row in pairs.rows] == [
        ("within_clip_auc", "better"),
        ("false_alarms_per_hour", "worse"),
    ]
    assert pairs.rows[0].difference.value == 0.1
    assert (pairs.before, pairs.after) == ("default", "new/best")
    assert pairs.words == "Of 2 figures, beyond chance: 1 better, 1 worse."


def test_a_checkpoint_is_not_compared_with_itself(training):
    run = training.start(QUICK)
    with pytest.raises(AppError, match="another checkpoint"):
        ended(training, run) and training.compare(run.id, "new/best")


def test_a_run_without_a_checkpoint_is_not_compared(training):
    run = training.start(LONG)
    with pytest.raises(AppError, match="no checkpoint yet"):
        training.compare(run.id)


@pytest.mark.parametrize("run_id", ["nope", "../x", 5, None, ["a"]])
def test_only_known_runs_are_shown(training, run_id):
    with pytest.raises(AppError, match="not known"):
        training.status(run_id)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (TrainForm("../x"), "Name the new checkpoint"),
        (TrainForm(""), "Name the new checkpoint"),
        (TrainForm(None), "Name the new checkpoint"),
        (TrainForm("default"), "Choose another name"),
        (TrainForm("a", preset="rm -rf"), "one of the presets"),
        (TrainForm("a", preset=["default"]), "one of the presets"),
        (TrainForm("a", epochs=0), "num_epochs"),
        (TrainForm("a", epochs=1.5), "whole number"),
        (TrainForm("a", epochs=float("nan")), "must be a number"),
        (TrainForm("a", epochs=float("inf")), "must be a number"),
        (TrainForm("a", learning_rate="fast"), "must be a number"),
        (TrainForm("a", learning_rate=2), "learning_rate"),
        (TrainForm("a", seed=True), "must be a number"),
        (TrainForm("a", DataChoice(["everything"])), "in the list"),
        (TrainForm("a", DataChoice([])), "at least one"),
        (TrainForm("a", DataChoice(7)), "in the list"),
        (TrainForm("a", DataChoice(["folder"])), "path of a label file"),
        (TrainForm("a", DataChoice(["folder"], "/no/such/labels")), "no file at that path"),
        (TrainForm("a", DataChoice(["folder"], "https://x.org/a")), "not a web address"),
        (TrainForm("a", DataChoice(["reviews"])), "no event was reviewed"),
    ],
)
def test_a_form_with_impossible_values_starts_nothing(training, form, words):
    with pytest.raises(AppError, match=words):
        training.start(form)
    assert training.runs() == []


def test_paths_are_refused_while_the_app_listens_on_the_network(training, folder):
    training.context = replace(training.context, local_allowed=False)
    with pytest.raises(AppError, match="Paths are off"):
        training.start(TrainForm("a", DataChoice(["folder"], str(folder / "train.json"))))


def test_labels_by_path_join_the_data_of_the_settings(training, folder):
    data = DataChoice(["settings", "folder"], str(folder / "val.json"))
    run = training.start(replace(QUICK, data=data))
    corpora = load_settings(run.settings).data.corpora
    assert [(part.annotations, part.split) for part in corpora] == [
        (str(folder / "train.json"), "train"),
        (str(folder / "val.json"), "val"),
        (str(folder / "val.json"), None),
    ]


def test_the_recipe_of_the_checkpoint_in_use_can_be_taken(training):
    run = training.start(TrainForm("again", preset="checkpoint"))
    settings = load_settings(run.settings)
    assert (settings.model.members, settings.training.num_epochs) == (2, 3)


def test_a_checkpoint_without_a_recipe_says_so(training, folder):
    (folder / "checkpoints" / "default" / "config.yaml").write_text("threshold: 0.4\n")
    with pytest.raises(AppError, match="does not say how it was trained"):
        training.start(TrainForm("again", preset="checkpoint"))


def test_a_comparison_that_cannot_begin_is_not_noted(training):
    run = training.start(QUICK)
    ended(training, run)
    commands = training.context.commands
    (commands.root / "evaluate.py").write_text("import time; time.sleep(600)")
    other = commands.start("evaluate", [], name="another one")
    with pytest.raises(AppError, match="'another one' is still running"):
        training.compare(run.id, "default")
    assert not training.status(run.id).wanted
    commands.stop(other.id)
