"""Uploads: room on the disk is asked for first, and what broke off is removed."""

from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui import uploads
from ui.uploads import UploadGate


@pytest.fixture
def gated(tmp_path, monkeypatch):
    """A client and the folder; the app writes a nameless file and a complete one, then fails."""

    async def upload(request):
        (tmp_path / "tmpabc").write_bytes(b"x")
        (tmp_path / "done").mkdir()
        (tmp_path / "done" / "drive.mp4").write_bytes(b"x")
        raise ConnectionError("the client went away")

    usage = SimpleNamespace(free=1000)
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _: usage)
    app = Starlette(
        routes=[
            Route("/gradio_api/upload", upload, methods=["POST"]),
            Route("/other", lambda _: PlainTextResponse("x"), methods=["POST"]),
        ]
    )
    gate = UploadGate(app, tmp_path, kept_free_bytes=200)
    return TestClient(gate, raise_server_exceptions=False), tmp_path


def test_an_upload_that_does_not_fit_is_refused_before_it_is_written(gated):
    client, folder = gated
    answer = client.post("/gradio_api/upload", content=b"x" * 801)
    assert answer.status_code == 507
    assert "disk is full" in answer.text
    assert list(folder.iterdir()) == []


def test_what_broke_off_is_removed_and_what_is_complete_stays(gated):
    client, folder = gated
    assert client.post("/gradio_api/upload", content=b"x" * 800).status_code == 500
    assert [path.name for path in folder.iterdir()] == ["done"]
    assert (folder / "done" / "drive.mp4").is_file()


def test_an_upload_of_unknown_length_is_refused(gated):
    client, _ = gated
    chunks = (piece for piece in (b"a", b"b"))
    assert client.post("/gradio_api/upload", content=chunks).status_code == 411


def test_other_requests_pass(gated):
    client, _ = gated
    assert client.post("/other", content=b"x" * 5000).status_code == 200
