"""export_library.py: each export from the command line, its exit codes, and training on reviews."""

import itertools
import json
import shlex
import zipfile
from pathlib import Path

import pytest

import train
from scripts.export_library import main
from tests.video_shelf import Shelf, draw_template
from utils.datasets.reviews import split_of
from utils.library import LIBRARY_FILE, Library
from utils.video import file_sha256

TINY = {
    "device": "cpu",
    "model.encoder.name": "test_resnet",
    "model.encoder.feature_dim": "16",
    "model.encoder.pretrained": "none",
    "model.encoder.image_size_px": "32",
    "model.members": "1",
    "model.time_encoder.num_layers": "1",
    "training.num_epochs": "1",
    "training.batch_size": "2",
    "training.crops_per_clip": "1",
}


@pytest.fixture(scope="module")
def drawn_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_template(tmp_path_factory.mktemp("drawn") / "drawn.mp4")


@pytest.fixture
def shelf(tmp_path: Path, drawn_video: Path) -> Shelf:
    return Shelf(tmp_path, drawn_video)


def export(shelf: Shelf, *words: object) -> int:
    return main(["--library", str(shelf.library.path), *(str(word) for word in words)])


def names_on(shelf: Shelf, *sides: str) -> list[str]:
    """Names whose videos fall on these sides of the split, in this order."""
    numbers = itertools.count()
    return [
        next(name for name in map("{}.mp4".format, numbers) if side_of(shelf, name) == side)
        for side in sides
    ]


def side_of(shelf: Shelf, name: str) -> str:
    return split_of(file_sha256(shelf.video(name)))


def test_an_event_is_packed_with_the_rolls_of_the_settings(shelf, capsys) -> None:
    shelf.add(peaks_s=(2.0,))
    target = shelf.folder / "evidence.zip"
    rolls = ("--set", "outputs.pre_roll_s=0.1", "--set", "outputs.post_roll_s=0.1")
    assert export(shelf, *rolls, "event", 1, target, "--no-history") == 0
    with zipfile.ZipFile(target) as archive:
        clip = json.loads(archive.read("event.json"))["clip"]
    assert (clip["start_s"], clip["end_s"]) == (1.6, 2.4)
    assert "without clip" not in capsys.readouterr().out


def test_a_package_without_clip_is_said_to_be_one(shelf, capsys) -> None:
    shelf.add()
    (shelf.videos / "drive.mp4").unlink()
    assert export(shelf, "event", 1, shelf.folder / "evidence.zip") == 0
    assert "without clip" in capsys.readouterr().out


def test_a_package_is_named_after_the_video_by_default(shelf, monkeypatch) -> None:
    shelf.add()
    monkeypatch.chdir(shelf.folder)
    assert export(shelf, "event", 1) == 0
    assert (shelf.folder / "drive-event-001.zip").is_file()


def test_a_table_is_narrowed_by_flags(shelf, capsys) -> None:
    shelf.review(shelf.add(peaks_s=(1.0, 2.0, 3.0)), "confirmed", "unsure", "false_alarm")
    target = shelf.folder / "events.csv"
    flags = ("--decision", "confirmed", "--decision", "unsure", "--since", "2026-11-01")
    assert export(shelf, "table", target, *flags) == 0
    assert capsys.readouterr().out == f"{target}: 2 events\n"
    assert export(shelf, "table", target, "--until", "2026-11-01") == 0
    assert len(target.read_text(encoding="utf-8").splitlines()) == 1


def test_a_period_is_reported(shelf) -> None:
    shelf.add()
    target = shelf.folder / "period.html"
    assert export(shelf, "period", target, "--since", "2026-11-18", "--until", "2026-11-22") == 0
    assert "1 video was analysed" in target.read_text(encoding="utf-8")


def test_reports_are_taken_in_first(shelf, capsys) -> None:
    shelf.add("a.mp4", (1.0, 2.0))
    library = shelf.folder / "other" / LIBRARY_FILE
    words = ["--library", str(library), "--take-in", str(shelf.folder / "outputs")]
    assert main(words) == 0
    assert "took in 1 reports" in capsys.readouterr().out
    assert len(Library(library).events.of(1)) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("event", "9"), "event 9"),
        (("reviews", "labels"), "no event was reviewed yet"),
        (("period", "x.html", "--since", "2026-11-20", "--until", "2026-11-01"), "before it"),
        (("--take-in", "nowhere", "table", "x.csv"), "no folder"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_one_line(shelf, capsys, words, said) -> None:
    assert export(shelf, *words) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1


def test_a_library_that_is_not_there_is_not_made(tmp_path, capsys) -> None:
    path = tmp_path / "none.sqlite3"
    assert main(["--library", str(path), "table", str(tmp_path / "x.csv")]) == 2
    assert not path.exists()
    assert "--take-in" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["table", "x.csv", "--since", "yesterday"],
        ["table", "x.csv", "--fact", "rain"],
        ["table", "x.csv", "--decision", "perhaps"],
    ],
)
def test_wrong_words_are_refused_by_the_parser(words) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2


def test_training_runs_on_exported_reviews_as_printed(shelf, capsys) -> None:
    crash, quiet, held_out = names_on(shelf, "train", "train", "val")
    for name, decision in ((crash, "confirmed"), (quiet, "false_alarm"), (held_out, "confirmed")):
        shelf.review(shelf.add(name, (2.0,)), decision)
    shelf.review(shelf.add("open.mp4", (1.0, 2.0)), "confirmed", None)
    assert export(shelf, "reviews", shelf.folder / "labels") == 3
    said = capsys.readouterr()
    assert said.err == "left out: open.mp4: 1 of its 2 events are not reviewed\n"
    command = said.out.splitlines()[-1].removeprefix("train with: python train.py ")
    places = {
        "training.output_dir": shelf.folder / "run",
        "training.log_dir": shelf.folder / "logs",
        "data.cache_dir": shelf.folder / "cache",
    }
    tiny = [f"--set={key}={value}" for key, value in {**TINY, **places}.items()]
    assert train.main([*shlex.split(command), *tiny]) == 0
    assert "2 training clips, 1 validation clips" in capsys.readouterr().out
    assert (shelf.folder / "run" / "final" / "model.safetensors").is_file()
