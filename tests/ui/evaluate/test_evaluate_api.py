"""The endpoints of the Evaluate tab, called by a program; the commands are made up."""

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import served
from tests.ui.conftest import three_events
from tests.ui.evaluate.conftest import calibrate_checkpoint, write_project
from tests.waiting import wait_until
from ui.checkpoints import CheckpointShelf
from ui.commands import Commands
from utils.settings import Settings, TriggerSettings


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A client of an app with two checkpoints, of which one is calibrated."""
    folder = tmp_path_factory.mktemp("app")
    root, project = folder / "checkpoints", write_project(folder / "made-up")
    for name in ("default", "run-7"):
        (root / name).mkdir(parents=True)
        (root / name / "model.safetensors").write_bytes(b"weights")
    calibrate_checkpoint(root / "default")
    chosen = TriggerSettings(checkpoint=str(root / "default"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.web_app.Commands", lambda runs: Commands(runs, project))
        patch.setattr("ui.web_app.CheckpointShelf", lambda now: CheckpointShelf(now, root))
        analyze = FakeAnalyze(three_events())
        with served(analyze, Settings(trigger=chosen), folder) as address:
            client = Client(address, verbose=False)
            yield client
            client.close()


def follow(client, run):
    """The run once it has ended."""

    def status():
        return client.predict(run["id"], api_name="/evaluate_status")

    return wait_until(lambda: (now := status())["state"] != "running" and now)


def test_budgets_are_told_and_used(client):
    default, plain = client.predict(api_name="/checkpoints")
    assert (default["name"], default["calibrated"]) == ("default", True)
    assert (plain["name"], plain["calibrated"]) == ("run-7", False)
    point = client.predict("default", 2, api_name="/operating_point")
    assert (point["threshold"], point["crashes_found"]) == (0.6, 5)
    with pytest.raises(AppError, match="not calibrated"):
        client.predict("run-7", 2, api_name="/operating_point")
    used = client.predict("default", 2, api_name="/use_operating_point")
    assert used == point
    assert client.predict(api_name="/checkpoints")[0]["threshold"] == 0.6


def test_checkpoints_are_measured_examined_and_calibrated(client, tmp_path):
    with pytest.raises(AppError, match="no result yet"):
        client.predict(api_name="/evaluation")
    run = follow(client, client.predict(["default"], api_name="/evaluate_start"))
    assert (run["state"], run["kind"]) == ("finished", "evaluate")
    assert [one["id"] for one in client.predict(api_name="/evaluations")] == [run["id"]]
    assert client.predict(run["id"], api_name="/evaluation")["clips"] == 20
    examined = follow(client, client.predict("default", api_name="/trust_start"))
    assert client.predict(api_name="/trust")["checkpoint"] == "default"
    assert examined["state"] == "finished"
    normal = [str(tmp_path)]
    calibrated = client.predict("default", normal, "mine", 3, api_name="/calibrate_start")
    assert follow(client, calibrated)["state"] == "finished"
    assert "mine" in [one["name"] for one in client.predict(api_name="/checkpoints")]


def test_a_measurement_is_stopped_and_refusals_are_sentences(client):
    run = client.predict(["default"], protocol="precrash", api_name="/evaluate_start")
    client.predict(run["id"], api_name="/evaluate_stop")
    assert follow(client, run)["state"] == "stopped"
    with pytest.raises(AppError, match="protocols in the list"):
        client.predict(["default"], protocol="x", api_name="/evaluate_start")
    with pytest.raises(AppError, match="not known any more"):
        client.predict("../x", api_name="/evaluate_status")
