"""What the labels of each format become."""

import json
from pathlib import Path

import pytest

from tests.utils.datasets.label_samples import (
    CCD,
    CRASHCHAT,
    DADA,
    NEXAR,
    SAMPLES,
    crashchat,
    write_sample,
)
from utils.datasets.formats import read_clips, recognise
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip

TASK = "crashchat_dada_video_total_{}_val.json"


def _sample(folder: Path, label_format: str, videos: Path | None = None) -> list[LabeledClip]:
    return read_clips(write_sample(folder, label_format), videos or folder)


@pytest.mark.parametrize("label_format", SAMPLES)
def test_each_format_is_recognised_by_its_content(label_format: str, tmp_path: Path) -> None:
    assert recognise(write_sample(tmp_path, label_format)) == label_format


def test_labels_of_no_known_format_are_refused(tmp_path: Path) -> None:
    for name in ("notes.txt", "labels.yaml", "table.csv", "list.json"):
        (tmp_path / name).write_text("[1, 2]")
        with pytest.raises(AnnotationError, match=r"set data\.format to one of annotations, "):
            recognise(tmp_path / name)
    with pytest.raises(AnnotationError, match="no known label format"):
        recognise(tmp_path)


def test_questions_tell_of_the_whole_clip_and_lie_in_the_folder_of_their_split(tmp_path) -> None:
    (tmp_path / "val").mkdir()
    crash, normal = _sample(tmp_path, "questions")
    assert (crash.kind, crash.events_s, crash.split) == ("crash", (), "val")
    assert crash.path == tmp_path / "val" / "a.mp4"
    assert (normal.kind, normal.tags) == ("normal", {})


def test_questions_of_all_splits_are_read_from_their_folder(tmp_path: Path) -> None:
    for split in ("train", "val", "test"):
        (tmp_path / f"{split}.jsonl").write_text(SAMPLES["questions"][1])
    clips = read_clips(tmp_path, tmp_path)
    assert [clip.split for clip in clips] == ["train"] * 2 + ["val"] * 2 + ["test"] * 2


def test_equal_names_in_other_folders_are_other_sources(tmp_path: Path) -> None:
    for split in ("train", "val"):
        (tmp_path / split / "0001").mkdir(parents=True)
        (tmp_path / split / "0001" / "0.jpg").write_bytes(b"x")
        (tmp_path / f"{split}.jsonl").write_text(SAMPLES["questions"][1])
    for label_format in ("questions", "bdd100k"):
        clips = read_clips(tmp_path, tmp_path, label_format)
        assert len({clip.group for clip in clips}) == len(clips)


def test_captions_become_kinds_and_tags_in_either_spelling(tmp_path: Path) -> None:
    near, normal = _sample(tmp_path, "captions")
    assert (near.kind, normal.kind) == ("near_miss", "normal")
    assert near.path == tmp_path / "videos" / "a.mp4"
    assert near.tags == {
        "rule_violations": "cutting in",
        "action": "straight",
        "traffic": "dense",
        "visibility": "clear",
    }
    line = {
        "file_name": "c.mp4",
        "caption": "A crash.",
        "event_type": "collision",
        "presence_of_rule_violations": ["red light", "speeding"],
        "light_conditions": "dark",
        "weather": "rain",
    }
    (tmp_path / "metadata.jsonl").write_text(json.dumps(line))
    (tmp_path / "videos").mkdir()
    (crash,) = read_clips(tmp_path, tmp_path)
    assert crash.path == tmp_path / "videos" / "c.mp4"
    assert crash.tags["rule_violations"] == "red light, speeding"
    assert (crash.tags["light"], crash.tags["weather"]) == ("dark", "rain")


def test_nexar_rows_become_moments_and_slices(tmp_path: Path) -> None:
    crash, normal = _sample(tmp_path, "nexar")
    assert (crash.kind, crash.events_s, crash.alert_s) == ("crash", (19.5,), 18.1)
    assert crash.path == tmp_path / "positive" / "00822.mp4"
    assert crash.tags == {"light": "Dark", "weather": "Clear", "scene": "Urban"}
    assert (normal.kind, normal.group) == ("normal", "nexar/00028")


