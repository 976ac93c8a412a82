"""The endpoints of the Settings tab, called by a program as its author would."""

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import served
from tests.ui.conftest import three_events
from utils.config import load_settings
from utils.settings import Settings


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The address of a served app and the folder of its outputs."""
    folder = tmp_path_factory.mktemp("app")
    with served(FakeAnalyze(three_events()), Settings(), folder) as address:
        yield address, folder / "out"


@pytest.fixture(scope="module")
def connection(app):
    client = Client(app[0], verbose=False)
    yield client
    client.close()


@pytest.fixture
def client(connection):
    """A client of an app whose settings nothing has changed."""
    connection.predict("", api_name="/reset_setting")
    return connection


def test_settings_are_told_with_value_range_and_meaning(client):
    told = client.predict("events", api_name="/settings")
    gap = told["settings"]["events.merge_gap_s"]
    assert (gap["value"], gap["default"], gap["range"], gap["unit"]) == (4, 4, "0 to 60", "seconds")
    assert set(told["settings"]) == {f"events.{name}" for name in Settings().events.model_dump()}
    assert len(client.predict(api_name="/settings")["settings"]) > 100


def test_a_change_is_kept_as_a_file_that_commands_read(client, app):
    changed = client.predict(
        {"events.merge_gap_s": 2.5, "device": "cpu"}, api_name="/change_settings"
    )
    assert changed == {"device": "cpu", "events": {"merge_gap_s": 2.5}}
    settings = load_settings(app[1] / "settings.yaml")
    assert (settings.device, settings.events.merge_gap_s) == ("cpu", 2.5)
    assert client.predict("device", api_name="/settings")["settings"]["device"]["changed"]
    assert client.predict("events", api_name="/reset_setting") == {"device": "cpu"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"events.merge_gap_s": 2, "device": "tpu"}, "device"),
        ({"events.merge_gap": 2}, "There is no setting"),
        ({"app.output_dir": "/"}, "set as the app starts"),
        ({"events.merge_gap_s": {"a": 1}}, "events.merge_gap_s"),
        ([1], "Give the changes as"),
        (None, "Give the changes as"),
    ],
)
def test_changes_that_do_not_fit_are_refused_together(client, changes, words):
    with pytest.raises(AppError, match=words):
        client.predict(changes, api_name="/change_settings")
    assert client.predict("device", api_name="/settings")["changed"] == {}


def test_an_unknown_section_is_a_sentence(client):
    with pytest.raises(AppError, match="There is no setting"):
        client.predict("nothing", api_name="/settings")


def test_a_sample_is_spoken_with_the_voice_that_is_asked_for(client, app):
    voices = client.predict(api_name="/voices")
    if not voices:
        pytest.skip("no speech engine on this machine")
    address = client.predict("Hello.", voices[0]["id"], 200, api_name="/speak_sample")
    answer = httpx.get(f"{app[0]}{address}")
    assert answer.content[:4] == b"RIFF"


@pytest.mark.parametrize(
    ("voice", "rate", "words"), [(None, 7, "rate_wpm"), ("no such", 170, "voice")]
)
def test_a_sample_that_cannot_be_spoken_is_a_sentence(client, voice, rate, words):
    with pytest.raises(AppError, match=words):
        client.predict("Hello.", voice, rate, api_name="/speak_sample")


def test_an_app_without_models_says_that_it_cannot_try_a_describer(client):
    with pytest.raises(AppError, match="without models"):
        client.predict(api_name="/test_describer")
