"""What a killed program left is removed at the next start, and nothing else."""

import asyncio
import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from ui.analysis_run import plan_run
from ui.background import Background
from ui.unfinished_runs import MARK, remove_leftovers

RUN = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from ui.analysis_run import AnalysisRun
from utils.progress import Progress
from utils.settings import Settings
from utils.writers.layout import OutputLayout

def analyze(video, settings, layout):
    layout.files_folder.mkdir(parents=True)
    (layout.files_folder / "event-001.jpg").write_bytes(b"a picture")
    yield Progress("describe", "Event 1")

layout = OutputLayout(Path(sys.argv[1]) / "drive.json")
run = AnalysisRun(SimpleNamespace(analyze=analyze), Path("drive.mp4"), Settings(), layout)
steps = run.start()
next(steps)
print("begun", flush=True)
time.sleep(600)
"""


@pytest.fixture
def begin(tmp_path):
    """Starts a run in another program that has written a picture and goes on."""
    programs = []

    def start(name):
        folder = tmp_path / "outputs" / name
        command = [sys.executable, "-c", RUN, str(folder)]
        program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        programs.append(program)
        assert program.stdout.readline() == "begun\n"
        return folder, program

    yield start
    for program in programs:
        program.kill()
        program.wait()
        program.stdout.close()


def kill(program):
    program.send_signal(signal.SIGKILL)
    program.wait()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can tell there who lives")
def test_what_a_killed_run_left_is_removed_as_the_app_starts(begin, context):
    killed, program = begin("killed")
    alive, _ = begin("alive")
    own = context.outputs / "my clips"
    own.mkdir()
    (own / "holiday.mp4").write_bytes(b"precious")
    kill(program)
    assert names(killed) == [MARK, "drive_files"]

    async def start():
        async with Background(context).lifespan(None):
            pass

    asyncio.run(start())
    assert not killed.exists()
    assert names(alive) == [MARK, "drive_files"]
    assert names(own) == ["holiday.mp4"]


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can tell there who lives")
def test_a_report_that_was_written_before_the_kill_stays(begin, context):
    folder, program = begin("drive")
    (folder / "drive.json").write_text("{}")
    kill(program)
    remove_leftovers(context.outputs)
    assert names(folder) == ["drive.json", "drive_files"]


@pytest.mark.parametrize("owner", ["", "\0", "elsewhere:1:x:y", "not an owner"])
def test_a_mark_that_tells_of_no_dead_program_removes_nothing(context, owner):
    folder = context.outputs / "drive"
    folder.mkdir()
    (folder / MARK).write_text(owner)
    remove_leftovers(context.outputs)
    assert names(folder) == [MARK]


def test_a_run_that_ends_leaves_no_mark(context, video):
    run = plan_run(context, video, context.settings)
    list(run.start())
    assert MARK not in names(run.folder)
    assert run.layout.base.is_file()


def test_a_run_that_is_cancelled_leaves_no_folder(context, video):
    run = plan_run(context, video, context.settings)
    steps = run.start()
    next(steps)
    assert (run.folder / MARK).is_file()
    steps.close()
    assert not run.folder.exists()
