"""A fake model server for the module, and chats over it that are quick to give up."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models.chats.openai_api import OpenAiChat
from models.chats.openai_endpoint import parse_endpoint
from models.chats.openai_settings import OpenAiSettings
from tests.fake_chat_server import FakeChatServer, fake_chat_server
from tests.waiting import HANG_S

HANGS = ("never", "slow", "slow_head")


@pytest.fixture(scope="module")
def shared_server() -> Iterator[FakeChatServer]:
    """One server for the module."""
    with fake_chat_server() as running:
        yield running


@pytest.fixture
def server(shared_server: FakeChatServer) -> FakeChatServer:
    """The module's server, with no question asked yet."""
    shared_server.asked.clear()
    return shared_server


@pytest.fixture
def open_chat(server: FakeChatServer) -> Callable[..., OpenAiChat]:
    """(fault, settings) -> a chat over the server with that fault."""

    def build(fault: str = "good", **more: Any) -> OpenAiChat:
        quick = {"timeout_s": 0.4 if fault in HANGS else HANG_S, "first_pause_s": 0.01}
        endpoint = parse_endpoint(server.endpoint(fault))
        return OpenAiChat(OpenAiSettings(endpoint, "org/tiny", **{**quick, **more}))

    return build
