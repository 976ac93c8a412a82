"""The endpoints of the Compare tab, called by a program."""

import json

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import served
from tests.ui.conftest import three_events

RUN = "checkpoint:default"


@pytest.fixture
def client(tmp_path, settings):
    with served(FakeAnalyze(three_events()), settings, tmp_path) as address:
        client = Client(address, verbose=False)
        yield client
        client.close()


def test_a_video_is_compared_and_then_its_stored_analyses(client, video):
    first = client.predict(
        RUN, RUN, str(video), describer_b="template", threshold_b=0.2, api_name="/compare"
    )
    assert [(m["a"], m["b"]) for m in first["comparison"]["moments"]] == [(1, 1), (2, 2), (3, 3)]
    ids = [first[side]["analysis_id"] for side in ("a", "b")]
    assert ids == [1, 2]
    again = client.predict("analysis:1", "analysis:2", api_name="/compare")
    assert again["comparison"]["moments"] == first["comparison"]["moments"]
    assert again["reviewed"] == []
    known = client.predict(ids[0], api_name="/comparable")
    assert [one["value"] for one in known["sides"]][-2:] == ["analysis:2", "analysis:1"]
    assert str(video.parent) not in json.dumps(again)
    for a, b, words in (
        ("analysis:1", "analysis:1", "A and B are the same"),
        ("analysis:99", RUN, "99"),
        (RUN, "checkpoint:../x", "Choose a video first"),
    ):
        with pytest.raises(AppError, match=words):
            client.predict(a, b, api_name="/compare")
