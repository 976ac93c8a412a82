"""The endpoints of the Train tab, called by a program; one real run on drawn clips."""

import json
import shutil
import subprocess
import sys
from urllib.request import urlopen

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from models.checkpoint import save_checkpoint
from models.trainers.preparation import checkpoint_header, new_network
from tests.conftest import ROOT
from tests.ui.browser_page import served
from tests.ui.train.small_app import small_settings, write_project
from tests.waiting import wait_until
from ui.checkpoints import CheckpointShelf
from ui.commands import Commands


@pytest.fixture(scope="module")
def world(drawn_clips, tmp_path_factory):
    """Clips, and a checkpoint with random weights in use."""
    folder = tmp_path_factory.mktemp("served") / "app"
    shutil.copytree(drawn_clips, folder)
    settings = small_settings(folder)
    network = new_network(settings)
    default = folder / "checkpoints" / "default"
    save_checkpoint(default, network.state_dict(), checkpoint_header(settings, []), {})
    return folder


@pytest.fixture(scope="module")
def killed_app(world):
    """An app that was killed while a training ran that is to be measured: the name of its run."""
    code = (
        "import sys, time; from pathlib import Path\n"
        "from tests.ui.train.small_app import make_training\n"
        "from ui.train.comparison import Wish, wish_for\n"
        "from ui.train.plan import TrainForm\n"
        "training = make_training(Path(sys.argv[1]), outputs=Path(sys.argv[2]))\n"
        "run = training.start(TrainForm('orphan', preset='settings'))\n"
        "wish_for(run, Wish(base=sys.argv[1] + '/checkpoints/default'))\n"
        "print('started', flush=True); time.sleep(600)"
    )
    given = [sys.executable, "-c", code, str(world), str(world / "out")]
    app = subprocess.Popen(given, cwd=ROOT, stdout=subprocess.PIPE)
    assert app.stdout.readline() == b"started\n"
    app.kill()
    app.wait()
    app.stdout.close()
    return "orphan"


@pytest.fixture(scope="module")
def project(world):
    """The real commands; training at the seed 7 is made up, and waits for ever."""
    folder = write_project(world / "project")
    (folder / "train.py").rename(folder / "waiting.py")
    (folder / "train.py").write_text(
        "import runpy, sys, pathlib\n"
        "text = pathlib.Path(sys.argv[sys.argv.index('--config') + 1]).read_text()\n"
        "here = pathlib.Path(__file__).with_name('waiting.py')\n"
        f"real = {str(ROOT / 'train.py')!r}\n"
        "runpy.run_path(str(here) if '  seed: 7' in text else real, run_name='__main__')\n"
    )
    real = str(ROOT / "evaluate.py")
    (folder / "evaluate.py").write_text(
        f"import runpy\nrunpy.run_path({real!r}, run_name='__main__')"
    )
    return folder


@pytest.fixture(scope="module")
def client(world, project):
    with pytest.MonkeyPatch.context() as patch:
        root = world / "checkpoints"
        patch.setattr("ui.web_app.Commands", lambda runs: Commands(runs, project))
        patch.setattr("ui.web_app.CheckpointShelf", lambda now: CheckpointShelf(now, root))
        with served(lambda *_: iter(()), small_settings(world), world) as address:
            client = Client(address, verbose=False)
            yield client
            client.close()


def test_a_real_run_outlives_its_app_and_is_measured_beside_the_base(killed_app, client, world):
    (run,) = client.predict(api_name="/train_runs")
    assert run["name"] == killed_app

    def status():
        return client.predict(run["id"], api_name="/train_status")

    wish = world / "out" / "runs" / run["id"] / "comparison.json"
    measured = wait_until(lambda: json.loads(wish.read_text())["evaluation"])  # nobody looks
    told = status()
    assert told["comparing"]["id"] == measured
    assert (told["run"]["state"], told["checkpoint"]) == ("finished", "orphan/best"), told["log"]
    assert told["base"] == "default"
    curves = client.predict(run["id"], api_name="/train_curves")
    assert len(curves["train/loss"]) == told["progress"]["steps"] == 2
    assert len(curves["val/within_clip_auc"]) == 2

    wait_until(lambda: status()["comparing"]["state"] != "running")
    comparison = status()["comparison"]
    assert (comparison["before"], comparison["after"]) == ("default", "orphan/best")
    assert (comparison["crash_clips"], comparison["normal_clips"]) == (1, 1)
    assert "within_clip_auc" in [row["name"] for row in comparison["rows"]]
    with pytest.raises(AppError, match="another checkpoint"):
        client.predict(run["id"], "orphan/best", api_name="/train_compare")


def test_a_run_is_started_stopped_and_resumed(client):
    given = {"name": "long", "preset": "settings", "seed": 7}
    run = client.predict(**given, api_name="/train_start")
    assert (run["state"], run["name"]) == ("running", "long")
    with pytest.raises(AppError, match="'long' is still running"):
        client.predict(name="second", preset="settings", api_name="/train_start")

    def state():
        return client.predict(run["id"], api_name="/train_status")["run"]["state"]

    def begun():
        return client.predict(run["id"], api_name="/train_status")["progress"]["total_steps"]

    assert wait_until(begun) == 6
    client.predict(run["id"], api_name="/train_stop")
    wait_until(lambda: state() != "running")
    assert state() == "stopped"
    resumed = client.predict(run["id"], api_name="/train_resume")
    assert (resumed["resume_of"], resumed["name"]) == (run["id"], "long")
    wait_until(lambda: client.predict(api_name="/train_status")["checkpoint"])
    assert client.predict(api_name="/train_status")["checkpoint"] == "long/best"


def test_data_sets_are_told(client, world):
    own, reviews = client.predict(api_name="/datasets")
    assert own["rows"][0] == {"split": "train", "crash": 1, "near_miss": 0, "normal": 1}
    assert "no event was reviewed" in reviews["problem"]
    checked = client.predict(str(world / "val.json"), every_video=True, api_name="/check_dataset")
    assert checked["formats"] == [["val.json", "annotations"]]
    assert "missing videos: 0" in checked["account"]
    assert client.predict("/no/labels", api_name="/check_dataset")["problem"].endswith("labels")
    assert "quick" in client.predict(api_name="/train_presets")


def test_refusals_are_sentences(client):
    with pytest.raises(AppError, match="Name the new checkpoint"):
        client.predict("../x", api_name="/train_start")
    with pytest.raises(AppError, match="not known"):
        client.predict("nope", api_name="/train_status")
    with pytest.raises(AppError, match="No event was reviewed"):
        client.predict(api_name="/retrain_on_reviews")


def test_tensorboard_answers_at_the_address_it_gives(client):
    address = client.predict(api_name="/tensorboard_start")
    with urlopen(f"{address}data/environment", timeout=30) as answer:
        assert json.load(answer)["data_location"].endswith("checkpoints")
    assert client.predict(api_name="/tensorboard_start") == address
