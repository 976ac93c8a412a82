"""ask_about_clips.py: lines that evaluate.py reads, resumed, never two models in one file."""

import json
from pathlib import Path

import pytest

from models import questioner
from models.describers.chat import ChatDescriber
from models.interfaces import ChatReply, ChatRequest
from scripts.ask_about_clips import main
from tests.fakes import FakeChat
from tests.video_factory import VideoPlan, write_video
from utils.datasets.answer_files import read_answers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.mp4", "b.mp4"):
        write_video(tmp_path / name, VideoPlan(frames=30))
    return tmp_path


@pytest.fixture
def chat(monkeypatch) -> FakeChat:
    """The settings' model: sure of yes, and of when."""

    def answer(request: ChatRequest) -> ChatReply:
        scores = (0.9, 0.1) if request.choices else None
        text = "Yes" if request.choices else "0.2 - 0.6 seconds"
        return ChatReply(text, complete=True, seconds=0.0, choice_scores=scores)

    chat = FakeChat(answer)
    monkeypatch.setattr(
        questioner, "build_describer", lambda *_, **__: (ChatDescriber(chat), "a fake")
    )
    return chat


def ask(folder: Path, *tasks: str) -> int:
    flags = ["--output", str(folder / "out.jsonl"), "--set", "detector.kind=none"]
    return main([str(folder), "--tasks", *tasks, *flags])


def test_answers_are_lines_that_can_be_measured(folder, chat) -> None:
    assert ask(folder, "crash_recognition", "crash_localization") == 0
    found = read_answers(folder / "out.jsonl", "test")
    assert [(a.video, a.task, a.text, a.score) for a in found] == [
        (name, task, text, score)
        for name in ("a.mp4", "b.mp4")
        for task, text, score in (
            ("crash_recognition", "Yes", 0.9),
            ("crash_localization", "0.2 - 0.6 seconds", None),
        )
    ]


def test_a_second_run_asks_what_has_no_answer(folder, chat, capsys) -> None:
    (folder / "bad.mp4").write_bytes(b"no video")
    assert ask(folder, "crash_recognition") == 3
    assert "left out: bad.mp4" in capsys.readouterr().err
    (folder / "bad.mp4").unlink()
    chat.batches.clear()
    assert ask(folder, "crash_recognition") == 0
    assert chat.asked == []


def test_answers_of_another_model_are_not_mixed_in(folder, chat, capsys) -> None:
    line = {"video": "a.mp4", "task": "crash_recognition", "answer": "No", "model": "other"}
    (folder / "out.jsonl").write_text(json.dumps(line) + "\n")
    assert ask(folder, "crash_recognition") == 2
    assert "choose another output" in capsys.readouterr().err


def test_an_answer_that_is_none_is_left_out(folder, chat, capsys) -> None:
    chat.answer = lambda request: "hard to say"
    assert ask(folder, "crash_recognition") == 3
    assert "left out: a.mp4: the model's reply is not Yes or No" in capsys.readouterr().err
