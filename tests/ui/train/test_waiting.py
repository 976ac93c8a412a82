"""Comparisons that begin by themselves once a training has ended; the commands end at once."""

import logging
import threading
import time
from dataclasses import replace

import pytest

from tests.ui.train.test_training import LONG, QUICK, ended
from tests.waiting import wait_until
from ui.commands import Commands
from ui.train import comparison
from ui.train.comparison import Wish, read_wish, wish_for
from ui.train.waiting import WaitingComparisons


@pytest.fixture
def watch(training):
    """What an app does now and then."""
    return WaitingComparisons(training.context.commands, every_s=0.05)


def wish(training, run):
    wish_for(run, Wish(base=training.context.checkpoints.find("default").setting))
    return run


def finished(training, name="new"):
    """A run that has ended and is to be measured."""
    run = wish(training, training.start(replace(QUICK, name=name)))
    ended(training, run)
    return run


def measured(training):
    return training.context.commands.runs("evaluate")


def test_a_comparison_begins_when_the_training_ends_though_nobody_looks(training, watch):
    watch.start()
    run = wish(training, training.start(LONG))
    wait_until(lambda: training.status(run.id).progress.total_steps)
    assert training.status(run.id).wanted
    training.stop(run.id)
    ended(training, run)
    assert measured(training) == []
    resumed = training.resume(run.id)
    assert wait_until(lambda: read_wish(resumed).evaluation)
    watch.stop()
    pairs = wait_until(lambda: training.status(resumed.id).pairs)
    assert (pairs.before, pairs.after) == ("default", "new/best")
    assert len(measured(training)) == 1


def test_looking_at_the_run_begins_nothing(training):
    status = training.status(finished(training).id)
    assert (status.wanted, status.comparing) == (True, None)
    assert measured(training) == []


def test_what_ended_while_no_app_ran_is_measured_by_the_next_one(training):
    run = finished(training)
    commands = training.context.commands
    begun = WaitingComparisons(Commands(commands.folder, commands.root)).look()
    assert read_wish(run).evaluation == begun.id


def test_nothing_is_measured_twice_even_where_the_first_time_failed(training, watch):
    finished(training)
    root = training.context.commands.root
    (root / "evaluate.py").write_text("import sys; sys.exit(2)")
    first = watch.look()
    wait_until(lambda: training.context.commands.find(first.id).state == "failed")
    assert watch.look() is None
    assert [run.id for run in measured(training)] == [first.id]


def test_two_apps_that_look_at_once_measure_once(training, monkeypatch):
    finished(training)
    commands = training.context.commands
    apps = [WaitingComparisons(Commands(commands.folder, commands.root)) for _ in range(4)]
    together, real = threading.Barrier(len(apps)), comparison.start

    def slowly(*given):
        time.sleep(0.3)
        return real(*given)

    def look(app):
        together.wait()
        app.look()

    monkeypatch.setattr(comparison, "start", slowly)
    threads = [threading.Thread(target=look, args=[app]) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(measured(training)) == 1


def test_comparisons_wait_for_another_evaluation_and_for_each_other(training, watch):
    first, second = (finished(training, name) for name in ("one", "two"))
    commands = training.context.commands
    fast = (commands.root / "evaluate.py").read_text()
    (commands.root / "evaluate.py").write_text("import time; time.sleep(600)")
    other = commands.start("evaluate", [], name="another one")
    assert watch.look() is None
    commands.stop(other.id)
    wait_until(lambda: commands.find(other.id).state != "running")
    (commands.root / "evaluate.py").write_text(fast)
    assert watch.look().name == "Before and after one"
    assert read_wish(second).evaluation is None
    assert wait_until(watch.look).name == "Before and after two"
    assert read_wish(first).evaluation != read_wish(second).evaluation


def test_a_training_that_failed_or_was_not_to_be_measured_begins_nothing(training, watch):
    ended(training, wish(training, training.start(replace(QUICK, name="bad", seed=9))))
    ended(training, training.start(replace(QUICK, name="plain")))
    assert watch.look() is None
    assert measured(training) == []


def test_a_run_that_cannot_be_measured_is_told_once_and_holds_up_no_other(training, watch, caplog):
    broken, sound = (finished(training, name) for name in ("broken", "sound"))
    broken.settings.write_text("no_such_setting: 1\n")
    with caplog.at_level(logging.WARNING):
        assert watch.look().name == "Before and after sound"
        wait_until(lambda: all(run.state != "running" for run in measured(training)))
        assert watch.look() is None
    said = [record for record in caplog.records if "not measured yet" in record.message]
    assert len(said) == 1
    assert read_wish(sound).evaluation
