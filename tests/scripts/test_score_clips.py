"""score_clips.py: any trigger's scores become a file that evaluate.py measures, and is resumed."""

from pathlib import Path

import pytest

from models import build
from models.triggers.window_questions import WindowPlan
from models.triggers.yes_no import YesNoTrigger
from scripts.score_clips import main
from tests.fakes import FakeChat
from tests.models.triggers.question_chats import bright_chat
from tests.video_factory import VideoPlan, write_video
from utils.datasets.annotations import write_annotations
from utils.labeled_clip import LabeledClip
from utils.score_files import read_scores


@pytest.fixture
def clips(tmp_path: Path) -> list[LabeledClip]:
    found = []
    for name, kind in (("a.mp4", "crash"), ("b.mp4", "normal")):
        path = write_video(tmp_path / name, VideoPlan(frames=90))
        events_s = (2.0,) if kind == "crash" else ()
        found.append(LabeledClip(path, kind, events_s, group=name))
    write_annotations(tmp_path / "labels.json", found)
    return found


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> FakeChat:
    """The chat behind the settings' trigger."""
    chat = bright_chat()
    trigger = YesNoTrigger(chat, WindowPlan(length_s=2.0, frames=4, side_px=64))
    monkeypatch.setattr(build, "build_trigger", lambda settings: trigger)
    return chat


def score(folder: Path, *flags: str) -> int:
    labels = f"data.train_annotations={folder / 'labels.json'}"
    output = str(folder / "vlm.csv")
    return main(["--set", labels, "--split", "train", "--output", output, *flags])


def test_the_scores_can_be_measured(
    tmp_path: Path, clips: list[LabeledClip], chat: FakeChat
) -> None:
    assert score(tmp_path) == 0
    found = read_scores(tmp_path / "vlm.csv", clips)
    assert [one.clip.path.name for one in found] == ["a.mp4", "b.mp4"]
    assert found[0].track.times_s.tolist() == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5], abs=0.04)


def test_a_second_run_scores_what_is_missing(
    tmp_path: Path, clips: list[LabeledClip], chat: FakeChat
) -> None:
    score(tmp_path)
    table = tmp_path / "vlm.csv"
    whole = table.read_text()
    table.write_text("".join(line + "\n" for line in whole.splitlines() if "b.mp4" not in line))
    chat.batches.clear()
    assert score(tmp_path) == 0
    assert table.read_text() == whole
    assert len(chat.asked) == 3


def test_scores_of_another_trigger_are_not_mixed_in(
    tmp_path: Path, clips: list[LabeledClip], chat: FakeChat, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "vlm.csv").write_text("clip,time_s,score,trigger\na.mp4,0,0.5,network\n")
    assert score(tmp_path) == 2
    assert "use another output" in capsys.readouterr().err


def test_a_clip_that_cannot_be_read_is_named(
    tmp_path: Path, clips: list[LabeledClip], chat: FakeChat, capsys: pytest.CaptureFixture[str]
) -> None:
    clips[1].path.write_bytes(b"no video")
    assert score(tmp_path) == 3
    assert "left out: b.mp4" in capsys.readouterr().err
    assert score(tmp_path, "--dataset", "dota") == 2
    assert "no clip is in this split" in capsys.readouterr().err
