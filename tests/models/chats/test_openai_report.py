"""Whatever a model server does, the report is written: with a text, or with null and the reason."""

import socket
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import inference
from models.build import build_describer
from models.chats.openai_api import OpenAiChat
from models.chats.openai_endpoint import parse_endpoint
from models.chats.openai_settings import OpenAiSettings
from models.describers.chat import ChatDescriber
from models.interfaces import Chat
from models.pipeline import Pipeline
from tests.fake_chat_server import FAULTS, TEXT, FakeChatServer
from tests.fake_parts import FakeDetector, FakeTrigger
from tests.video_factory import VideoPlan, write_video
from utils.errors import ConfigError
from utils.report import AnalysisReport, Components, EventReport
from utils.settings import DescriberSettings, Settings
from utils.writers import read_json, write_json

OpenChat = Callable[..., OpenAiChat]
SECRET = "sk-very-secret-0123456789"
TOLD = {  # what a reader is told; every other path of the fake server gives a text
    "never": "did not answer within 0.4 s",
    "slow": "did not answer within 0.4 s",
    "slow_head": "did not answer within 0.4 s",
    "mid_body": "broke off its answer",
    "no_http": "broke off its answer",
    "hangs_up": "broke off its answer",
    "error_500": "(500, saying 'CUDA error')",
    "busy_for_long": "it asks for 3600 s",
    "wrong_key": "NEARMISS_API_KEY",
    "echo": "NEARMISS_API_KEY",
    "no_model": "model 'llava' not found",
    "too_large": "describer.llava_image_size",
    "blind": "describer.sees_frames",
    "short": "a longer context",
    "huge": "more than 1 MB",
    "invalid_json": "no valid JSON",
    "deep_json": "no valid JSON",
    "surrogate": "no valid JSON",
    "not_utf8": "no valid JSON",
    "gzip": "no valid JSON",
    "html": "a web page",
    "empty_body": "with nothing",
    "empty_text": "reply is empty",
    "null_text": "reply is empty",
    "nan_text": "not that of a chat",
    "nan_scores": "not that of a chat",
    "number_text": "not that of a chat",
    "wrong_schema": "not that of a chat",
    "no_choices": "not that of a chat",
    "redirect": "redirects elsewhere (302)",
    "redirect_307": "redirects elsewhere (307)",
    "content_filter": "withheld the answer",
    "refusal": "withheld the answer",
    "tool_calls": "called a tool",
}
WRITTEN = {
    "good": TEXT,
    "flaky": TEXT,
    "thinks": TEXT,
    "length": "A car brakes.",
    "no_reason": "A car brakes.",
    "german": "Ein Auto bremst vor einem Lastwagen.",
    "hostile": "<img src=x onerror=alert(1)> A car [31mbrakes. =cmd()",  # escaped where shown
    "echo_text": "A car brakes. Bearer [key]",
}


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "drive.mp4"
    return write_video(path, VideoPlan(frames=105, rate=Fraction(30)))


@pytest.fixture
def written(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Chat], tuple[AnalysisReport, str]]:
    """(chat) -> the report that was written, and its file's text."""
    monkeypatch.setenv("NEARMISS_API_KEY", SECRET)

    def analyze(chat: Chat) -> tuple[AnalysisReport, str]:
        pipeline = Pipeline(
            FakeTrigger(),
            FakeDetector(),
            ChatDescriber(chat),
            settings=Settings(),
            components=Components(trigger="fake", threshold=0.5),
        )
        path = tmp_path / "analysis.json"
        write_json(pipeline.analyze(video), path)
        return read_json(path), path.read_text(encoding="utf-8")

    return analyze


def check_failure(event: EventReport, words: str) -> None:
    (answer,) = event.answers
    assert (event.analysis, answer.text, answer.status) == (None, None, "failed")
    assert words in answer.error
    assert "\n" not in answer.error


@pytest.mark.parametrize("fault", TOLD)
def test_a_failing_server_leaves_null_and_the_reason(
    open_chat: OpenChat, written: Callable[..., Any], fault: str
) -> None:
    report, text = written(open_chat(fault))
    assert report.num_triggers_detected == 1
    assert report.status == "complete"
    check_failure(report.triggers[0], TOLD[fault])
    assert SECRET[:8] not in text
    assert "169.254" not in text


