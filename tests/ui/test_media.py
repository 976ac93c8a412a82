"""Lent files: only those, only under their token, with ranges, and never as a page of ours."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ui import media
from ui.media import MediaShelf


@pytest.fixture
def shelf():
    return MediaShelf()


@pytest.fixture
def client(shelf):
    return TestClient(Starlette(routes=[shelf.route()]))


def lend(shelf, tmp_path, name, content=b"0123456789", **options):
    path = tmp_path / name
    path.write_bytes(content)
    return shelf.lend(path, **options)


def test_a_lent_video_can_be_sought(shelf, client, tmp_path):
    address = lend(shelf, tmp_path, "a b.mp4")
    answer = client.get(address, headers={"range": "bytes=2-4"})
    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer.headers["content-type"] == "video/mp4"


def test_other_tokens_and_other_names_lead_nowhere(shelf, client, tmp_path):
    address = lend(shelf, tmp_path, "a.mp4")
    (tmp_path / "secret.txt").write_text("secret")
    token = address.split("/")[2]
    assert client.get("/media/guess/a.mp4").status_code == 404
    assert client.get(f"/media/{token}/../secret.txt").status_code == 404
    assert client.get(f"/media/{token}/secret.txt").content == b"0123456789"


def test_a_file_that_went_away_is_404(shelf, client, tmp_path):
    address = lend(shelf, tmp_path, "a.mp4")
    (tmp_path / "a.mp4").unlink()
    assert client.get(address).status_code == 404


def test_a_report_page_is_saved_and_never_shown_on_our_address(shelf, client, tmp_path):
    answer = client.get(lend(shelf, tmp_path, "report.html", b"<script>", download=True))
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    shown = client.get(lend(shelf, tmp_path, "other.html", b"<script>"))
    assert shown.headers["content-type"] == "application/octet-stream"


def test_the_same_file_keeps_its_address(shelf, tmp_path):
    assert lend(shelf, tmp_path, "a.jpg") == lend(shelf, tmp_path, "a.jpg")


def test_hostile_names_are_quoted(shelf, client, tmp_path):
    address = lend(shelf, tmp_path, 'a"><script>\u202e%2e.mp4')
    assert not set('"<>\u202e') & set(address)
    assert client.get(address).status_code == 200


def test_the_oldest_are_taken_back(shelf, client, tmp_path, monkeypatch):
    monkeypatch.setattr(media, "MAX_LENT", 2)
    first = lend(shelf, tmp_path, "1.jpg")
    others = [lend(shelf, tmp_path, f"{n}.jpg") for n in (2, 3)]
    assert client.get(first).status_code == 404
    assert [client.get(address).status_code for address in others] == [200, 200]
