"""The screen of the Train tab: what is shown, what changes, what is refused."""

import pytest

from tests.ui.train.test_training import LONG, QUICK, ended
from tests.waiting import wait_until
from ui.parts import SKIP
from ui.train.datasets import DataChoice
from ui.train.handlers import Handlers, Screen
from ui.train.plan import TrainForm, presets


@pytest.fixture
def handlers(training):
    return Handlers(training)


def split(values):
    """A handler's answer as the screen and what was seen."""
    *parts, seen = values
    return Screen(*parts), seen


def test_the_first_screen_teaches_how_to_begin(handlers):
    screen, _ = split(handlers.open(None))
    assert "Nothing was trained yet" in screen.status
    assert "Loss, learning rate" in screen.curves
    assert (screen.outcome, screen.timer.active) == ("", False)
    assert not screen.stop.interactive


def test_a_running_run_can_be_stopped_and_is_followed(handlers, training):
    screen, _ = split(handlers.start(LONG, {}))
    assert "Training: new" in screen.status
    assert (screen.stop.interactive, screen.timer.active) == (True, True)
    run = training.find("")
    wait_until(lambda: training.status(run.id).progress.total_steps)
    screen, seen = split(handlers.show(run.id, {}))
    assert 'aria-valuenow="33.3"' in screen.status
    assert "Step 2 of 6" in screen.status
    handlers.stop(run.id, seen)
    ended(training, run)
    screen, _ = split(handlers.show(run.id, seen))
    assert "Stopped: new" in screen.status
    assert (screen.resume.interactive, screen.stop.interactive) == (True, False)
    assert screen.timer.active is False


def test_what_did_not_change_is_not_sent_again(handlers, training):
    ended(training, training.start(QUICK))
    first, seen = split(handlers.show("", {}))
    assert "Finished: new" in first.status
    second, _ = split(handlers.show("", seen))
    assert all(part is SKIP for part in second)


def test_the_result_is_shown_beside_the_base_and_compared(handlers, training):
    run = training.start(QUICK)
    ended(training, run)
    screen, seen = split(handlers.show(run.id, {}))
    assert "Checkpoint new/best" in screen.outcome
    assert "Not measured yet" in screen.outcome
    assert screen.compare.interactive
    assert screen.base.choices == [("default", "default")]
    handlers.compare(run.id, "default", seen)
    wait_until(lambda: training.status(run.id).pairs)
    screen, _ = split(handlers.show(run.id, {}))
    assert "Score rises at the crash" in screen.outcome
    assert 'class="better"' in screen.outcome
    assert "+0.02 to +0.20" in screen.outcome


def test_a_failed_comparison_tells_why(handlers, training):
    (training.context.commands.root / "evaluate.py").write_text(
        "import sys; print('error: no clip is in the split val'); sys.exit(2)"
    )
    run = training.start(QUICK)
    ended(training, run)
    handlers.compare(run.id, "default", {})
    wait_until(lambda: training.status(run.id).comparing.state == "failed")
    screen, _ = split(handlers.show(run.id, {}))
    assert "No clip is in the split val." in screen.outcome
    assert screen.compare.interactive


def test_refusals_take_the_place_of_the_status_without_folders(handlers):
    screen, _ = split(handlers.start(TrainForm("../etc"), {}))
    assert "Name the new checkpoint" in screen.status
    data = DataChoice(["folder"], "/home/ann/secret/labels.json")
    screen, _ = split(handlers.start(TrainForm("a", data), {}))
    assert "labels.json" in screen.status
    assert "/home/ann" not in screen.status


@pytest.mark.parametrize("run_id", ["../x", 7, ["a"], {"b": 1}])
def test_a_made_up_run_is_refused(handlers, training, run_id):
    training.start(QUICK)
    for answer in (handlers.show, handlers.stop, handlers.resume):
        screen, _ = split(answer(run_id, {}))
        assert "not known" in screen.status


def test_names_from_files_are_escaped(handlers, training, folder):
    (folder / "drive.mp4").rename(folder / "<img src=x>.mp4")
    text = (folder / "train.json").read_text().replace('"drive.mp4"', '"<b>{{x}}.mp4"')
    (folder / "train.json").write_text(text)
    card = handlers.look_at_data(DataChoice())
    assert "1 video missing" in card
    assert "<b>" not in card
    assert "{{" not in card


def test_what_to_learn_from_is_told_even_where_nothing_is_chosen(handlers):
    assert "at least one" in handlers.look_at_data(DataChoice([]))
    assert "held out" in handlers.look_at_data(DataChoice(["settings"]))


def test_presets_bring_their_numbers(handlers):
    help_text, epochs, batch_size, rate, seed = handlers.choose_preset("quick")
    assert help_text.info == presets()["quick"].help
    assert (epochs, batch_size, rate, seed) == (10, 32, 0.002, 0)
    refused, *rest = handlers.choose_preset("nope")
    assert "one of the presets" in refused.info
    assert all(part is SKIP for part in rest)


def test_checking_says_at_once_that_it_began(handlers):
    first, last = handlers.check_data(DataChoice())
    assert "Opening every video" in first
    assert "missing videos: 0" in last
