"""The published label files are read whole: counted here with a few lines of json and csv."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from utils.datasets.accident_images import BLOCK, GAP
from utils.datasets.formats import read_clips, recognise
from utils.datasets.nexar_frames import read_frame_tables
from utils.datasets.source_split import crossing_groups, leak_report, split_by_source
from utils.labeled_clip import LabeledClip

VIDEOS = Path("/videos")


@pytest.fixture(scope="module")
def labels_dir(data_dir: Path) -> Path:
    return data_dir / "annotations"


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as table:
        return list(csv.DictReader(table))


def _read(labels: Path) -> list[LabeledClip]:
    return read_clips(labels, VIDEOS)


def test_dota_has_its_clips_and_anomalous_frames(labels_dir: Path) -> None:
    clips = _read(labels_dir / "DoTA")
    assert Counter(clip.split for clip in clips) == {"train": 3275, "val": 1402}
    val = [clip for clip in clips if clip.split == "val"]
    assert sum(round(10 * (end - start)) for c in val for start, end in c.spans_s) == 47_302
    entries = json.loads((labels_dir / "DoTA" / "metadata_val.json").read_text())
    assert sum(entry["num_frames"] for entry in entries.values()) == 142_747
    egos = Counter(entry["anomaly_class"].split(":")[0] for entry in entries.values())
    assert Counter(clip.tags["ego"] for clip in val) == egos
    for clip in val:
        entry = entries[clip.path.parent.name]
        assert clip.events_s == (entry["anomaly_start"] / 10,)
        assert clip.frame_rate == 10.0


@pytest.mark.parametrize("split", ["train", "val"])
def test_dota_lists_of_names_choose_the_same_clips(labels_dir: Path, split: str) -> None:
    listed = _read(labels_dir / "DoTA" / f"{split}_split.txt")
    by_metadata = _read(labels_dir / "DoTA" / f"metadata_{split}.json")
    names = (labels_dir / "DoTA" / f"{split}_split.txt").read_text().split()
    assert [clip.path.parent.name for clip in listed] == names
    assert {clip.path for clip in listed} == {clip.path for clip in by_metadata}


def test_the_dota_split_leaks_and_regrouping_mends_it(labels_dir: Path) -> None:
    clips = _read(labels_dir / "DoTA")
    assert "177 of 190 source videos" in leak_report(clips)
    assert "1400 of 1402 held-out" in leak_report(clips)
    official = {clip.path: clip.split for clip in clips}
    mended = split_by_source(clips)
    assert not crossing_groups(mended)
    trained = [clip for clip in mended if clip.split == "train"]
    assert all(official[clip.path] == "train" for clip in trained)
    assert len(trained) > 2000
    assert sum(clip.split == "val" for clip in mended) > 1200


def test_ccd_has_its_crashes_sources_and_frames(labels_dir: Path) -> None:
    clips = _read(labels_dir / "CCD" / "Crash-1500.txt")
    lines = (labels_dir / "CCD" / "Crash-1500.txt").read_text().splitlines()
    ones = [[c.strip() for c in line.split(",")][1:51].count("1") for line in lines]
    assert [round(10 * (c.spans_s[0][1] - c.spans_s[0][0])) for c in clips] == ones
    assert len(clips) == 1500
    assert len({clip.group for clip in clips}) == 133
    assert Counter(clip.tags["ego"] for clip in clips) == {"ego": 801, "other": 699}
    assert Counter(clip.tags["light"] for clip in clips) == {"Day": 1325, "Night": 175}


@pytest.mark.parametrize(
    ("name", "rows", "categories"),
    [
        ("dad", 165, {"pos-ego": 13, "pos-not-ego": 150}),
        ("dada2000_small", 221, {"pos-ego": 75, "pos-not-ego": 51}),
        ("dota", 598, {"pos-ego": 327, "pos-not-ego": 255}),
    ],
)
def test_the_re_annotation_has_its_rows(labels_dir: Path, name, rows, categories) -> None:
    file = labels_dir / "BADAS_reannotated" / f"{name}_test_concensus.csv"
    clips = _read(file)
    assert len(clips) == rows
    found = Counter(clip.tags["article_category"] for clip in clips)
    assert {key: found[key] for key in categories} == categories
    kinds = Counter(row["Event-type"] for row in _rows(file))
    assert sum(clip.kind == "near_miss" for clip in clips) == kinds["Near-collision"]
    for clip, row in zip(clips, _rows(file), strict=True):
        gap_s = clip.events_s[0] - (clip.alert_s or 0.0)
        assert gap_s == pytest.approx(float(row["Diff"]))


def test_dada_has_its_splits_and_five_videos_in_two_of_them(labels_dir: Path) -> None:
    clips = _read(labels_dir / "DADA")
    assert Counter(clip.split for clip in clips) == {"train": 598, "val": 198, "test": 222}
    assert len(crossing_groups(clips)) == 5


@pytest.mark.parametrize(
    ("split", "videos", "crashes"), [("val", 1838, 1139), ("test", 1839, 1162)]
)
def test_crashchat_joins_its_six_tasks(labels_dir: Path, split, videos, crashes) -> None:
    name = f"crashchat_dada_video_total_crash_localization_{split}.json"
    clips = _read(labels_dir / "CrashChat" / name)
    assert Counter(clip.kind for clip in clips) == {"crash": crashes, "normal": videos - crashes}
    timed = [clip for clip in clips if clip.spans_s]
    assert len(timed) == sum(clip.alert_s is not None for clip in clips) == crashes
    by_name = {clip.path.name: clip for clip in clips}
    for record in json.loads((labels_dir / "CrashChat" / name).read_text()):
        clip = by_name[Path(record["video"][0]).name]
        said = re.findall(r"[\d.]+", record["conversations"][1]["value"])
        assert clip.spans_s == (tuple(float(number) for number in said),)
    assert sum(bool(clip.caption) for clip in clips) == crashes
    assert sum("prevention" in clip.tags for clip in clips) == crashes - (split == "test")


def test_all_of_crashchat_is_read_from_its_folder(labels_dir: Path) -> None:
    clips = _read(labels_dir / "CrashChat")
    assert Counter(clip.split for clip in clips) == {"val": 1838, "test": 1839}
    assert Counter(clip.dataset for clip in clips if clip.split == "test") == {
        "crashchat/MM-AU-CAP": 1004,
        "crashchat/D2City": 613,
        "crashchat/MM-AU-DADA": 158,
        "crashchat/Nexar": 64,
    }


def test_nexar_tables_have_their_rows(labels_dir: Path) -> None:
    rows = [
        row
        for f in ("train", "test")
        for row in _rows(labels_dir / "Nexar" / f"{f}_frames_metadata.csv")
    ]
    table = read_frame_tables(labels_dir / "Nexar")
    assert len(table) == len(rows) == 1500 + 1344
    one = table.of("00001")
    assert one is not None
    assert (one.rate_fps, one.count, one.duration_s) == (30.0, 303, 10.1)
    assert len(_read(labels_dir / "Nexar" / "sample_submission.csv")) == 1344


def test_pictures_are_split_by_blocks_with_a_gap(data_dir: Path) -> None:
    clips = _read(data_dir / "accident_images")
    numbers: dict[tuple[str, str], list[int]] = {}
    for clip in clips:
        found = [int(Path(name).stem) for name in clip.frame_names]
        assert len({number // BLOCK for number in found}) == 1
        numbers.setdefault((clip.path.name, clip.split), []).extend(found)
    for name in ("accident", "non_accident"):
        train, val = numbers[name, "train"], numbers[name, "val"]
        assert min(abs(a - b) for a in train for b in val) > GAP
        assert len(val) > 50
    assert 1000 < sum(len(clip.frame_names) for clip in clips if clip.split == "train") < 2000


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("annotations/DoTA", "dota"),
        ("annotations/DoTA/metadata_val.json", "dota"),
        ("annotations/DoTA/val_split.txt", "dota"),
        ("annotations/CCD", "ccd"),
        ("annotations/CCD/Crash-1500.txt", "ccd"),
        ("annotations/DADA", "dada"),
        ("annotations/DADA/test_file.json", "dada"),
        ("annotations/CrashChat", "crashchat"),
        ("annotations/BADAS_reannotated/dota_test_concensus.csv", "badas"),
        ("annotations/Nexar/sample_submission.csv", "nexar"),
        ("drives/labels.csv", "drives"),
        ("cadp_frames/labels.csv", "cadp"),
        ("accident_images", "images"),
    ],
)
def test_real_labels_are_recognised(data_dir: Path, name: str, expected: str) -> None:
    assert recognise(data_dir / name) == expected
