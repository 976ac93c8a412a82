"""The checkpoint that ships: complete, small, and honest about how it was made."""

import numpy as np

from models.build import build_trigger
from models.checkpoint import read_header, read_metrics
from utils.config import REPO_ROOT
from utils.settings import Settings, TriggerSettings

FOLDER = REPO_ROOT / "checkpoints" / "default"


def test_it_fits_the_network_exactly_and_scores() -> None:
    trigger = build_trigger(Settings(device="cpu", trigger=TriggerSettings(strict_loading=True)))
    frames = np.zeros((4, 224, 224, 3), dtype=np.uint8)
    scores = trigger.network.score_frames(frames, np.arange(4) / 3)
    assert np.all(scores < trigger.threshold)


def test_it_is_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 25 * 2**20


def test_it_says_how_it_was_made_and_measured_and_names_no_machine_path() -> None:
    assert "false alarms per hour" in read_header(FOLDER).threshold_chosen
    assert {"cross_validation", "validation"} <= read_metrics(FOLDER).keys()
    assert "/" not in (FOLDER / "metrics.json").read_text()
    assert str(REPO_ROOT.parent) not in (FOLDER / "config.yaml").read_text()
