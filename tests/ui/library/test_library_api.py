"""The Library tab's endpoints, called by a program through a served app."""

import os

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.fake_analyze import FakeAnalyze
from tests.library_factory import Reports, scored_event, write_vectors
from tests.ui.browser_page import served
from tests.ui.conftest import three_events
from tests.waiting import wait_until
from utils.library import LIBRARY_FILE, Library
from utils.library.records import Review
from utils.settings import Settings

OLD_S = 1_000_000_000
REFUSED = [
    ("queue_add", {"paths": ["/nowhere/a.mp4"]}, "no file at that path: a.mp4"),
    ("queue_add", {"paths": "text"}, "list of texts"),
    ("queue_add", {"paths": ["a\nb"]}, "line break"),
    ("queue_add", {"paths": ["a\u2028b"]}, "line break"),
    ("queue_cancel", {"item_id": 99}, "not in the queue"),
    ("queue_cancel", {"item_id": "x"}, "no video of the library"),
    ("queue_list", {"state": "lost"}, "no state lost"),
    ("queue_list", {"state": 7}, "no state 7"),
    ("queue_list", {"state": {"a": 1}}, "no state"),
    ("queue_list", {"limit": -1}, "The limit must be"),
    ("list_events", {"decisions": ["maybe"]}, "Choose a decision"),
    ("list_events", {"sort": "random"}, "Choose a sort order"),
    ("list_videos", {"since": "soon"}, "is no date"),
    ("export_period", {"until": "0001-01-01"}, "choose one since 1980"),
    ("similar_events", {"event_id": 99}, "event 99"),
    ("remove_video", {"analysis_id": -5}, "no analysis of the library"),
    ("take_in_reports", {"folder": "/nowhere"}, "no file at that path"),
    ("unwatch_folder", {"folder_id": 9}, "is not watched"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("library-api")


@pytest.fixture(scope="module")
def client(folder):
    with served(FakeAnalyze(three_events()), Settings(), folder) as address:
        client = Client(address, verbose=False)
        client.call = lambda name, **given: client.predict(api_name=f"/{name}", **given)
        yield client
        client.close()


@pytest.fixture(scope="module")
def reviewed(client, folder):
    """Two analysed videos of the command line; one has two moments, both confirmed."""
    reports = Reports(folder / "reports")
    reports.folder.mkdir()
    events = [scored_event(5.0, 0.9), scored_event(20.0, 0.6)]
    write_vectors(reports.write("monday", events=events), [[1, 0], [1, 1]])
    reports.write("quiet")
    assert client.call("take_in_reports", folder=str(reports.folder)) == {"reports": 2}
    library = Library(folder / "out" / LIBRARY_FILE)
    (monday,) = client.call("list_videos", text="monday")["videos"]
    for event in library.events.of(monday["id"]):
        library.reviews.save(event.id, Review("confirmed"))
    library.close()
    return monday


@pytest.fixture
def make_videos(tmp_path):
    def make(*names):
        for name in names:
            (tmp_path / name).write_bytes(b"video")
            os.utime(tmp_path / name, (OLD_S, OLD_S))
        return [str(tmp_path / name) for name in names]

    return make


def wait_until_done(client, items):
    wanted = {item["id"] for item in items}
    wait_until(
        lambda: wanted <= {i["id"] for i in client.call("queue_list", state="done")["items"]}
    )


def test_a_folder_is_queued_analysed_and_its_moments_listed(client, make_videos, tmp_path):
    make_videos("first.mp4")
    queued = client.call("queue_add", paths=[str(tmp_path)], sensitivity="more")["queued"]
    assert [item["video"] for item in queued] == [str(tmp_path / "first.mp4")]
    assert 0 < queued[0]["settings"]["trigger"]["threshold"] < 1
    wait_until_done(client, queued)
    (video,) = client.call("list_videos", text="first")["videos"]
    assert client.call("list_events", analysis_id=video["id"])["total"] == 3
    assert client.call("queue_add", paths=[str(tmp_path)]) == {"queued": [], "known": 1}
    assert client.call("queue_clear")["done"] == 0


def test_the_queue_obeys(client, make_videos):
    client.call("queue_pause")
    added = client.call("queue_add", paths=make_videos("a.mp4", "b.mp4"))["queued"]
    first, second = (item["id"] for item in added)
    client.call("queue_first", item_id=second)
    assert [i["id"] for i in client.call("queue_list", state="waiting")["items"]] == [second, first]
    assert client.call("queue_cancel", item_id=first)["cancelled"] == 1
    assert client.call("queue_retry", item_id=first)["waiting"] == 2
    assert client.call("queue_list")["paused"] is True
    assert client.call("queue_retry", item_id=0)["waiting"] == 2
    client.call("queue_resume")
    wait_until_done(client, added)


def test_folders_are_watched(client, make_videos, tmp_path):
    make_videos("watched.mp4")
    watched = client.call("watch_folder", folder=str(tmp_path))
    assert len(watched["queued"]) == 1
    (known,) = client.call("watched_folders")
    assert (known["folder"], known["there"]) == (str(tmp_path), True)
    assert client.call("unwatch_folder", folder_id=known["id"]) == []


def test_moments_are_filtered_searched_and_compared(client, reviewed):
    narrow = {"decisions": ["confirmed"], "min_score": 0.7, "labels": ["crash or near miss"]}
    (event,) = client.call("list_events", **narrow, sort="video", limit=5)["events"]
    assert (event["decision"], event["score"]) == ("confirmed", 0.9)
    assert client.call("list_events", decisions=["unsure"])["total"] == 0
    assert client.call("list_events", facts={"weather": "rain"})["total"] == 0
    assert client.call("search_events", text="white van monday")["total"] == 2
    assert client.call("search_events", text='"unbalanced* NEAR(')["total"] == 0
    (alike,) = client.call("similar_events", event_id=event["id"])
    assert alike["similarity"] == pytest.approx(0.707, abs=0.01)


def test_exports_say_what_and_where_they_are(client, reviewed):
    exports = [
        ("export_csv", {"text": "monday", "min_score": 0.7}, "1 moment in a table"),
        ("export_period", {"since": "2026-11-01", "until": "2026-11-30"}, "2026-11-01 to"),
        ("back_up_library", {}, "The library is copied"),
    ]
    for name, given, words in exports:
        made = client.call(name, **given)
        assert words in made["summary"]
        assert len(made["files"]) == len(made["addresses"]) == 1
        assert made["addresses"][0].startswith("/media/")


def test_reviews_that_make_no_label_are_refused_with_the_reason(client, reviewed):
    with pytest.raises(AppError, match=r"monday\.mp4"):
        client.call("export_reviews")


def test_refusals_are_sentences(client):
    for name, given, words in REFUSED:
        with pytest.raises(AppError, match=words):
            client.call(name, **given)


def test_a_video_is_removed(client, reviewed):
    before = client.call("list_videos")["total"]
    (quiet,) = client.call("list_videos", with_events="without")["videos"]
    assert client.call("remove_video", analysis_id=quiet["id"]) == {"total": before - 1}
