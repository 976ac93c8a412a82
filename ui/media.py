"""Lends single files to the browser under unguessable addresses: the video, pictures, downloads.

Only files that were lent can be read, each under its own random token, with range requests so that
a video of any size can be played and sought in place, without a copy. No folder is ever opened.
"""

import asyncio
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from utils.plain_text import one_line

MAX_LENT = 4096
# Chromium plays by content, but refuses types it does not know; .mov is MP4's own family.
PLAYED_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/mp4",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
    ".ogv": "video/ogg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".wav": "audio/wav",
}
UNKNOWN_TYPE = "application/octet-stream"


class _Lent(NamedTuple):
    path: Path
    download: bool
    make: Callable[[Path], Path | None] | None


class MediaShelf:
    """The files that are lent at the moment; the oldest go first when there are many."""

    def __init__(self) -> None:
        self._lent: OrderedDict[str, _Lent] = OrderedDict()
        self._tokens: dict[_Lent, str] = {}
        self._lock = threading.Lock()

    def lend(
        self,
        path: Path,
        *,
        download: bool = False,
        make: Callable[[Path], Path | None] | None = None,
    ) -> str:
        """The address of a file, to be shown in place or, if `download`, to be saved.

        make: turns it into the file that is sent instead, when that is asked for.
        """
        wanted = _Lent(path, download, make)
        with self._lock:
            token = self._tokens.get(wanted) or secrets.token_urlsafe(24)
            self._tokens[wanted] = token
            self._lent[token] = wanted
            self._lent.move_to_end(token)
            if len(self._lent) > MAX_LENT:
                _, oldest = self._lent.popitem(last=False)
                del self._tokens[oldest]
        return f"/media/{token}/{quote(one_line(path.name)[-80:], safe='')}"

    def route(self) -> Route:
        """The route that serves what is lent."""
        return Route("/media/{token}/{name}", self._serve, methods=["GET", "HEAD"])

    async def _serve(self, request: Request) -> Response:
        lent = self._lent.get(request.path_params["token"])
        path = None if lent is None else await _made(lent)
        if lent is None or path is None or not path.is_file():
            return PlainTextResponse("This file is no longer available.", 404)
        media_type = PLAYED_TYPES.get(path.suffix.lower(), UNKNOWN_TYPE)
        headers = {"cache-control": "private, max-age=3600"}
        if lent.download:
            name = one_line(path.name)[-80:]
            return FileResponse(path, media_type=UNKNOWN_TYPE, filename=name, headers=headers)
        return FileResponse(path, media_type=media_type, headers=headers)


async def _made(lent: _Lent) -> Path | None:
    return lent.path if lent.make is None else await asyncio.to_thread(lent.make, lent.path)
