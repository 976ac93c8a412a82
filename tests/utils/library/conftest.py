"""A library in a folder of its own, reports to take in, and two programs at once."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.library_factory import Reports
from tests.waiting import HANG_S
from utils.library import LIBRARY_FILE, Library


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "outputs"


@pytest.fixture
def library(folder):
    return Library(folder / LIBRARY_FILE)


@pytest.fixture
def reports(folder):
    return Reports(folder)


@pytest.fixture(scope="session")
def _programs():
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as programs:
        yield programs


@pytest.fixture
def two_programs(_programs, tmp_path):
    """Runs a function in two other processes at the same moment; what each answers."""

    def run(function, *args):
        started = tmp_path / "started"
        started.mkdir()
        futures = [_programs.submit(start_with_other, started, n, function, args) for n in (0, 1)]
        return [future.result(timeout=HANG_S) for future in futures]

    return run


def start_with_other(started, number, function, args):
    (started / str(number)).touch()
    while len(list(started.iterdir())) < 2:
        time.sleep(0.001)
    return function(*args)
