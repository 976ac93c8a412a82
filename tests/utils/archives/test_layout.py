"""Pictures of both corpora end in one folder per clip."""

import pytest

from utils.archives.layout import LAYOUTS
from utils.errors import ArchiveError


@pytest.mark.parametrize(
    ("key", "name", "place"),
    [
        ("dota", "DoTA/frames/ab_001/images/0.jpg", "DoTA_Frames/ab_001/images/0.jpg"),
        ("dota", "ab_001/images/0.jpg", "DoTA_Frames/ab_001/images/0.jpg"),
        ("dota", "images/0.jpg", "DoTA_Frames/images/0.jpg"),
        ("dota", "annotations/ab_001.json", "annotations/ab_001.json"),
        ("bdd100k", "bdd/track/train/00a/00a-1.JPG", "BDD_Frames/00a/00a-1.JPG"),
        ("bdd100k", "00a/0.png", "BDD_Frames/00a/0.png"),
    ],
)
def test_what_stands_above_a_clip_is_dropped(key, name, place):
    assert LAYOUTS[key].place(tuple(name.split("/"))).as_posix() == place


def test_a_picture_in_no_folder_is_refused():
    with pytest.raises(ArchiveError, match="no clip's folder"):
        LAYOUTS["dota"].place(("0.jpg",))
