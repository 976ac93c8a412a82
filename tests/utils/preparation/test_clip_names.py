"""Every clip gets a file name of its own."""

from pathlib import Path

from utils.preparation.clip_names import unique_names


def test_names_are_kept_where_they_differ_and_get_their_folder_where_not():
    paths = [Path(p) for p in ("x/a.mp4", "x/b.mp4", "y/B.mp4", "z/con.mp4", "x/b.avi", "x/b.mp4")]
    assert unique_names(paths) == {
        Path("x/a.mp4"): "a",
        Path("x/b.mp4"): "x-b",
        Path("y/B.mp4"): "y-B",
        Path("z/con.mp4"): "_con",
        Path("x/b.avi"): "x-b-2",
    }
