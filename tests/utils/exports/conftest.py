"""A library with drawn videos for every test of exports."""

from pathlib import Path

import pytest

from tests.video_shelf import Shelf, draw_template


@pytest.fixture(scope="session")
def drawn_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_template(tmp_path_factory.mktemp("drawn") / "drawn.mp4")


@pytest.fixture
def shelf(tmp_path: Path, drawn_video: Path) -> Shelf:
    return Shelf(tmp_path, drawn_video)
