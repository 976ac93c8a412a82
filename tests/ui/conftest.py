"""A page's context with made-up checkpoints, a drawn video and an analysis told by hand."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.fake_analyze import FakeAnalyze
from tests.report_factory import failed_answer, make_curve, make_event_report, make_report
from tests.ui.browser_page import page as page  # a fixture
from tests.video_factory import VideoPlan, write_video
from ui.checkpoints import CheckpointShelf
from ui.commands import RUNS_FOLDER, Commands
from ui.context import Context
from ui.current_settings import CurrentSettings
from ui.jobs import JobQueue
from ui.media import MediaShelf
from utils.library import LIBRARY_FILE, Library
from utils.settings import Settings

DURATION_S = 10.0


def three_events():
    """A ten-second report: one event described, one failed, one beyond the limit."""
    events = [
        make_event_report(2.3),
        make_event_report(5.1, answers=[failed_answer("cannot reach /home/ann/llava: busy")]),
        make_event_report(8.0, described=False, answers=[]),
    ]
    report = make_report(events, score_track=make_curve(DURATION_S, [2.3, 5.1, 8.0]))
    video = report.video.model_copy(update={"duration_s": DURATION_S})
    return report.model_copy(update={"video": video})


@pytest.fixture
def checkpoint_root(tmp_path):
    root = tmp_path / "checkpoints"
    for name in ("default", "run-7"):
        (root / name).mkdir(parents=True)
        (root / name / "model.safetensors").write_bytes(b"weights")
    metrics = {"within_clip_auc": 0.8712, "note": "x", "f1": float("nan")}
    (root / "default" / "metrics.json").write_text(json.dumps(metrics))
    (root / "default" / "config.yaml").write_text("threshold: 0.41\n")
    (root / "empty").mkdir()
    return root


@pytest.fixture
def settings(checkpoint_root):
    settings = Settings()
    trigger = settings.trigger.model_copy(update={"checkpoint": str(checkpoint_root / "default")})
    return settings.model_copy(update={"trigger": trigger})


@pytest.fixture
def video(tmp_path):
    """A drawn ten-second video among the uploads."""
    folder = tmp_path / "uploads" / "abc"
    folder.mkdir(parents=True)
    return write_video(folder / "drive one.mp4", VideoPlan(frames=100, rate=Fraction(10)))


@pytest.fixture
def context(tmp_path, settings, checkpoint_root):
    jobs = JobQueue()
    current = CurrentSettings(settings, tmp_path / "outputs" / "settings.yaml")
    yield Context(
        analyze=FakeAnalyze(three_events()),
        current=current,
        checkpoints=CheckpointShelf(lambda: current.value, checkpoint_root),
        uploads=tmp_path / "uploads",
        outputs=tmp_path / "outputs",
        media=MediaShelf(),
        jobs=jobs,
        library=Library(tmp_path / "outputs" / LIBRARY_FILE),
        commands=Commands(tmp_path / "outputs" / RUNS_FOLDER),
    )
    jobs.close()


@pytest.fixture
def with_analyze(context):
    """The context with another analysis."""
    return lambda analyze: replace(context, analyze=analyze)