def test_nexar_folders_are_read_as_they_are_published(tmp_path: Path) -> None:
    head = NEXAR.split("\n")[0]
    for split, side, row in (
        ("train", "positive", "00822.mp4,19.5,18.1,Dark,Clear,Urban,"),
        ("train", "negative", "00028.mp4,,,Normal,Rain,Highway,"),
        ("test-public", "positive", "00030.mp4,,,Normal,Rain,Highway,1.5"),
    ):
        folder = tmp_path / split / side
        folder.mkdir(parents=True)
        (folder / "metadata.csv").write_text(f"{head}\n{row}\n")
    clips = {clip.path.stem: clip for clip in read_clips(tmp_path, tmp_path)}
    assert clips["00822"].path == tmp_path / "train" / "positive" / "00822.mp4"
    assert {name: (clip.kind, clip.split) for name, clip in clips.items()} == {
        "00822": ("crash", "train"),
        "00028": ("normal", "train"),
        "00030": ("crash", "test"),
    }
    assert clips["00030"].events_s == ()
    assert clips["00030"].tags["time_to_accident"] == "1.5"


def test_nexar_frame_tables_bound_the_times_and_rate_folders_of_frames(tmp_path: Path) -> None:
    rates = "video_id,fps,total_frames,duration\n00001,29.7,302,10.17\n"
    (tmp_path / "train_frames_metadata.csv").write_text(rates)
    (tmp_path / "train.csv").write_text("id,time_of_event,target\n00001,9,1\n")
    (tmp_path / "00001").mkdir()
    (clip,) = read_clips(tmp_path / "train.csv", tmp_path)
    assert (clip.path, clip.frame_rate) == (tmp_path / "00001", 29.7)
    (tmp_path / "train.csv").write_text("id,time_of_event,target\n00001,11,1\n")
    with pytest.raises(AnnotationError, match=r"line 2: time_of_event '11': the clip ends at"):
        read_clips(tmp_path / "train.csv", tmp_path)


def test_crashchat_answers_become_one_clip_per_video(tmp_path: Path) -> None:
    answers = {
        "crash_recognition": ("Yes", "No"),
        "crash_localization": ("3.9 - 5.0 seconds",),
        "pre_crash_localization": ("2.4 seconds",),
        "crash_description": ("car hits car", "no collision."),
        "causal_reasoning": ("It was speeding.", "No accident, no cause."),
        "prevention_reasoning": ("Slow down.", "No accident, no prevention needed."),
    }
    for task, said in answers.items():
        (tmp_path / TASK.format(task)).write_text(crashchat(*said))
    crash, normal = read_clips(tmp_path, tmp_path)
    assert (crash.kind, crash.spans_s, crash.events_s) == ("crash", ((3.9, 5.0),), (3.9,))
    assert (crash.alert_s, crash.caption, crash.split) == (2.4, "car hits car", "val")
    assert crash.tags == {"cause": "It was speeding.", "prevention": "Slow down."}
    assert (normal.kind, normal.caption, normal.tags) == ("normal", "", {})


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"crash_recognition": "No", "crash_localization": "1 - 2 seconds"}, "answer is No"),
        (
            {"crash_localization": "1 - 2 seconds", "pre_crash_localization": "1.5 seconds"},
            "before the crash at 1.0 s",
        ),
    ],
)
def test_answers_that_contradict_each_other_are_refused(answers, message, tmp_path: Path) -> None:
    for task, said in answers.items():
        (tmp_path / TASK.format(task)).write_text(crashchat(said))
    with pytest.raises(AnnotationError, match=message):
        read_clips(tmp_path, tmp_path)


def test_crash_spans_alone_say_that_there_was_a_crash(tmp_path: Path) -> None:
    (tmp_path / TASK.format("crash_localization")).write_text(CRASHCHAT)
    assert [clip.kind for clip in read_clips(tmp_path, tmp_path)] == ["crash", "crash"]


def test_dota_anomalies_become_spans_of_folders_of_frames(tmp_path: Path) -> None:
    first, second = _sample(tmp_path, "dota")
    assert first.path == tmp_path / "0RJPQ_97dcs_000387" / "images"
    assert (first.spans_s, first.events_s, first.frame_rate) == (((4.1, 9.4),), (4.1,), 10.0)
    assert first.group == second.group == "dota/0RJPQ_97dcs"
    assert first.tags == {"ego": "ego", "class": "turning"}