@pytest.mark.parametrize("fault", WRITTEN)
def test_a_text_is_shown_as_the_server_wrote_it(
    open_chat: OpenChat, written: Callable[..., Any], fault: str
) -> None:
    report, text = written(open_chat(fault))
    assert report.triggers[0].analysis == WRITTEN[fault]
    assert report.triggers[0].answers[0].source == "chat: tiny"
    assert SECRET[:8] not in text


def test_every_fault_of_the_server_is_tried() -> None:
    elsewhere = {  # test_openai_api.py: retries, schemas, choices, batches
        "busy", "old", "object_form", "ignores_schema", "scored", "chatty", "repeats", "counts",
        "simple_schemas", "cuts_json",
    }  # fmt: skip
    assert set(FAULTS) == set(TOLD) | set(WRITTEN) | elsewhere


def chat_at(address: str) -> OpenAiChat:
    return OpenAiChat(OpenAiSettings(parse_endpoint(address), "tiny", first_pause_s=0.01))


def test_a_server_that_does_not_run(written: Callable[..., Any]) -> None:
    with socket.socket() as silent:  # bound, so that nobody else listens there
        silent.bind(("127.0.0.1", 0))
        report, _ = written(chat_at(f"http://127.0.0.1:{silent.getsockname()[1]}/v1"))
    check_failure(report.triggers[0], "cannot be reached (All connection attempts failed)")


def test_a_name_that_nobody_knows(
    written: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    report, _ = written(chat_at("https://models.invalid/v1"))
    check_failure(report.triggers[0], "Name or service not known")


def test_a_server_without_encryption_behind_an_encrypted_address(
    written: Callable[..., Any], server: FakeChatServer
) -> None:
    report, _ = written(chat_at(server.endpoint().replace("http:", "https:")))
    check_failure(report.triggers[0], "cannot be reached")
    assert not server.asked


def test_settings_choose_the_server(server: FakeChatServer) -> None:
    settings = DescriberSettings(
        kind="openai", endpoint=server.endpoint(), model="llava:7b", sees_frames=False
    )
    describer, reason = build_describer(settings)
    assert describer.name == "chat: llava:7b"
    assert describer.chat.sees_frames is False
    assert reason == f"openai was asked for: frames and facts go to {server.endpoint()}"


@pytest.mark.parametrize("more", [{"endpoint": "http://models.example/v1"}, {"endpoint": "ollama"}])
def test_an_endpoint_that_will_not_do_is_told_at_the_start(
    more: dict[str, str],
) -> None:
    with pytest.raises(ConfigError, match=r"describer\.endpoint"):
        build_describer(DescriberSettings(kind="openai", **more))


@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "PATH", "api_key"])
def test_a_config_cannot_send_any_variable_to_a_server(name: str) -> None:
    with pytest.raises(ValueError, match="api_key_env"):
        DescriberSettings(api_key_env=name)


def test_the_command_line_chooses_the_server() -> None:
    more = ["--set", "describer.endpoint=http://localhost:8000/v1", "--set", "describer.model=tiny"]
    arguments = ["--video", "a.mp4", "--describer", "openai", *more]
    chosen = inference.resolve_settings(inference.parse_arguments(arguments)).describer
    assert (chosen.kind, chosen.endpoint) == ("openai", "http://localhost:8000/v1")
    assert (chosen.model, chosen.allow_download) == ("tiny", False)


@pytest.mark.parametrize(
    ("given", "kind", "fetches"),
    [
        (["describer.model=x"], "llava", True),
        (["describer.model=x", "describer.kind=openai"], "openai", False),
        (["describer.model=x", "describer.kind=template"], "template", False),
        ([], "auto", False),
    ],
)
def test_naming_a_model_means_llava_only_where_no_other_kind_was_chosen(
    given: list[str], kind: str, fetches: bool
) -> None:
    more = [part for text in given for part in ("--set", text)]
    arguments = inference.parse_arguments(["--video", "a.mp4", *more])
    chosen = inference.resolve_settings(arguments).describer
    assert (chosen.kind, chosen.allow_download) == (kind, fetches)
