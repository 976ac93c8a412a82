"""Tiny checkpoints, built once per session, and small clips and events with known times."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from utils.clip import Clip, ScoreTrack, VideoInfo
from utils.evidence import Evidence
from utils.report import TriggerEvent


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """name -> folder of a tiny checkpoint; each is built at its first use."""
    from tests.tiny_models import VLM_BUILDERS, tiny_llama

    root = tmp_path_factory.mktemp("checkpoints")
    builders = {**VLM_BUILDERS, "llama": tiny_llama}

    def folder(name: str) -> Path:
        path = root / name
        return path if path.exists() else builders[name](path)

    return folder


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Tiny models are faster on one thread, and steady on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def make_clip() -> Callable[..., Clip]:
    """(count, start_s) -> that many noise frames of 128x72 px, 0.4 s apart."""

    def build(count: int, start_s: float = 3.8) -> Clip:
        frames = np.random.default_rng(count).integers(0, 256, (count, 72, 128, 3), dtype=np.uint8)
        steps = np.arange(count)
        info = VideoInfo(Path("drive.mp4"), 128, 72, Fraction(30), 10.0)
        return Clip(frames, start_s + 0.4 * steps, 30 * steps, info)

    return build


@pytest.fixture
def make_evidence(make_clip: Callable[..., Clip]) -> Callable[..., Evidence]:
    """(frames) -> evidence of an event from 3.8 to 5.0 s with its peak at 4.2 s and score 0.74."""

    def build(frames: int = 4, peak_s: float = 4.2) -> Evidence:
        event = TriggerEvent(
            start_s=3.8, end_s=5.0, peak_s=peak_s, peak_frame_index=126, score=0.74, source="test"
        )
        times_s = np.array([3.0, 3.8, peak_s, 5.0])
        scores = np.array([0.1, 0.5, 0.74, 0.4])
        track = ScoreTrack(times_s, scores, np.arange(4), "test")
        clip = make_clip(frames)
        return Evidence(clip.info, event, clip, (), track)

    return build
