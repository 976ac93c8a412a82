"""Answers a page's event only once the page has heard that its stream of answers has ended.

Gradio 6.31 ends the stream of a session (/queue/data) when nothing waits any more, and a page opens
another with its next event, unless it still believes in the old one. A button that was pressed
while the word of the end was under way got no answer, ever: with a stream that was 0.3 s late,
5 of 8 analyses and comparisons never showed a status, though all of them ended.
Knows the protocol of Gradio's queue and nothing else of it; wraps any ASGI app.
"""

import asyncio
import json
from contextlib import suppress

from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

END_OF_STREAM = b'data: {"msg":"close_stream"'
PATIENCE_S = 5.0


class StreamEnds:
    """Holds the answer to an event back while the stream of its session ends.

    A page hangs up as soon as it hears of the end, and then opens a stream for the event. Whoever
    does not hang up is waited for no longer than patience_s.
    """

    def __init__(self, app: ASGIApp, *, patience_s: float = PATIENCE_S) -> None:
        self.app = app
        self.patience_s = patience_s
        self._ending: dict[str, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        if scope["type"] == "http" and path.endswith("/queue/data"):
            await self._stream(scope, receive, send)
        elif scope["type"] == "http" and path.endswith("/queue/join"):
            await self._join(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = QueryParams(scope["query_string"]).get("session_hash", "")
        hung_up = asyncio.Event()

        async def hear() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":
                hung_up.set()
            return message

        async def tell(message: Message) -> None:
            if message.get("body", b"").startswith(END_OF_STREAM):
                self._ending[session] = hung_up  # before it is sent: nothing may come between
            elif self._ending.get(session) is hung_up:
                await self._wait_for(hung_up)  # an answer that is complete has no hanging up
            await send(message)

        try:
            await self.app(scope, hear, tell)
        finally:
            hung_up.set()
            if self._ending.get(session) is hung_up:
                del self._ending[session]

    async def _join(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()

        async def hear() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start" and self._ending:
                hung_up = self._ending.get(_session(body))
                if hung_up is not None:
                    await self._wait_for(hung_up)
            await send(message)

        await self.app(scope, hear, tell)

    async def _wait_for(self, hung_up: asyncio.Event) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(hung_up.wait(), self.patience_s)


def _session(body: bytes | bytearray) -> str:
    """The session that an event belongs to; empty where the body is none that Gradio takes."""
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(values.get("session_hash")) if isinstance(values, dict) else ""
