"""Small pictures for lists: made when asked for, once, and never bigger than needed."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ui.media import MediaShelf
from ui.thumbnails import WIDTH_PX, Thumbnails
from utils.writers.jpeg import write_jpeg


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "event-001-frame-1.jpg"
    write_jpeg(np.full((1080, 1920, 3), 90, np.uint8), path)
    return path


@pytest.fixture
def shelf():
    return MediaShelf()


@pytest.fixture
def thumbnails(tmp_path, shelf):
    return Thumbnails(tmp_path / "small", shelf)


def row(picture):
    """An event of the library with this picture."""
    return SimpleNamespace(thumbnail=picture)


def fetch(shelf, address):
    return TestClient(Starlette(routes=[shelf.route()])).get(address)


def test_the_browser_gets_a_small_copy(thumbnails, shelf, picture):
    answer = fetch(shelf, thumbnails.link(row(picture)))
    assert answer.headers["content-type"] == "image/jpeg"
    shown = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape[:2] == (WIDTH_PX * 9 // 16, WIDTH_PX)


def test_a_copy_is_made_once_and_anew_where_the_picture_changed(thumbnails, picture):
    first = thumbnails.make(picture)
    made_at = first.stat().st_mtime_ns
    assert thumbnails.make(picture) == first
    assert first.stat().st_mtime_ns == made_at
    write_jpeg(np.zeros((540, 960, 3), np.uint8), picture)
    assert thumbnails.make(picture) != first


def test_nothing_is_made_before_it_is_asked_for(thumbnails, picture, tmp_path):
    thumbnails.link(row(picture))
    assert not (tmp_path / "small").exists()


def test_what_is_no_picture_has_no_copy(thumbnails, shelf, tmp_path):
    assert thumbnails.link(row(tmp_path / "gone.jpg")) is None
    assert thumbnails.link(row(None)) is None
    fake = tmp_path / "fake.jpg"
    fake.write_bytes(b"<html>")
    assert fetch(shelf, thumbnails.link(row(fake))).status_code == 404


def test_a_full_or_missing_disk_is_a_missing_picture(shelf, picture, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    assert Thumbnails(tmp_path / "file" / "below", shelf).make(picture) is None
