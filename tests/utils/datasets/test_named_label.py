"""Names of folders and files say crash, normal, near miss, or nothing."""

from pathlib import PurePath

import pytest

from utils.datasets.named_label import label_of


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("crash/a.mp4", "crash"),
        ("Crashes/cam 1/a.mp4", "crash"),
        ("positive/00822.mp4", "crash"),
        ("1/a.mp4", "crash"),
        ("0/a.mp4", "normal"),
        ("normal/crash_test_dummy.mp4", "normal"),
        ("Negative Clips/a.mp4", "normal"),
        ("non-accident/a.mp4", "normal"),
        ("NonAccident/a.mp4", "normal"),
        ("no_collision/a.mp4", "normal"),
        ("crash/normal/a.mp4", "normal"),
        ("near_miss/a.mp4", "near_miss"),
        ("near-misses/a.mp4", "near_miss"),
        ("crash_0001.mp4", "crash"),
        ("0001_normal.mp4", "normal"),
        ("videos/0001_noCrash.mp4", "normal"),
        ("a_1.mp4", None),
        ("abnormal/a.mp4", None),
        ("cars/drive.mp4", None),
        ("crash_or_normal/a.mp4", None),
        ("accidental.mp4", None),
    ],
)
def test_the_nearest_telling_name_decides(name, label):
    assert label_of(PurePath(name)) == label
