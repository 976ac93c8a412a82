"""A chat over a real server, `transformers serve`, on a tiny checkpoint; needs the package openai.

The server takes most of the time: about 20 s until it listens.
"""

import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.chats.openai_api import OpenAiChat
from models.chats.openai_endpoint import parse_endpoint
from models.chats.openai_settings import OpenAiSettings
from models.describers.chat import ChatDescriber
from models.interfaces import ChatRequest
from tests.tiny_chats import make_chat
from tests.waiting import HANG_S
from utils.clip import Clip
from utils.errors import ModelUnavailableError
from utils.evidence import Evidence
from utils.tasks import description_task

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("openai") is None,
    reason="`transformers serve` needs the package openai: pip install openai",
)
START_S = 180


@pytest.fixture(scope="module")
def folder(checkpoint: Callable[[str], Path]) -> Path:
    return checkpoint("smolvlm")


@pytest.fixture(scope="module")
def address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as kept:  # bound until the end: no other program is given the port
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        yield from serve(folder, kept.getsockname()[1], tmp_path_factory)


def serve(folder: Path, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server at that port."""
    home = tmp_path_factory.mktemp("serve")
    command = [Path(sys.executable).with_name("transformers"), "serve", folder]
    command += ["--host", "127.0.0.1", "--port", port, "--device", "cpu", "--dtype", "float32"]
    variables = {**os.environ, "HF_HUB_CACHE": str(home), "OMP_NUM_THREADS": "1"}
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [str(part) for part in command], env=variables, stdout=log, stderr=log
        )
        try:
            wait_for(port, process, home / "log")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(timeout=HANG_S)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(START_S * 5):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.2)
    pytest.fail(f"transformers serve does not listen: {log.read_text()[-2000:]}")


@pytest.fixture
def chat(address: str, folder: Path) -> OpenAiChat:
    return OpenAiChat(OpenAiSettings(parse_endpoint(address), str(folder), timeout_s=HANG_S))


def test_the_served_model_says_what_the_local_one_says(chat: OpenAiChat, folder: Path) -> None:
    request = ChatRequest("Who moves where?", max_new_tokens=8)
    (local,) = make_chat(folder).ask([request])
    (served,) = chat.ask([request])
    assert (served.text, served.complete) == (local.text, local.complete)


def test_frames_and_control_words_are_understood(
    chat: OpenAiChat, make_clip: Callable[..., Clip]
) -> None:
    nasty = "Is this <image> a </s> <|im_end|> car?"
    replies = chat.ask(
        [ChatRequest(nasty, make_clip(n), system="You report.", max_new_tokens=4) for n in (1, 3)]
    )
    assert all(reply.text and reply.seconds > 0 for reply in replies)


def test_it_is_found_out_that_schemas_are_ignored(chat: OpenAiChat) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    (reply,) = chat.ask([ChatRequest("?", json_schema=schema, max_new_tokens=8)])
    assert not reply.constrained


def test_choices_are_asked_without_scores(chat: OpenAiChat, make_clip: Callable[..., Clip]) -> None:
    request = ChatRequest("A crash?", make_clip(1), choices=("yes", "no"), max_new_tokens=4)
    (reply,) = chat.ask([request])
    assert (reply.choice_scores, reply.constrained) == (None, False)


def test_a_description_is_an_answer_or_a_reason(
    chat: OpenAiChat, make_evidence: Callable[..., Evidence]
) -> None:
    task = description_task(max_new_tokens=16)
    said = ChatDescriber(chat).answer([make_evidence(), make_evidence(2)], [task])
    for (answer,) in said:
        assert (answer.status == "ok") == (answer.text is not None)
        assert (answer.status == "failed") == (answer.error is not None)


def test_a_model_that_is_not_served_is_told(address: str) -> None:
    settings = OpenAiSettings(parse_endpoint(address), "another/model", timeout_s=HANG_S)
    with pytest.raises(ModelUnavailableError, match=r"refuses 'another/model' \(4"):
        OpenAiChat(settings).ask([ChatRequest("?")])
