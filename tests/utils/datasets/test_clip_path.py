"""Names of videos stay inside the video folder."""

from pathlib import Path

import pytest

from utils.datasets.clip_path import clip_path


@pytest.mark.parametrize("name", ["a.mp4", "deep/er/a.mp4", "..a.mp4", "a..mp4", "Ünfall 1.mp4"])
def test_names_inside_the_folder_are_joined_to_it(name: str, tmp_path: Path) -> None:
    assert clip_path(tmp_path, name) == tmp_path / name


def test_an_absolute_path_inside_the_folder_is_taken(tmp_path: Path) -> None:
    assert clip_path(tmp_path, str(tmp_path / "a.mp4")) == tmp_path / "a.mp4"


@pytest.mark.parametrize(
    "name",
    [
        "../a.mp4",
        "b/../../a.mp4",
        "b\\..\\..\\a.mp4",
        "/etc/passwd",
        "\\\\server\\share\\a.mp4",
        "C:\\a.mp4",
        "",
        "  ",
        "a\n.mp4",
        "a\u202e4pm.exe",
        "x" * 2000,
    ],
)
def test_names_that_lead_elsewhere_or_mislead_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is needed"):
        clip_path(tmp_path, name)


def test_a_sibling_whose_name_begins_alike_is_not_inside(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not one from elsewhere"):
        clip_path(tmp_path / "videos", str(tmp_path / "videos2" / "a.mp4"))
