"""Commands as processes: what is known of them while they run, after they end, and after we die."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.waiting import HANG_S, wait_until
from ui import command_child
from ui.commands import Commands
from utils.errors import AppError
from utils.settings import Settings

SCRIPTS = {
    "train": """
import sys, time
try:
    print("steps", flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    print("stopped", flush=True)
    sys.exit(130)
""",
    "evaluate": """
import sys
from pathlib import Path
print("\\rdrawn over 1%\\rdrawn over 100%")
print("\\x1b[31mto\\u202estderr", file=sys.stderr)
if sys.argv[1] == "--output":
    Path(sys.argv[2]).mkdir(parents=True)
    Path(sys.argv[2], "metrics.json").write_text("{}")
sys.exit({"refused": 2}.get(sys.argv[-1], 0))
""",
    "trust": "raise ValueError('a bug')",
    "calibrate": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.fixture
def commands(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    for kind, text in SCRIPTS.items():
        (root / f"{kind}.py").write_text(text)
    commands = Commands(tmp_path / "runs", root)
    yield commands
    for run in commands.runs():
        commands.stop(run.id)
        ended(commands, run)


def ended(commands, run):
    """The run once it runs no more."""
    wait_until(lambda: commands.find(run.id).state != "running")
    return commands.find(run.id)


def said(commands, run, words):
    """Wait until the run printed this."""
    wait_until(lambda: words in commands.find(run.id).tail(5))
    return commands.find(run.id).tail(5)


def test_a_finished_command_tells_its_end_its_words_and_its_output(commands):
    run = commands.start("evaluate", ["--output", "{output}"], name="my\nclips")
    assert run.state == "running"
    run = ended(commands, run)
    assert (run.state, run.exit_code, run.name) == ("finished", 0, "my clips")
    assert run.ended_at >= run.started_at
    assert run.tail(10) == ["drawn over 100%", " [31mtostderr"]
    assert run.tail(1) == [" [31mtostderr"]
    assert (run.output / "metrics.json").read_text() == "{}"


def test_what_a_command_refuses_is_a_failure_with_its_exit_code(commands):
    run = ended(commands, commands.start("evaluate", ["refused"], name="x"))
    assert (run.state, run.exit_code) == ("failed", 2)


def test_a_bug_in_a_command_leaves_its_traceback_in_the_log(commands):
    run = ended(commands, commands.start("trust", [], name="x"))
    assert (run.state, run.exit_code) == ("failed", 1)
    assert run.tail(1) == ["ValueError: a bug"]


def test_a_command_that_was_killed_counts_as_failed(commands):
    run = ended(commands, commands.start("calibrate", [], name="x"))
    assert (run.state, run.exit_code) == ("failed", None)


def test_stopping_interrupts_the_command(commands):
    run = commands.start("train", [], name="x")
    said(commands, run, "steps")
    commands.stop(run.id)
    run = ended(commands, run)
    assert (run.state, run.exit_code, run.tail(1)) == ("stopped", 130, ["stopped"])


def test_a_command_that_ignores_the_interrupt_is_ended_by_force(tmp_path):
    folder, script = tmp_path / "run", tmp_path / "deaf.py"
    folder.mkdir()
    script.write_text(
        "import time, pathlib\n"
        "while True:\n"
        "    try:\n"
        f"        pathlib.Path({str(folder / 'stop')!r}).touch()\n"
        "        time.sleep(9)\n"
        "    except KeyboardInterrupt:\n"
        "        pass\n"
    )
    asked = {"kind": "train", "name": "", "arguments": [], "started_at": "2026-01-01T00:00:00Z"}
    (folder / "command.json").write_text(json.dumps(asked))
    hasty = "from ui import command_child as c; from pathlib import Path; c.PATIENCE_S = 0.3; "
    code = f"{hasty}c.main(Path({str(folder)!r}), Path({str(script)!r}))"
    child = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=HANG_S, check=False)
    assert child.returncode == command_child.KILLED
    end = json.loads((folder / "end.json").read_text())
    assert (end["exit_code"], end["stopped"]) == (command_child.KILLED, True)


def test_one_command_of_a_kind_runs_at_a_time(commands):
    run = commands.start("train", [], name="the first")
    with pytest.raises(AppError, match="'the first' is still running"):
        commands.start("train", [], name="the second")
    assert commands.start("evaluate", [""], name="another kind").state == "running"
    commands.stop(run.id)
    assert ended(commands, run).state == "stopped"
    again = commands.start("train", [], name="the second")
    assert [one.name for one in commands.runs("train")] == ["the second", "the first"]
    commands.stop(again.id)


def test_a_command_outlives_the_app_and_is_found_and_stopped_by_the_next_one(commands, tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from ui.commands import Commands;"
        "Commands(Path(sys.argv[1]), Path(sys.argv[2])).start('train', [], name='long');"
        "print('started', flush=True); time.sleep(600)"
    )
    given = [sys.executable, "-c", code, str(commands.folder), str(commands.root)]
    app = subprocess.Popen(given, cwd=ROOT, stdout=subprocess.PIPE)
    assert app.stdout.readline() == b"started\n"
    app.kill()
    app.wait()
    app.stdout.close()
    (run,) = commands.runs("train")
    assert said(commands, run, "steps") == ["steps"]
    assert commands.find(run.id).state == "running"
    commands.stop(run.id)
    run = ended(commands, run)
    assert (run.state, run.exit_code) == ("stopped", 130)


def test_settings_are_given_to_the_command_as_its_config(commands):
    run = commands.start("evaluate", [""], name="x", settings=Settings(device="cpu"))
    assert run.arguments == ("--config", str(run.settings), "")
    assert "device: cpu" in run.settings.read_text()


def test_commands_run_where_the_working_folder_is_elsewhere(commands, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    relative = Commands(commands.folder.relative_to(tmp_path), commands.root)
    run = ended(relative, relative.start("evaluate", [""], name="x"))
    assert (run.state, run.exit_code) == ("finished", 0)


@pytest.mark.parametrize("name", ["", "..", "../runs", "no-such-run", "/etc"])
def test_only_known_runs_are_found(commands, name):
    with pytest.raises(AppError, match="not known"):
        commands.stop(name)


def test_a_damaged_record_is_no_run(commands):
    run = ended(commands, commands.start("evaluate", [""], name="x"))
    (run.folder / "command.json").write_text('{"kind": "rm"}')
    assert commands.runs() == []


@pytest.mark.skipif(not hasattr(os, "nice"), reason="this system has no niceness")
def test_commands_are_polite_to_the_rest_of_the_machine(commands, tmp_path):
    (commands.root / "trust.py").write_text("import os; print(os.nice(0))")
    run = ended(commands, commands.start("trust", [], name="x"))
    assert int(run.tail(1)[0]) >= min(os.nice(0) + command_child.NICENESS, 19)


def test_a_real_command_answers(tmp_path):
    commands = Commands(tmp_path / "runs")
    run = ended(commands, commands.start("train", ["--help"], name="help"))
    assert (run.state, run.exit_code) == ("finished", 0)
    assert any("--resume" in line for line in run.tail(30))
