"""The checkpoint that ships: complete, small, and honest about how it was made."""

import json
from pathlib import Path

import numpy as np

from models.build import build_pipeline, build_trigger
from models.checkpoint import read_header
from utils.config import REPO_ROOT
from utils.settings import Settings, TriggerSettings

FOLDER = REPO_ROOT / "checkpoints" / "default"


def test_it_fits_the_network_exactly_and_scores() -> None:
    trigger = build_trigger(Settings(device="cpu", trigger=TriggerSettings(strict_loading=True)))
    frames = np.zeros((4, 224, 224, 3), dtype=np.uint8)
    scores = trigger.network.score_frames(frames, np.arange(4) / 3)
    assert np.all(scores < trigger.threshold)


CRASH, CONTACT_S = "drives/crash/cctv_india_red_car_rolls.mp4", 9.85  # of the validation split
NORMAL = "drives/normal/ego_us_highway_winter.mp4"


def test_a_real_crash_is_found_at_its_time_and_described(data_dir: Path) -> None:
    report = build_pipeline(Settings(device="cpu")).analyze(data_dir / CRASH)
    assert any(abs(found.timestamp - CONTACT_S) < 1 for found in report.triggers)
    assert all(found.analysis for found in report.triggers)
    assert report.counts.frames_described < report.counts.frames_sampled / 4


def test_a_quiet_motorway_has_no_event_and_nothing_is_described(data_dir: Path) -> None:
    report = build_pipeline(Settings(device="cpu")).analyze(data_dir / NORMAL)
    assert report.triggers == []
    assert report.counts.frames_described == 0
    assert report.hints


def test_it_is_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 25 * 2**20


def test_it_says_how_it_was_made_and_measured_and_names_no_machine_path() -> None:
    assert "false alarms per hour" in read_header(FOLDER).threshold_chosen
    assert {"cross_validation", "validation"} <= json.loads(
        (FOLDER / "metrics.json").read_text()
    ).keys()
    assert "/" not in (FOLDER / "metrics.json").read_text()
    assert str(REPO_ROOT.parent) not in (FOLDER / "config.yaml").read_text()
