"""Keeps uploads from filling the disk: refuses what does not fit, removes what broke off.

Gradio writes an upload to a nameless file at the top of its folder and moves it into a folder of
its own when it is complete; a file that still lies at the top belongs to nobody.
"""

import shutil
from contextlib import suppress
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

KEPT_FREE_BYTES = 512 << 20


class UploadGate:
    """Lets an upload begin only where the disk has room for it and for those under way."""

    def __init__(
        self, app: ASGIApp, folder: Path, *, kept_free_bytes: int = KEPT_FREE_BYTES
    ) -> None:
        self.app = app
        self.folder = folder
        self.kept_free_bytes = kept_free_bytes
        self._under_way: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_upload(scope):
            await self.app(scope, receive, send)
            return
        text = Headers(scope=scope).get("content-length", "")
        if not text.isdecimal():
            refusal = PlainTextResponse("The length of an upload must be known.", 411)
            await refusal(scope, receive, send)
        elif not self._fits(int(text)):
            words = "The disk is full: free some space, or give the path of the video instead."
            await PlainTextResponse(words, 507)(scope, receive, send)
        else:
            await self._pass(int(text), scope, receive, send)

    def _fits(self, size_bytes: int) -> bool:
        free = shutil.disk_usage(self.folder).free - self.kept_free_bytes
        return size_bytes + sum(self._under_way) <= free

    async def _pass(self, size_bytes: int, scope: Scope, receive: Receive, send: Send) -> None:
        self._under_way.append(size_bytes)
        try:
            await self.app(scope, receive, send)
        finally:
            self._under_way.remove(size_bytes)
            if not self._under_way:
                self._sweep()

    def _sweep(self) -> None:
        for path in self.folder.iterdir():
            with suppress(OSError):
                if path.is_file():
                    path.unlink()


def _is_upload(scope: Scope) -> bool:
    path = str(scope.get("path", "")).rstrip("/")
    return scope["type"] == "http" and scope["method"] == "POST" and path.endswith("/upload")
