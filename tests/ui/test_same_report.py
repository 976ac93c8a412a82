"""The app and the command line say the same of a video: one report, one set of pictures."""

import csv
import hashlib
import json
from pathlib import Path

import pytest
from gradio_client import Client

import inference
from models.session import AnalysisSession
from tests.conftest import ROOT
from tests.ui.browser_page import served
from utils.event_features import FEATURES_FILE
from utils.settings import Settings

SAMPLE = ROOT / "assets" / "sample.mp4"
TELLS_THE_TIME = ("created_at", "timings_s", "seconds", "peak_memory_mib")
TELLS_THE_PLACE = ("output_dir",)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The folder of an app that is served, and a program that talks to it."""
    folder = tmp_path_factory.mktemp("app")
    with served(AnalysisSession().analyze, Settings(), folder) as address:
        client = Client(address, verbose=False)
        yield folder / "out", client
        client.close()


@pytest.fixture(params=["sample", "crash", "normal"])
def video(request):
    """The sample clip, and a short real clip of each kind where there are any."""
    if request.param == "sample":
        return SAMPLE
    folder = request.getfixturevalue("data_dir") / "drives"
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] == request.param]
    shortest = min(rows, key=lambda row: abs(float(row["duration_s"]) - 5))
    return folder.parent / shortest["file"]


def lasting(value):
    """What must be equal: everything but times of the clock, memory, and where the app writes."""
    if isinstance(value, dict):
        left_out = TELLS_THE_TIME + TELLS_THE_PLACE
        return {key: lasting(part) for key, part in value.items() if key not in left_out}
    return [lasting(part) for part in value] if isinstance(value, list) else value


def digests(folder: Path) -> dict[str, str]:
    """Every picture and the features, by name."""
    names = [p for p in folder.rglob("*") if p.suffix == ".jpg" or p.name == FEATURES_FILE]
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in names}


def test_app_and_command_line_give_the_same_report(app, video, tmp_path):
    outputs, client = app
    answered = client.predict(local_path=str(video), api_name="/analyze")
    (written,) = outputs.glob(f"{video.stem}-*/{video.stem}.json")

    output = tmp_path / f"{video.stem}.json"
    assert inference.main(["--video", str(video), "--output", str(output)]) == 0

    by_command = json.loads(output.read_text(encoding="utf-8"))
    by_app = json.loads(written.read_text(encoding="utf-8"))
    assert answered == by_app
    assert lasting(by_app) == lasting(by_command)
    assert digests(written.parent) == digests(tmp_path)
    assert list(by_app) == list(by_command)
    if video == SAMPLE:
        assert by_app["num_triggers_detected"] == 1  # so that the pictures were compared
        assert FEATURES_FILE in digests(tmp_path)
