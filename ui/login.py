"""Slows down password guessing: after a few wrong tries an address has to wait."""

import time
from collections import deque
from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_FAILURES = 5
WINDOW_S = 60.0
MAX_ADDRESSES = 10_000


class LoginThrottle:
    """Answers 429 to an address with five failed logins within the last minute."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self.failures: dict[str, deque[float]] = {}
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_login(scope):
            await self.app(scope, receive, send)
            return
        address = (scope.get("client") or ("", 0))[0]
        tries = self._recent(address)
        if len(tries) >= MAX_FAILURES:
            wait = PlainTextResponse("Too many wrong passwords; wait a minute.", 429)
            await wait(scope, receive, send)
            return
        tries.append(self.clock())  # counted before the answer, so that parallel tries count too
        await self.app(scope, receive, _forgive_success(send, tries))

    def _recent(self, address: str) -> deque[float]:
        if len(self.failures) > MAX_ADDRESSES:
            self.failures.clear()
        tries = self.failures.setdefault(address, deque(maxlen=MAX_FAILURES))
        while tries and tries[0] <= self.clock() - WINDOW_S:
            tries.popleft()
        return tries


def _is_login(scope: Scope) -> bool:
    path = str(scope.get("path", "")).rstrip("/")
    return scope["type"] == "http" and scope["method"] == "POST" and path.endswith("/login")


def _forgive_success(send: Send, tries: deque[float]) -> Send:
    async def watch(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < 400:
            tries.clear()
        await send(message)

    return watch
