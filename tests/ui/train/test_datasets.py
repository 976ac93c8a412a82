"""What there is to learn from, counted and doubted."""

import json
from pathlib import Path

import pytest

from tests.report_factory import make_event_report, make_report
from ui.train.comparison import read_wish
from ui.train.datasets import DataChoice, SplitRow, check_videos, describe, doubts
from utils.datasets.corpus import read_corpus
from utils.library.records import Review
from utils.writers.json_report import write_json


def one(training, name, **choice):
    return describe(name, DataChoice((name,), **choice), training.context)


def test_the_data_of_the_settings_are_counted_by_split_and_kind(training):
    found = one(training, "settings")
    assert found.rows == (SplitRow("train", 1, 0, 1), SplitRow("val", 1, 0, 1))
    assert found.formats == (("train.json", "annotations"), ("val.json", "annotations"))
    assert (found.problem, found.missing, found.leak) == ("", (), "")


def test_missing_videos_are_named(training, folder):
    (folder / "drive.mp4").unlink()
    assert one(training, "settings").missing == ("drive.mp4",)


def test_labels_that_cannot_be_read_are_a_problem_in_words(training, folder):
    (folder / "train.json").write_text('{"videos": [{"video_path": "crash.mp4", "moments": []}]}')
    assert "moments" in one(training, "settings").problem


def test_a_label_file_is_recognised_by_its_content(training, folder):
    found = one(training, "folder", labels=str(folder / "val.json"), videos=str(folder))
    assert found.formats == (("val.json", "annotations"),)
    assert found.rows == (SplitRow("train", 1, 0, 1),)


def test_two_label_files_are_both_sides(training, folder):
    paths = {"labels": str(folder / "train.json"), "val_labels": str(folder / "val.json")}
    assert [row.split for row in one(training, "folder", **paths).rows] == ["train", "val"]


def test_a_source_on_both_sides_is_told(training, folder):
    paths = {"labels": str(folder / "train.json"), "val_labels": str(folder / "train.json")}
    assert "clips in several splits" in one(training, "folder", **paths).leak


def test_another_format_can_be_named(training, folder):
    named = {"labels": str(folder / "train.json"), "label_format": "dota"}
    assert "train.json" in one(training, "folder", **named).problem
    assert (
        "label formats" in one(training, "folder", labels=named["labels"], label_format="x").problem
    )


def test_nothing_reviewed_says_what_to_do(training):
    assert "decide on all events" in one(training, "reviews").problem


def review(training, video, decision, *, sha256):
    """A video with one event, analysed and decided on."""
    library = training.context.library
    report = make_report([make_event_report(4.0)])
    facts = {"size_bytes": video.stat().st_size, "sha256": sha256}
    own = {"video_path": str(video), "video": report.video.model_copy(update=facts)}
    path = training.context.outputs / video.stem / f"{video.stem}.json"
    path.parent.mkdir(parents=True)
    write_json(report.model_copy(update=own), path)
    (event,) = library.events.of(library.analyses.add(path).id)
    library.reviews.save(event.id, Review(decision))


@pytest.fixture
def reviewed(training, folder):
    """Two analysed videos: the event of one confirmed, of the other a false alarm."""
    review(training, folder / "crash.mp4", "confirmed", sha256="1" * 64)
    review(training, folder / "drive.mp4", "false_alarm", sha256="2" * 64)
    return training


def test_reviews_are_a_data_set(reviewed):
    rows = one(reviewed, "reviews").rows
    assert sum(row.crash for row in rows) == 1
    assert sum(row.normal for row in rows) == 1


def test_retraining_learns_from_reviews_and_the_settings_data_and_will_be_compared(
    reviewed, folder
):
    run = reviewed.retrain("mine")
    settings = reviewed.settings(run)
    labels = [part.annotations for part in settings.data.corpora]
    assert labels[:2] == [str(folder / "train.json"), str(folder / "val.json")]
    assert all("training-labels" in path for path in labels[2:])
    assert settings.training.num_epochs == 3  # the recipe of the checkpoint in use
    videos = [json.loads(Path(path).read_text())["videos"] for path in labels[2:]]
    assert sum(map(len, videos)) == 2
    assert reviewed.status(run.id).wanted


def test_every_video_is_opened_and_compared_with_its_labels(training, folder):
    moments = {"videos": [{"video_path": "crash.mp4", "triggers": [{"timestamp": 99.0}]}]}
    (folder / "late.json").write_text(json.dumps(moments))
    lines = check_videos(DataChoice(["folder"], str(folder / "late.json")), training.context)
    assert "labels beyond the end of their video: 1" in lines


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([SplitRow("train", 0, 0, 9)], "no crash to learn from"),
        ([SplitRow("train", 1, 0, 9)], "1 crash clip to learn from"),
        ([SplitRow("train", 40, 0, 0)], "many false alarms"),
        ([SplitRow("train", 40, 0, 9)], "No crash is held out"),
        ([SplitRow("train", 40, 0, 9), SplitRow("val", 16, 0, 9)], "off by 24 points"),
    ],
)
def test_little_is_said_to_be_little(rows, words):
    assert any(words in doubt for doubt in doubts(rows))


def test_plenty_is_not_doubted():
    assert doubts([SplitRow("train", 400, 9, 90), SplitRow("val", 50, 0, 50)]) == ()


def reviewed_everywhere(training, folder, held_out):
    """Four reviewed videos, of which these are held out by the reviews' own sides."""
    for name in ("crash", "drive", "held-crash", "held-drive"):
        side = "00000004" if name in held_out else "00000001"
        decision = "confirmed" if "crash" in name else "false_alarm"
        review(training, folder / f"{name}.mp4", decision, sha256=side + name.encode().hex())


def test_a_reviewed_video_that_is_learned_from_elsewhere_is_not_what_is_compared_on(
    training, folder
):
    everything = ("crash", "drive", "held-crash", "held-drive")
    reviewed_everywhere(training, folder, everything)
    run = training.retrain("mine")
    wish = read_wish(run)
    labels = json.loads(Path(wish.data.corpora[0].annotations).read_text())
    names = {video["video_path"] for video in labels["videos"]}
    learned = {c.path.name for c in read_corpus(training.settings(run).data) if c.split == "train"}
    assert learned & {f"{name}.mp4" for name in everything}
    assert names == {f"{name}.mp4" for name in everything} - learned


def test_too_few_reviewed_videos_are_compared_on_all_that_is_held_out(training, folder):
    reviewed_everywhere(training, folder, ("held-drive",))
    assert read_wish(training.retrain("mine")).data is None
