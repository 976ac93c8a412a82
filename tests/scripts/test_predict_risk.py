"""predict_risk.py: the table file_name,risk, resumed, read back by the evaluation."""

from pathlib import Path

import pytest

from models import questioner
from models.describers.chat import ChatDescriber
from models.interfaces import ChatReply, ChatRequest
from scripts.predict_risk import main
from tests.fakes import FakeChat
from tests.tiny_models import VLM_BUILDERS
from tests.video_factory import VideoPlan, write_video
from utils.datasets.answer_files import read_answers
from utils.tasks import COLLISION_QUESTION


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clips" / "night").mkdir(parents=True)
    write_video(tmp_path / "clips" / "a.mp4", VideoPlan(frames=30))
    write_video(tmp_path / "clips" / "night" / "b, wet.mp4", VideoPlan(frames=60))
    return tmp_path


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> FakeChat:
    """The settings' model: yes to clips that last longer than a second."""

    def answer(request: ChatRequest) -> ChatReply:
        yes = 0.7 if request.frames.times_s[-1] > 1 else 0.2
        text = "Yes" if yes > 0.5 else "No"
        return ChatReply(text, True, 0.0, choice_scores=(yes, 1 - yes), constrained=True)

    chat = FakeChat(answer)
    describer = ChatDescriber(chat)
    monkeypatch.setattr(questioner, "build_describer", lambda *_, **__: (describer, "a fake"))
    return chat


def predict(folder: Path, *flags: str) -> int:
    return main([str(folder / "clips"), "--output", str(folder / "risk.csv"), *flags])


def table(folder: Path) -> list[str]:
    return (folder / "risk.csv").read_text().splitlines()


def test_every_clip_gets_a_risk(folder: Path, chat: FakeChat) -> None:
    assert predict(folder) == 0
    assert table(folder) == ["file_name,risk", "a.mp4,0", '"night/b, wet.mp4",1']
    assert {request.text for request in chat.asked} == {COLLISION_QUESTION}


def test_scores_and_another_threshold_cost_no_second_question(folder: Path, chat: FakeChat) -> None:
    predict(folder)
    chat.batches.clear()
    assert predict(folder, "--scores", "--threshold", "0.8") == 0
    assert table(folder) == [
        "file_name,risk,score",
        "a.mp4,0,0.2000",
        '"night/b, wet.mp4",0,0.7000',
    ]
    assert chat.asked == []


def test_the_evaluation_reads_the_table(folder: Path, chat: FakeChat) -> None:
    predict(folder, "--scores")
    found = read_answers(folder / "risk.csv", "test")
    assert [(a.video, a.task, a.text, a.score) for a in found] == [
        ("a.mp4", "crash_risk", "No", 0.2),
        ("night/b, wet.mp4", "crash_risk", "Yes", 0.7),
    ]


def test_a_clip_that_cannot_be_read_has_no_row(
    folder: Path, chat: FakeChat, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "clips" / "bad.mp4").write_bytes(b"no video")
    assert predict(folder) == 3
    assert "left out: bad.mp4" in capsys.readouterr().err
    assert len(table(folder)) == 3


def test_without_a_model_it_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert predict(folder) == 2
    assert "--set describer.kind=llava" in capsys.readouterr().err
    assert not (folder / "risk.csv").exists()


def test_a_real_checkpoint_answers(folder: Path) -> None:
    model = f"describer.model={VLM_BUILDERS['smolvlm'](folder / 'model')}"
    flags = ["--set", "describer.kind=llava", "--set", model, "--device", "cpu", "--scores"]
    assert predict(folder, *flags) == 0
    scores = [float(line.rpartition(",")[2]) for line in table(folder)[1:]]
    assert len(scores) == 2
    assert all(0 < score < 1 for score in scores)
