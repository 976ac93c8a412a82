"""What other computers can save of an analysis: the report's files, without folders of this one."""

import asyncio
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.ui.analyze.test_handlers import run, values
from ui.analyze.api import AnalyzeApi
from ui.shared_report import SharedCopy
from utils.writers import OutputLayout


@pytest.fixture
def shared(context):
    """A context of an app that listens; its reports name the folder of the video."""
    return replace(context, local_allowed=False)


def saved(context, form):
    """The files that the page offers, by suffix."""
    outcome = run(context, form)[-1].outcome
    hrefs = re.findall(r'href="(/media/[^"]+)" download', outcome)
    with TestClient(Starlette(routes=[context.media.route()])) as browser:
        answers = {href.rpartition(".")[2]: browser.get(href) for href in hrefs}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {suffix: answer.text for suffix, answer in answers.items()}


def test_files_of_a_report_leave_without_folders(shared, video):
    files = saved(shared, values(video))
    assert {"json", "html", "csv"} <= set(files)
    for suffix in ("json", "html", "csv"):
        assert "drive one.mp4" in files[suffix]
        assert str(video.parent) not in files[suffix]
    assert "<img" in files["html"]


def test_on_this_computer_they_are_as_they_were_written(shared, video):
    files = saved(replace(shared, local_allowed=True), values(video))
    assert str(video) in files["json"]


def test_a_program_elsewhere_is_told_no_folder(shared, video):
    request = SimpleNamespace(session_hash="session-1")
    told = AnalyzeApi(shared).analyze(request, video={"path": str(video)}, checkpoint="default")
    report = asyncio.run(told)
    assert report["video_path"] == "drive one.mp4"
    assert report["num_triggers_detected"] == 3
    assert str(video.parent) not in str(report)


def test_a_report_that_is_gone_makes_no_copy(tmp_path):
    copy = SharedCopy(OutputLayout(tmp_path / "gone.json"), tmp_path)
    assert copy(tmp_path / "gone.html") is None
