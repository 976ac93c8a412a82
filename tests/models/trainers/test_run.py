"""A training run from settings: what the data settings change."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from models.trainers.encoded import encode_corpus
from models.trainers.feature_cache import EncodedClip
from models.trainers.run import with_clip_window
from tests.video_factory import VideoPlan, write_video
from utils.config import validate
from utils.datasets.corpus import read_corpus
from utils.settings import Settings


@pytest.fixture
def make_settings(tmp_path: Path):
    """(max_frames) -> settings for one normal and one crash clip of 2 s, on a tiny encoder."""
    for name in ("a.mp4", "b.mp4"):
        write_video(tmp_path / name, VideoPlan(frames=60))
    triggers = [{"timestamp": 1.0, "label": "collision", "description": ""}]
    videos = [
        {"video_path": "a.mp4", "triggers": [], "description": ""},
        {"video_path": "b.mp4", "triggers": triggers, "description": ""},
    ]
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps({"videos": videos}))

    def build(max_frames: int | None = None) -> Settings:
        data = {
            "train_annotations": str(labels),
            "train_video_dir": str(tmp_path),
            "cache_dir": str(tmp_path / "cache"),
            "max_frames": max_frames,
        }
        encoder = {"name": "resnet18", "pretrained": "none", "image_size_px": 32}
        tree = {"device": "cpu", "data": data, "model": {"encoder": encoder}}
        return validate(tree, source="test")

    return build


def encoded_train(settings: Settings) -> Sequence[EncodedClip]:
    return encode_corpus(read_corpus(settings.data), settings).train


def test_max_frames_limits_what_is_used_of_a_training_clip(make_settings) -> None:
    whole = encoded_train(make_settings())
    short = encoded_train(make_settings(max_frames=3))
    assert [clip.times_s[-1] > 1.8 for clip in whole] == [True, True]
    assert len(short) == 2
    for clip in short:
        assert 0.9 < clip.times_s[-1] < 1.0  # 3 frames at 3 frames a second
        assert clip.features.pooled.shape[1] == len(clip.times_s)


def test_the_clip_window_is_the_window_of_the_time_encoder() -> None:
    settings = validate({"data": {"clip_window_size": 9}}, source="test")
    assert with_clip_window(settings).model.time_encoder.window_frames == 9
    assert with_clip_window(Settings()) == Settings()
