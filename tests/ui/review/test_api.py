"""The Review tab's endpoints, called by a program through a served app."""

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import served
from tests.ui.conftest import three_events
from ui.review import extras
from utils.library import LIBRARY_FILE, Library


@pytest.fixture
def library(tmp_path, analysed):
    """The library of the served app, with the three events."""
    library = Library(tmp_path / "out" / LIBRARY_FILE)
    library.analyses.add(analysed.layout.base)
    return library


@pytest.fixture
def client(tmp_path, settings, library):
    with served(FakeAnalyze(three_events()), settings, tmp_path) as address:
        client = Client(address, verbose=False)
        client.call = lambda name, **given: client.predict(api_name=f"/{name}", **given)
        client.address = address
        yield client
        client.close()


def test_a_program_reviews_as_a_person_does(client, library):
    first = client.call("next_event")
    assert first["total"] == 3
    number = first["event_id"]
    event = client.call("event", event_id=number)
    assert event["decision"] == "unreviewed"
    assert event["report"]["detections"]
    assert event["report"]["answers"][0]["task"] == "description"

    saved = client.call("review_event", event_id=number, decision="near_miss", based_on=0)
    with pytest.raises(AppError, match="reviewed in another window"):
        client.call("review_event", event_id=number, decision="unsure", based_on=0)
    assert library.reviews.latest(number).id == saved["id"]
    assert client.call("review_counts")["near_miss"] == 1
    assert client.call("next_event")["event_id"] != number
    ends = client.call("next_event", order="video", after=number)
    assert ends["event_id"] == number + 1
    assert len(client.call("review_history", event_id=number)) == 1
    assert client.call("undo_review", event_id=number) == {"review": None}
    assert client.call("review_counts")["unreviewed"] == 3


def test_files_are_made_and_lent(client, library, monkeypatch, tmp_path):
    monkeypatch.setattr(extras, "speak", lambda text, path, settings: path.write_bytes(b"RIFF"))
    number = client.call("next_event")["event_id"]
    made = client.call("evidence_package", event_id=number)
    assert made["name"].endswith(".zip")
    assert made["address"].startswith("/media/")
    assert made["size_bytes"] > 1000
    assert client.call("speak_event", event_id=number)["address"].startswith("/media/")
    with pytest.raises(AppError, match="80 to 400"):
        client.call("speak_event", event_id=number, rate_wpm=5000)
    section = client.call("play_section", event_id=number)
    assert section["offset_s"] == -section["start_s"]
    assert section["duration_s"] == pytest.approx(10, abs=0.2)


def test_mistakes_are_answered_with_a_sentence(client):
    for name, given in (
        ("event", {"event_id": 999}),
        ("next_event", {"order": "backwards"}),
        ("review_event", {"event_id": 1, "decision": "guilty"}),
        ("review_history", {"event_id": -1}),
        ("evidence_package", {"event_id": 999}),
        ("speak_event", {"event_id": 1, "what": "everything"}),
    ):
        with pytest.raises(AppError) as caught:
            client.call(name, **given)
        assert "None" not in str(caught.value)
        assert str(caught.value).endswith(".") or "Input should be" in str(caught.value)
