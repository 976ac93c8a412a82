"""Any server with OpenAI's chat route as a Chat: vLLM, Ollama, llama.cpp, `transformers serve`.

Frames go in as JPEG pictures with their times in the text, up to four questions at once. Nothing
is sent before the first question.
"""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import PurePosixPath

from models.chats.openai_dialect import Dialect
from models.chats.openai_endpoint import read_key
from models.chats.openai_exchange import Exchange
from models.chats.openai_patience import Patience
from models.chats.openai_settings import OpenAiSettings
from models.chats.openai_wire import AT_ONCE, Wire, open_client
from models.chats.prompts import MAX_FRAMES
from models.interfaces import ChatReply, ChatRequest


class OpenAiChat:
    """A model behind an OpenAI-compatible server. Raises ConfigError for an unusable key."""

    def __init__(self, settings: OpenAiSettings) -> None:
        self.settings = settings
        endpoint = settings.endpoint
        read_key(settings.key_variable)  # an unusable one is told before a video is read
        model = PurePosixPath(settings.model).name
        self.name = model if endpoint.is_local else f"{model} at {endpoint.host}"
        self.sees_frames = settings.sees_frames
        self._dialect = Dialect()
        self._patience = Patience(settings.patience_s, endpoint.url)

    def ask(self, requests: Sequence[ChatRequest]) -> list[ChatReply]:
        """One reply per request, in order.

        Raises ModelUnavailableError where one of them cannot be had: no server, no answer in
        time, an answer that is none; ValueError for more than MAX_FRAMES frames.
        """
        requests = [self._shown(request) for request in requests]
        if not requests:
            return []
        started = time.perf_counter()
        with self._patience.waiting() as left_s:
            replies = _run(self._ask_all(requests, min(left_s, self.settings.timeout_s)))
        seconds = (time.perf_counter() - started) / len(requests)
        return [replace(reply, seconds=seconds) for reply in replies]

    def _shown(self, request: ChatRequest) -> ChatRequest:
        if not self.sees_frames:
            return replace(request, frames=None)
        if request.frames is not None and len(request.frames) > MAX_FRAMES:
            count = len(request.frames)
            raise ValueError(f"a request has {count} frames; at most {MAX_FRAMES} are taken")
        return request

    async def _ask_all(self, requests: list[ChatRequest], timeout_s: float) -> list[ChatReply]:
        key = read_key(self.settings.key_variable)
        gate = asyncio.Semaphore(AT_ONCE)
        async with open_client(self.settings, key) as client:
            wire = Wire(client, self.settings, timeout_s=timeout_s)
            exchange = Exchange(wire, self.settings, key=key, dialect=self._dialect)

            async def answer(request: ChatRequest) -> ChatReply:
                async with gate:
                    return await exchange.answer(request)

            replies = await _together([answer(request) for request in requests])
        self._dialect = exchange.dialect
        return replies


async def _together(calls: list[Coroutine[None, None, ChatReply]]) -> list[ChatReply]:
    """All replies; the first failure ends the others, so that a dead server costs one time-out."""
    tasks = [asyncio.create_task(call) for call in calls]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _run(asking: Coroutine[None, None, list[ChatReply]]) -> list[ChatReply]:
    """Run to the end, also where a loop runs already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(asking)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asking).result()
