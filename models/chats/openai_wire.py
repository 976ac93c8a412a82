"""One HTTP call to a model server: time-outs, a size limit, few retries. Knows no chat formats.

No redirect is followed and no proxy or netrc of the environment is used: frames and key go to
the address in the settings and nowhere else.
"""

import asyncio
import email.utils
import logging
import random
import time
from dataclasses import dataclass

import httpx

from models.chats.openai_settings import OpenAiSettings
from utils.errors import ModelUnavailableError
from utils.version import APP_VERSION

log = logging.getLogger(__name__)

AT_ONCE = 4
MAX_TRIES = 3
MAX_PAUSE_S = 10.0
DAY_S = 86_400.0
MAX_REPLY_BYTES = 1_000_000
PASSING = frozenset({429, 500, 502, 503, 504})  # what may be gone at the next try


@dataclass(frozen=True, slots=True)
class HttpReply:
    """Status, content and how long the server asks to be left alone."""

    status: int
    content: bytes
    pause_s: float | None = None


def open_client(settings: OpenAiSettings, key: str) -> httpx.AsyncClient:
    """A client for one batch of questions."""
    headers = {"User-Agent": f"nearmiss/{APP_VERSION}", "Accept-Encoding": "identity"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return httpx.AsyncClient(
        headers=headers | {"Content-Type": "application/json"},
        trust_env=False,
        follow_redirects=False,
        timeout=settings.timeout_s,
        limits=httpx.Limits(max_connections=AT_ONCE),
    )


class Wire:
    """Posts to the chat route of one server."""

    def __init__(
        self, client: httpx.AsyncClient, settings: OpenAiSettings, *, timeout_s: float
    ) -> None:
        self._client = client
        self._settings = settings
        self._timeout_s = timeout_s
        self.where = settings.endpoint.url

    async def post(self, content: bytes, *, tries: int = MAX_TRIES) -> HttpReply:
        """The server's reply, of any status. Raises ModelUnavailableError where none comes.

        What can pass (overload, a restart, a broken connection) is tried again; a time-out is
        not, because a second try would only add to what the server cannot do in time.
        """
        for number in range(1, tries + 1):
            pause_s = self._settings.first_pause_s * 2 ** (number - 1) * random.uniform(0.8, 1.2)
            try:
                reply = await self._once(content)
            except httpx.TransportError as error:
                if number == tries:
                    raise ModelUnavailableError(self._unreachable(error)) from error
                log.info("%s: %s, trying again", self.where, type(error).__name__)
            else:
                asked_s = pause_s if reply.pause_s is None else reply.pause_s
                if reply.status not in PASSING or number == tries or asked_s > MAX_PAUSE_S:
                    return reply
                log.info("%s answered %d, trying again", self.where, reply.status)
                pause_s = max(asked_s, pause_s)
            await asyncio.sleep(pause_s)
        raise AssertionError("the last try returns or raises")

    async def _once(self, content: bytes) -> HttpReply:
        url = f"{self.where}/chat/completions"
        try:
            async with asyncio.timeout(self._timeout_s):  # also ends a reply of one byte a second
                async with self._client.stream("POST", url, content=content) as response:
                    return await self._read(response)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ModelUnavailableError(
                f"{self.where} did not answer within {self._settings.timeout_s:g} s: see whether "
                "the server is busy, or raise describer.call_timeout_s"
            ) from error

    async def _read(self, response: httpx.Response) -> HttpReply:
        received = bytearray()
        async for piece in response.aiter_raw():
            received += piece
            if len(received) > MAX_REPLY_BYTES:
                raise ModelUnavailableError(
                    f"{self.where} answered with more than {MAX_REPLY_BYTES / 1e6:g} MB: it is not "
                    "a chat server, or its model does not stop"
                )
        pause_s = _pause_s(response.headers.get("Retry-After", ""))
        return HttpReply(response.status_code, bytes(received), pause_s)

    def _unreachable(self, error: httpx.TransportError) -> str:
        if isinstance(error, httpx.ConnectError):
            return (
                f"{self.where} cannot be reached ({_first_line(error)}): start the server, or "
                "correct describer.endpoint"
            )
        return (
            f"{self.where} broke off its answer ({type(error).__name__}): see the server's log, "
            "or correct describer.endpoint"
        )


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _pause_s(header: str) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date; None where it is neither."""
    if header.strip().isdecimal():
        return min(float(header), DAY_S)
    try:
        moment_s = email.utils.parsedate_to_datetime(header).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, moment_s - time.time()), DAY_S)
