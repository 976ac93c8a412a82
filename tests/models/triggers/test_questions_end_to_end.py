"""A video through a trigger that asks a real (tiny, random) vision-language model, to a report."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from models.build import build_pipeline
from tests.video_factory import VideoPlan, write_video
from utils.config import validate
from utils.report import AnalysisReport


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "drive.mp4"
    return write_video(path, VideoPlan(frames=240, rate=Fraction(30)))  # 8 s


def _report(video: Path, **trigger: object) -> AnalysisReport:
    tree = {
        "device": "cpu",
        "trigger": {"threshold": 0.0, **trigger},
        "detector": {"kind": "none"},
        "describer": {"kind": "template", "dtype": "float32"},
    }
    return build_pipeline(validate(tree, source="test")).analyze(video)


@pytest.mark.usefixtures("one_thread")
def test_yes_or_no_about_every_window(video: Path, checkpoint: Callable[[str], Path]) -> None:
    vlm = {"model": str(checkpoint("smolvlm")), "image_size_px": 64, "frames_per_window": 4}
    report = _report(video, kind="yes_no", vlm=vlm)
    assert report.counts.windows_asked == report.counts.frames_scored == 8
    assert all(0 < score < 1 for score in report.score_track.scores)
    assert report.warnings == []
    event = report.triggers[0].event
    assert (event.label, event.horizon_s) == ("imminent risk", 2.0)
    assert report.components.trigger == event.source == "yes or no by smolvlm"
    assert report.components.checkpoint == ""
    assert "2 seconds that follow" in report.video_summary
    assert "2 s ahead" in (report.triggers[0].analysis or "")


@pytest.mark.usefixtures("one_thread")
def test_the_network_proposes_and_the_model_confirms(
    video: Path, checkpoint: Callable[[str], Path]
) -> None:
    vlm = {"model": str(checkpoint("smolvlm")), "image_size_px": 64, "propose_threshold": 0.0}
    asked = _report(video, kind="cascade", vlm=vlm)
    alone = _report(video)
    assert asked.counts.windows_asked == 4
    assert alone.counts.windows_asked == 0
    assert asked.score_track.times_s == alone.score_track.times_s
    pairs = zip(asked.score_track.scores, alone.score_track.scores, strict=True)
    assert all(0 < 2 * both - network < 1 for both, network in pairs)
    assert asked.triggers[0].event.horizon_s == 0
    assert asked.components.trigger == "network, confirmed by smolvlm"
