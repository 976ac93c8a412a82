"""The corpus of a run: missing videos, copies, and sources that stay in one split."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from utils.datasets.annotations import write_annotations
from utils.datasets.copies import find_copies, join_copies
from utils.datasets.corpus import read_corpus
from utils.datasets.source_split import crossing_groups, leak_report, split_by_source
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip, Split
from utils.settings import CorpusSettings, DataSettings


def _clip(path: Path, group: str = "", split: Split = "train") -> LabeledClip:
    return LabeledClip(path, "normal", (), group or path.stem, split)


def _videos(folder: Path, *names: str) -> list[LabeledClip]:
    """Files of one content each; only their paths and bytes matter here."""
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        (folder / name).write_bytes(bytes(number + 1))
    return [_clip(folder / name) for name in names]


def _labels(folder: Path, name: str, clips: list[LabeledClip]) -> str:
    write_annotations(folder / name, clips, video_dir=folder)
    return str(folder / name)


def test_missing_videos_are_listed_and_left_out(tmp_path: Path, caplog) -> None:
    clips = [*_videos(tmp_path, "a.mp4"), _clip(tmp_path / "gone.mp4")]
    labels = _labels(tmp_path, "train.json", clips)
    found = read_corpus(DataSettings(train_annotations=labels))
    assert [clip.path.name for clip in found] == ["a.mp4"]
    assert "1 of 2 videos are missing and left out" in caplog.text
    assert "gone.mp4" in caplog.text


def test_no_video_at_all_is_an_error_that_says_where_it_looked(tmp_path: Path) -> None:
    labels = _labels(tmp_path, "train.json", [_clip(tmp_path / "gone.mp4")])
    with pytest.raises(AnnotationError, match=r"none of 1 videos is there; the first .*gone\.mp4"):
        read_corpus(DataSettings(train_annotations=labels))


def test_labels_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"no labels at .*none\.json"):
        read_corpus(DataSettings(train_annotations=str(tmp_path / "none.json")))


def test_training_and_validation_labels_give_the_split(tmp_path: Path, caplog) -> None:
    caplog.set_level(logging.INFO)
    first, second = _videos(tmp_path, "a.mp4", "b.mp4")
    settings = DataSettings(
        train_annotations=_labels(tmp_path, "train.json", [first]),
        val_annotations=_labels(tmp_path, "val.json", [second]),
    )
    found = {clip.path.name: clip.split for clip in read_corpus(settings)}
    assert found == {"a.mp4": "train", "b.mp4": "val"}
    assert "is read as annotations labels" in caplog.text
    assert "2 labelled clips: 1 normal in train, 1 normal in val" in caplog.text


def test_validation_labels_alone_are_read_for_evaluation(tmp_path: Path) -> None:
    labels = _labels(tmp_path, "val.json", _videos(tmp_path, "a.mp4"))
    (clip,) = read_corpus(DataSettings(val_annotations=labels))
    assert (clip.path.name, clip.split) == ("a.mp4", "val")


def test_training_labels_alone_keep_the_splits_they_give(tmp_path: Path) -> None:
    for split in ("train", "val"):
        (tmp_path / split).mkdir()
        (tmp_path / f"{split}.jsonl").write_text('{"video": "a.mp4", "text": "?", "label": 0}\n')
        (tmp_path / split / "a.mp4").write_bytes(split.encode())
    clips = read_corpus(DataSettings(train_annotations=str(tmp_path)))
    assert [clip.split for clip in clips] == ["train", "val"]


def test_several_corpora_are_mixed_with_their_weights_and_splits(tmp_path: Path) -> None:
    own = tmp_path / "own"
    labels = _labels(own, "labels.json", _videos(own, "a.mp4"))
    frames = tmp_path / "bdd" / "train" / "00a0"
    frames.mkdir(parents=True)
    (frames / "0.jpg").write_bytes(b"x")
    settings = DataSettings(
        corpora=(
            CorpusSettings(annotations=labels, split="val"),
            CorpusSettings(format="bdd100k", video_dir=str(tmp_path / "bdd"), weight=0.25),
        )
    )
    first, second = read_corpus(settings)
    assert (first.split, first.weight) == ("val", 1.0)
    assert (second.dataset, second.split, second.weight) == ("bdd100k", "train", 0.25)


def test_copies_are_found_by_content_and_reported_once(tmp_path: Path, caplog) -> None:
    clips = _videos(tmp_path, "a.mp4", "b.mp4", "c.mp4")
    (tmp_path / "c.mp4").write_bytes((tmp_path / "a.mp4").read_bytes())
    (tmp_path / "d.mp4").write_bytes(b"\1")  # the size of a.mp4, another content
    clips = [*clips, _clip(tmp_path / "d.mp4")]
    assert [[c.path.name for c in group] for group in find_copies(clips)] == [["a.mp4", "c.mp4"]]
    joined = join_copies(clips)
    assert joined[0].group == joined[2].group == "a"
    assert "1 clips are copies of others: a.mp4 = c.mp4" in caplog.text
    assert "several splits" not in caplog.text


def test_copies_of_copies_come_into_one_group(tmp_path: Path) -> None:
    contents = {"a": b"1", "b": b"1", "b2": b"22", "c": b"22", "c2": b"333", "a2": b"333"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    clips = [_clip(tmp_path / name, group=name[0]) for name in contents]
    assert len({clip.group for clip in join_copies(clips)}) == 1


def test_copies_across_splits_are_warned_of_and_never_trained_on(tmp_path: Path, caplog) -> None:
    clips = _videos(tmp_path, "a.mp4", "b.mp4")
    (tmp_path / "b.mp4").write_bytes((tmp_path / "a.mp4").read_bytes())
    settings = DataSettings(
        train_annotations=_labels(tmp_path, "train.json", clips[:1]),
        val_annotations=_labels(tmp_path, "val.json", clips[1:]),
    )
    found = read_corpus(settings)
    assert "1 of them stand in several splits" in caplog.text
    assert len({clip.split for clip in found}) == 1
    kept = read_corpus(settings.model_copy(update={"split_by": "labels"}))
    assert [clip.split for clip in kept] == ["train", "val"]
    assert "too good" in caplog.text


def test_the_same_folder_with_other_frames_is_no_copy(tmp_path: Path) -> None:
    for n in range(4):
        (tmp_path / f"{n}.png").write_bytes(bytes([n]))
    blocks = [
        replace(_clip(tmp_path), frame_rate=1.0, frame_names=names)
        for names in (("0.png", "1.png"), ("2.png", "3.png"), ("0.png", "1.png"))
    ]
    assert find_copies(blocks) == [[blocks[0], blocks[2]]]


def _crossing(groups: int, train: int, val: int) -> list[LabeledClip]:
    sides: list[Split] = ["train"] * train + ["val"] * val
    return [
        _clip(Path(f"{group}-{n}.mp4"), f"source {group}", split)
        for group in range(groups)
        for n, split in enumerate(sides)
    ]


def test_a_source_in_several_splits_comes_into_one() -> None:
    clips = _crossing(groups=50, train=7, val=3)
    mended = split_by_source(clips)
    assert not crossing_groups(mended)
    val = sum(clip.split == "val" for clip in mended)
    assert 0.2 * len(clips) < val < 0.4 * len(clips)
    assert split_by_source(clips) == mended


def test_held_out_clips_never_move_to_training() -> None:
    clips = _crossing(groups=50, train=7, val=3)
    held_out = {clip.path for clip in clips if clip.split != "train"}
    trained = {clip.path for clip in split_by_source(clips) if clip.split == "train"}
    assert trained
    assert not trained & held_out


def test_sources_of_one_split_stay_as_they_are() -> None:
    clips = [_clip(Path("a.mp4"), "one"), _clip(Path("b.mp4"), "two", "val")]
    assert split_by_source(clips) == clips
    assert leak_report(clips) == ""


def test_the_default_corpus_is_the_drives_and_cadp_clips(data_dir: Path) -> None:
    clips = read_corpus(DataSettings(), str(data_dir))
    assert len(clips) == 185
    assert {clip.dataset for clip in clips if clip.split == "val"} == {"drives"}
    assert not crossing_groups(clips)
    assert {clip.weight for clip in clips if clip.dataset == "cadp"} == {0.6}
