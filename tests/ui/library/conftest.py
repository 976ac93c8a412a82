"""A library with reports told by hand, and the components of the tab as plain names."""

import os

import pytest

from tests.library_factory import Reports
from ui.library.filters import Asked
from ui.library.list_handlers import FILTERS, MOMENTS, Listing
from ui.library.queue_handlers import ADDING

LONG_AGO_S = 1_000_000_000
NAMES = ("results", "note", "refresh", "queue", "told", "added", "exported", "timer")


@pytest.fixture
def library(context):
    return context.library


@pytest.fixture
def reports(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    return Reports(folder)


@pytest.fixture
def filled(library, reports):
    """Three videos: two moments, one, none."""
    for video, peaks in (("monday", (5.0, 20.0)), ("tuesday", (9.0,)), ("quiet", ())):
        library.analyses.add(reports.write(video, *peaks))
    return library


@pytest.fixture
def parts():
    """Every component stands for itself by name."""
    return {name: name for name in (*NAMES, *FILTERS, *ADDING, "view", "listing")}


@pytest.fixture
def values():
    """What the page holds at first; keywords change it."""

    def make(**changes):
        first = {name: getattr(Asked(), name) for name in FILTERS}
        return first | {"view": MOMENTS, "listing": Listing(), "told": ""} | changes

    return make


@pytest.fixture
def make_video(tmp_path):
    """A file that looks like a settled video by its name and age."""

    def make(name, content=b"video", mtime_s=LONG_AGO_S):
        path = tmp_path / "footage" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (mtime_s, mtime_s))
        return path

    return make