def test_bdd100k_clips_are_the_folders_of_frames_and_the_videos(tmp_path: Path) -> None:
    for name in ("train/b1c6/0.jpg", "train/b1c6/1.jpg", "val/00a0/images/0.png", "c.mov", "x.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    clips = read_clips(tmp_path, tmp_path, "bdd100k")
    assert {clip.kind for clip in clips} == {"normal"}
    assert {(Path(c.group).name, c.split, c.frame_rate) for c in clips} == {
        ("b1c6", "train", 10.0),
        ("00a0", "val", 10.0),
        ("c.mov", "train", None),
    }
    (tmp_path / "empty").mkdir()
    with pytest.raises(AnnotationError, match="no folder of frames and no video"):
        read_clips(tmp_path / "empty", tmp_path, "bdd100k")


def test_ccd_labels_become_spans_and_the_normal_folder_normal_clips(tmp_path: Path) -> None:
    (tmp_path / "Crash-1500.txt").write_text(CCD)
    (tmp_path / "test.txt").write_text("positive/000002.npz 1\nnegative/000001.npz 0\n")
    for name in ("videos/Crash-1500/000001.mp4", "videos/Normal/000001.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    first, second, normal = read_clips(tmp_path, tmp_path)
    assert (first.events_s, first.spans_s) == ((3.2,), ((3.2, 5.0),))
    assert first.path == tmp_path / "videos" / "Crash-1500" / "000001.mp4"
    assert first.tags == {"ego": "ego", "light": "Day", "weather": "Snowy"}
    assert [clip.split for clip in (first, second, normal)] == ["train", "test", "test"]
    assert (first.group, second.group) == ("ccd/0000", "ccd/0007")
    assert normal.kind == "normal"


def test_dada_clips_are_videos_or_folders_of_frames(tmp_path: Path) -> None:
    (tmp_path / "test_file.json").write_text(DADA)
    (tmp_path / "10_068.mp4").write_bytes(b"x")
    frames, film = read_clips(tmp_path / "test_file.json", tmp_path)
    assert (frames.path, frames.frame_rate) == (tmp_path / "1" / "022" / "images", 30.0)
    assert (film.path, film.frame_rate, film.split) == (tmp_path / "10_068.mp4", None, "test")


def test_re_annotated_rows_become_alert_and_contact(tmp_path: Path) -> None:
    crash, near = _sample(tmp_path, "badas")
    assert (crash.kind, crash.alert_s, crash.events_s) == ("crash", 2.12, (2.92,))
    assert (near.kind, near.tags["ego"], near.split) == ("near_miss", "ego", "test")


@pytest.mark.parametrize(
    ("corpus", "folder", "rate_fps"),
    [("dota", "000456_1/images", 10.0), ("dada2000", "000456/1/images", 30.0)],
)
def test_re_annotated_clips_may_be_the_frames_of_their_corpus(corpus, folder, rate_fps, tmp_path):
    (tmp_path / folder).mkdir(parents=True)
    file = tmp_path / f"{corpus}_test_concensus.csv"
    file.write_text(SAMPLES["badas"][1].replace("000456.mp4", "000456_1.mp4"))
    frames, film = read_clips(file, tmp_path)
    assert (frames.path, frames.frame_rate) == (tmp_path / folder, rate_fps)
    assert (film.path, film.frame_rate) == (tmp_path / "000457.mp4", None)


def test_dota_and_its_re_annotation_share_their_sources(tmp_path: Path) -> None:
    name = "dota_test_concensus.csv"
    (tmp_path / name).write_text(SAMPLES["badas"][1].replace("000456", "0RJPQ_97dcs_003475"))
    again = read_clips(tmp_path / name, tmp_path)[0]
    assert again.group == _sample(tmp_path, "dota")[0].group


def test_cadp_runs_become_spans(tmp_path: Path) -> None:
    first, second = _sample(tmp_path, "cadp")
    assert first.spans_s == ((6.0, 8.3),)
    assert second.spans_s == ((0.1, pytest.approx(5 / 30)), (0.2, pytest.approx(8 / 30)))
    assert second.split == "val"


def test_pictures_without_a_number_are_refused(tmp_path: Path) -> None:
    for name in ("accident/a.jpg", "non_accident/1.jpg"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(AnnotationError, match=r"accident/a\.jpg: its name holds no frame number"):
        read_clips(tmp_path, tmp_path)


def test_picture_folders_need_both_classes(tmp_path: Path) -> None:
    (tmp_path / "accident").mkdir()
    (tmp_path / "accident" / "1.jpg").write_bytes(b"x")
    with pytest.raises(AnnotationError, match="no pictures for the class non_accident"):
        read_clips(tmp_path, tmp_path)
