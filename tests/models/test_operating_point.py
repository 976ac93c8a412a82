"""Calibrating a tiny checkpoint on drawn drives: what is written, kept and refused."""

import json
from fractions import Fraction

import numpy as np
import pytest

import calibrate as entry
from models.build import choose_threshold
from models.checkpoint import HEADER_FILE, read_header, write_header
from models.operating_point import CalibrationRequest, calibrate, calibrated_header
from models.triggers.network import NetworkTrigger
from tests.fake_parts import FakeTrigger
from tests.models.trigger_factory import tiny_header, tiny_model
from tests.utils.test_calibration import make_calibration, make_map
from tests.video_factory import VideoPlan, write_video
from utils.errors import AppError, CheckpointError
from utils.settings import EventSettings, Settings


@pytest.fixture
def tiny_checkpoint(tmp_path, one_thread):
    folder = tmp_path / "tiny"
    tiny_model().save(folder, tiny_header(), {"note": "x"})
    return folder


@pytest.fixture(scope="module")
def drives(tmp_path_factory):
    """Two drives of eight seconds."""
    folder = tmp_path_factory.mktemp("drives")
    for name in ("one.mp4", "two.mp4"):
        write_video(folder / name, VideoPlan(frames=80, rate=Fraction(10), size_px=(96, 64)))
    return folder


@pytest.fixture
def labels(drives):
    videos = [
        {"video_path": "one.mp4", "triggers": [{"timestamp": 5.0, "label": "crash"}]},
        {"video_path": "two.mp4", "triggers": []},
    ]
    path = drives / "annotations.json"
    path.write_text(json.dumps({"videos": videos}))
    return path


def test_the_header_gets_threshold_sentence_and_curve_and_the_weights_stay(
    tiny_checkpoint, drives, labels
):
    weights = (tiny_checkpoint / "model.safetensors").read_bytes()
    request = CalibrationRequest(tiny_checkpoint, 100.0, normal=[drives], labels=labels)
    lines = list(calibrate(request, Settings()))
    header = read_header(tiny_checkpoint)
    assert header.format_version == 2
    assert header.calibration is not None
    assert header.threshold == header.calibration.point(100.0).threshold
    assert header.threshold_chosen.startswith("at most 100 false alarms per hour")
    assert header.calibration.crash_clips == "annotations.json"
    assert header.calibration.hours == pytest.approx(16 / 3600, rel=0.05)
    assert (tiny_checkpoint / "model.safetensors").read_bytes() == weights
    assert lines[-1].startswith("no probability: ")
    assert NetworkTrigger.load(tiny_checkpoint, strict=True).calibration == header.calibration


def test_another_folder_gets_a_whole_checkpoint_and_the_first_stays(
    tiny_checkpoint, drives, tmp_path
):
    before = (tiny_checkpoint / HEADER_FILE).read_bytes()
    request = CalibrationRequest(tiny_checkpoint, 5.0, normal=[drives], output=tmp_path / "new")
    list(calibrate(request, Settings()))
    assert (tiny_checkpoint / HEADER_FILE).read_bytes() == before
    assert read_header(tmp_path / "new").calibration.crashes == 0
    assert NetworkTrigger.load(tmp_path / "new", strict=True).calibration is not None


def test_without_labels_the_known_recall_is_kept(tiny_checkpoint, drives):
    known = calibrated_header(
        read_header(tiny_checkpoint), make_calibration(events=EventSettings())
    )
    write_header(tiny_checkpoint, known, weights_from=tiny_checkpoint)
    list(calibrate(CalibrationRequest(tiny_checkpoint, 5.0, normal=[drives]), Settings()))
    found = read_header(tiny_checkpoint).calibration
    assert found.crashes == 10
    assert found.drives == 2


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "nothing to calibrate on"),
        (["--normal", "NOWHERE"], "NOWHERE"),
        (["--labels", "missing.json"], "missing.json"),
        (["--labels", "a.json", "--data", "b"], "give one of them"),
        (["--normal", "EMPTY", "--videos", "b"], "give both"),
        (["--normal", "EMPTY", "--max-false-alarms-per-hour", "0"], "more than 0 and at most 120"),
        (["--normal", "EMPTY", "--max-false-alarms-per-hour", "nan"], "more than 0"),
        (["--normal", "EMPTY", "--crashes-per-hour", "-1"], "more than 0"),
        (["--normal", "EMPTY"], "no video in the folder"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_written(
    flags, message, tiny_checkpoint, tmp_path, capsys
):
    (tmp_path / "EMPTY").mkdir()
    before = (tiny_checkpoint / HEADER_FILE).read_bytes()
    paths = [str(tmp_path / f) if f == "EMPTY" else f for f in flags]
    assert entry.main(["--checkpoint", str(tiny_checkpoint), *paths]) == 2
    assert message in capsys.readouterr().err
    assert (tiny_checkpoint / HEADER_FILE).read_bytes() == before


def test_a_header_of_format_1_is_read_and_one_of_format_3_is_refused(tiny_checkpoint):
    path = tiny_checkpoint / HEADER_FILE
    text = path.read_text().replace("calibration: null\n", "")
    path.write_text(text.replace("format_version: 2", "format_version: 1"))
    assert read_header(tiny_checkpoint).calibration is None
    path.write_text(text.replace("format_version: 2", "format_version: 3"))
    with pytest.raises(CheckpointError, match="format_version"):
        read_header(tiny_checkpoint)


@pytest.mark.parametrize(
    ("trigger_settings", "threshold", "reason"),
    [
        ({}, 0.5, "the checkpoint's own: at most 2 false alarms per hour"),
        ({"max_false_alarms_per_hour": 6.0}, 0.3, "at most 6 false alarms per hour"),
        ({"max_false_alarms_per_hour": 6.0, "threshold": 0.8}, 0.8, "as set"),
    ],
)
def test_the_threshold_is_the_users_then_the_budgets_then_the_checkpoints(
    trigger_settings, threshold, reason
):
    trigger = FakeTrigger()
    trigger.calibration = make_calibration(events=EventSettings())
    settings = Settings.model_validate({"trigger": trigger_settings})
    found = choose_threshold(trigger, settings)
    assert found[0] == threshold
    assert found[1].startswith(reason)


def test_a_budget_without_a_calibration_is_refused_with_the_command():
    settings = Settings.model_validate({"trigger": {"max_false_alarms_per_hour": 5}})
    with pytest.raises(AppError, match=r"not calibrated.*calibrate\.py"):
        choose_threshold(FakeTrigger(), settings)


def test_other_event_settings_than_the_calibrations_are_named():
    trigger = FakeTrigger()
    trigger.calibration = make_calibration(events=EventSettings(merge_gap_s=1.0))
    settings = Settings.model_validate({"trigger": {"max_false_alarms_per_hour": 5}})
    assert "other event settings" in choose_threshold(trigger, settings)[1]


def test_the_map_is_monotone_where_it_is_used():
    assert np.all(np.diff([make_map().probability(s) for s in np.linspace(0, 1, 50)]) >= 0)
