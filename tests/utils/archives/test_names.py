"""Names inside archives become names for every system, or the archive is refused."""

import pytest

from utils.archives.names import is_clutter, safe_parts
from utils.errors import ArchiveError


@pytest.mark.parametrize(
    "name",
    [
        "../evil.jpg", "a/../../evil.jpg", "/etc/passwd", "\\evil.jpg", "a\\..\\..\\evil.jpg",
        "C:/evil.jpg", "c:evil.jpg", "//server/share/x.jpg", "a/..", "", ".", "/",
        "a\0b.jpg", "/".join("a" * 40), "x" * 300,
    ],
)  # fmt: skip
def test_a_name_that_leaves_its_folder_or_is_none_is_refused(name):
    with pytest.raises(ArchiveError) as caught:
        safe_parts(name)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("./frames//clip/0.jpg", ("frames", "clip", "0.jpg")),
        ("clip\\0.jpg", ("clip", "0.jpg")),
        ("CON/aux.jpg", ("_CON", "_aux.jpg")),
        ("com1.tar/x", ("_com1.tar", "x")),
        ("console/x", ("console", "x")),
        ("ab:c?/x*.jpg", ("ab_c_", "x_.jpg")),
        ("clip./x ", ("clip_", "x_")),
        ("-abc_001/..x", ("-abc_001", "..x")),
        ("cafe\u0301/x", ("caf\u00e9", "x")),
        ("a\nb\udcff/x", ("a_b_", "x")),
    ],
)
def test_names_that_some_system_cannot_hold_are_changed(name, parts):
    assert safe_parts(name) == parts


@pytest.mark.parametrize("name", ["__MACOSX/x", "a/._0.jpg", ".DS_Store", "a/Thumbs.db"])
def test_what_file_managers_leave_is_clutter(name):
    assert is_clutter(safe_parts(name))
    assert not is_clutter(safe_parts("frames/a/0.jpg"))
