"""label_with_teacher.py: rows for a person to review, resumed, never over a person's work."""

import json
from pathlib import Path

import pytest

from models import questioner
from models.describers.chat import ChatDescriber
from scripts.label_with_teacher import main
from tests.fakes import FakeChat
from tests.video_factory import VideoPlan, write_video

SCENE = {"caption": "A car stops.", "event_type": "near-miss", "weather": "rainy"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "videos").mkdir()
    for name in ("a.mp4", "b.mp4"):
        write_video(tmp_path / "videos" / name, VideoPlan(frames=30))
    return tmp_path


@pytest.fixture
def chat(monkeypatch) -> FakeChat:
    """The settings' model, whichever they name."""
    chat = FakeChat(lambda request: json.dumps(SCENE))
    monkeypatch.setattr(
        questioner, "build_describer", lambda *_, **__: (ChatDescriber(chat), "a fake")
    )
    return chat


def rows(folder: Path) -> dict[str, dict[str, object]]:
    read = [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]
    return {str(row["video"]): row for row in read}


def label(folder: Path, *flags: str) -> int:
    return main([str(folder), "--set", "detector.kind=none", *flags])


def test_every_video_gets_a_row_to_review(folder, chat, capsys) -> None:
    assert label(folder) == 0
    assert set(rows(folder)) == {"videos/a.mp4", "videos/b.mp4"}
    row = rows(folder)["videos/a.mp4"]
    assert (row["event_type"], row["weather"], row["review"]) == ("near_miss", "rain", "unreviewed")
    assert "2 videos labelled" in capsys.readouterr().out


def test_a_second_run_labels_new_videos_only(folder, chat) -> None:
    assert label(folder) == 0
    write_video(folder / "videos" / "c.mp4", VideoPlan(frames=30))
    chat.batches.clear()
    assert label(folder) == 0
    assert len(chat.asked) == 1
    assert len(rows(folder)) == 3
    assert label(folder) == 0  # nothing left to do: no model is needed
    assert len(chat.asked) == 1


def test_again_leaves_what_a_person_corrected(folder, chat) -> None:
    assert label(folder) == 0
    corrected = {**rows(folder)["videos/a.mp4"], "event_type": "collision", "review": "corrected"}
    changed = {**rows(folder), "videos/a.mp4": corrected}
    (folder / "metadata.jsonl").write_text("".join(json.dumps(r) + "\n" for r in changed.values()))
    chat.answer = lambda request: json.dumps({**SCENE, "caption": "Another."})
    assert label(folder, "--again") == 0
    assert rows(folder)["videos/a.mp4"] == corrected
    assert rows(folder)["videos/b.mp4"]["caption"] == "Another."


def test_bad_videos_and_bad_answers_are_listed(folder, chat, capsys) -> None:
    (folder / "videos" / "bad.mp4").write_bytes(b"no video")
    chat.answer = lambda request: "I cannot say."
    assert label(folder) == 3
    told = capsys.readouterr().err
    assert "left out: videos/bad.mp4" in told
    assert "left out: videos/a.mp4: the model's reply is not one JSON object" in told
    assert not (folder / "metadata.jsonl").exists()


def test_the_template_is_no_teacher(folder, capsys) -> None:
    assert label(folder, "--set", "describer.kind=template") == 2
    assert "sees pictures" in capsys.readouterr().err


def test_a_folder_is_needed(tmp_path, capsys) -> None:
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "no folder" in capsys.readouterr().err
