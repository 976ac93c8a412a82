"""How far a run is, from the lines that train.py prints."""

from datetime import UTC, datetime

import pytest

from ui.commands import CommandRun
from ui.train.progress import read_progress

HEAD = "163 training clips, 22 validation clips\n60 steps of 32 samples\n"


@pytest.fixture
def run(tmp_path):
    """(log, state, exit code) -> a run."""

    def make(log, state="running", exit_code=None):
        (tmp_path / "log.txt").write_text(log)
        now = datetime.now(UTC)
        return CommandRun("id", "train", "n", (), now, state, exit_code, tmp_path)

    return make


def test_steps_and_the_time_left_are_read_from_the_bar(run):
    bar = "\r  0%|   | 0/60 [00:00<?, ?it/s]\r 12%|#  | 7/60 [00:01<00:05,  9.9it/s]"
    progress = read_progress(run(HEAD + bar), {})
    assert (progress.words, progress.steps, progress.total_steps) == ("Step 7 of 60", 7, 60)
    assert (progress.fraction, progress.time_left) == (pytest.approx(7 / 60), "00:05")


def test_clips_are_read_before_the_first_step(run):
    bar = "\rfeatures:   7%|▋         | 13/185 [00:00<00:01, 126.14clip/s]"
    progress = read_progress(run("INFO x\n" + bar), {})
    assert (progress.words, progress.steps) == ("Features: 13 of 185 clips", 0)


def test_nothing_said_yet_is_getting_ready(run):
    progress = read_progress(run(""), {})
    assert (progress.words, progress.fraction) == ("Getting ready", None)


@pytest.mark.parametrize(
    ("log", "state", "code", "words"),
    [
        (HEAD + "written to x", "finished", 0, "Training is done."),
        ("error: no clip is there\n", "failed", 2, "no clip is there"),
        ("Traceback\nValueError: a bug\n", "failed", 1, "ValueError: a bug"),
        (HEAD, "failed", None, "It ended without a word: it was killed"),
        ("", "failed", 1, "It failed without a word."),
        (HEAD, "stopped", 130, "Stopped."),
    ],
)
def test_an_end_is_told_in_words(run, log, state, code, words):
    assert read_progress(run(log, state, code), {}).words.startswith(words)


def test_an_ended_run_knows_its_steps_from_its_curves(run):
    progress = read_progress(run(HEAD, "finished", 0), {"train/loss": [(1, 2.0), (60, 1.0)]})
    assert (progress.steps, progress.total_steps) == (60, 60)
