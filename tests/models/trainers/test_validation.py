"""What a validation tells: figures by hand, figures that cannot be told, and which is better."""

from pathlib import Path

import numpy as np
import pytest

from models.checkpoint import CheckpointHeader
from models.trainers.validation import (
    EncodedValidation,
    FrameValidation,
    is_better,
    labelled_frames,
    measure,
)
from models.video_trigger_model import VideoTriggerModel
from tests.models.trainers.training_factory import encoded_clip, small_settings
from tests.video_factory import VideoPlan, write_video
from utils.clip import ScoreTrack
from utils.labeled_clip import LabeledClip
from utils.metrics.scored_clip import ScoredClip
from utils.settings import EventSettings


def scored(kind: str, events_s: tuple[float, ...], scores: list[float]) -> ScoredClip:
    """A clip of one frame a second."""
    clip = LabeledClip(Path(f"{kind}.mp4"), kind, events_s, kind)
    times_s = np.arange(len(scores), dtype=float)
    return ScoredClip(clip, ScoreTrack(times_s, np.array(scores), np.arange(len(scores)), "x"))


def test_figures_of_two_clips_by_hand() -> None:
    # contact at 3 s: frames 0 to 2 are quiet, 3 to 5 crash
    crash = scored("crash", (3.0,), [0.2, 0.2, 0.2, 0.8, 0.8, 0.1])
    drive = scored("normal", (), [0.6, 0.1])
    figures = measure([crash, drive], EventSettings())
    assert figures["within_clip_auc"] == pytest.approx(6 / 9)
    right = [0.8, 0.8, 0.8, 0.8, 0.8, 0.1, 0.4, 0.9]
    assert figures["log_loss"] == pytest.approx(-np.log(right).mean())
    assert figures["clip_f1"] == pytest.approx(2 / 3)  # one found, one false


def test_figures_that_cannot_be_told_are_null() -> None:
    assert measure([], EventSettings()) == {"log_loss": None, "clip_f1": None}
    drive = measure([scored("normal", (), [0.6, 0.1])], EventSettings())
    assert drive["within_clip_auc"] is None
    assert drive["clip_f1"] is None


def test_crashes_without_a_time_count_for_clips_only() -> None:
    figures = measure([scored("crash", (), [0.9]), scored("normal", (), [0.1])], EventSettings())
    assert figures["clip_f1"] == 1.0
    assert figures["crash_clips"] == 0


def test_near_misses_are_in_no_figure() -> None:
    assert "crash_clips" not in measure([scored("near_miss", (1.0,), [0.9] * 9)], EventSettings())


def test_only_labelled_frames_count() -> None:
    labels, scores = labelled_frames([scored("crash", (3.0,), [0.0] * 3 + [1.0] * 7)])
    assert labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert len(scores) == 6


@pytest.mark.parametrize(
    ("name", "value", "best", "better"),
    [
        ("clip_f1", 0.5, None, True),
        ("clip_f1", float("nan"), None, False),
        ("clip_f1", 0.5, 0.5, False),
        ("clip_f1", float("nan"), 0.5, False),
        ("log_loss", 0.4, 0.5, True),
        ("log_loss", float("nan"), 0.5, False),
    ],
)
def test_what_is_better(name: str, value: float, best: float | None, better: bool) -> None:
    assert is_better(name, value, best) is better


def test_clips_are_scored_from_features_and_from_frames(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    network = VideoTriggerModel(settings.model)
    (features,) = EncodedValidation([encoded_clip(tmp_path, "crash", 5.0)], 3.0).scored(network)
    assert len(features.track) == 24
    video = LabeledClip(write_video(tmp_path / "a.mp4", VideoPlan(frames=60)), "normal", (), "a")
    gone = LabeledClip(tmp_path / "gone.mp4", "normal", (), "gone")
    frames = FrameValidation([gone, video], CheckpointHeader(model=settings.model))
    (only,) = frames.scored(network)
    assert (only.clip, len(only.track)) == (video, 6)
