"""The Review tab's endpoints, called by a program through a served app."""

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import served
from tests.ui.conftest import three_events
from tests.ui.review.stored import library_of_a_drive
from ui.review import extras
from utils.settings import Settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="module")
def library(folder):
    """The library of the served app, with three events of a drawn video."""
    return library_of_a_drive(folder)


@pytest.fixture(scope="module")
def call(folder, library):
    """Calls an endpoint."""
    with served(FakeAnalyze(three_events()), Settings(), folder) as address:
        client = Client(address, verbose=False)
        yield lambda name, **given: client.predict(api_name=f"/{name}", **given)
        client.close()


def test_a_program_reviews_as_a_person_does(call, library):
    first = call("next_event")
    assert first["total"] == 3
    number = first["event_id"]
    event = call("event", event_id=number)
    assert event["decision"] == "unreviewed"
    assert event["report"]["detections"]
    assert event["report"]["answers"][0]["task"] == "description"

    saved = call("review_event", event_id=number, decision="near_miss", based_on=0)
    with pytest.raises(AppError, match="reviewed in another window"):
        call("review_event", event_id=number, decision="unsure", based_on=0)
    assert library.reviews.latest(number).id == saved["id"]
    assert call("review_counts")["near_miss"] == 1
    assert call("next_event")["event_id"] != number
    with pytest.raises(AppError, match="must be a whole number"):
        call("next_event", after="the last one")
    ends = call("next_event", order="video", after=number)
    assert ends["event_id"] == number + 1
    assert len(call("review_history", event_id=number)) == 1
    assert call("undo_review", event_id=number) == {"review": None}
    assert call("review_counts")["unreviewed"] == 3


def test_files_are_made_and_lent(call, monkeypatch):
    monkeypatch.setattr(extras, "speak", lambda text, path, settings: path.write_bytes(b"RIFF"))
    number = 1
    made = call("evidence_package", event_id=number)
    assert made["name"] == "drive-event-001-evidence.zip"
    assert made["address"].startswith("/media/")
    assert made["size_bytes"] > 1000
    assert call("speak_event", event_id=number)["address"].startswith("/media/")
    with pytest.raises(AppError, match="80 to 400"):
        call("speak_event", event_id=number, rate_wpm=5000)
    section = call("play_section", event_id=number)
    assert section["offset_s"] == -section["start_s"]
    assert section["duration_s"] == pytest.approx(10, abs=0.2)


def test_mistakes_are_answered_with_a_sentence(call):
    for name, given in (
        ("event", {"event_id": 999}),
        ("next_event", {"order": "backwards"}),
        ("review_event", {"event_id": 1, "decision": "guilty"}),
        ("review_history", {"event_id": -1}),
        ("evidence_package", {"event_id": 999}),
        ("speak_event", {"event_id": 1, "what": "everything"}),
        ("find_moved_videos", {"path": "/no/such/place"}),
        ("find_moved_videos", {"path": "/", "event_id": 999}),
    ):
        with pytest.raises(AppError) as caught:
            call(name, **given)
        assert "None" not in str(caught.value)
        assert str(caught.value).endswith(".") or "Input should be" in str(caught.value)
