"""The gate in front of the app: which hosts and origins may talk to it, and the answer's headers.

A page on the internet can make the user's browser send requests to 127.0.0.1. This refuses them:
a foreign Host header (DNS rebinding) with 400, a foreign Origin or a cross-site request with 403.
Knows nothing of Gradio; wraps any ASGI app.
"""

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio's page has inline scripts and builds its HTML components with `Function`, hence the two
# unsafe words; everything else stays on this machine.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
ANSWER_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), usb=()",
}
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class Guard:
    """Lets only requests of the app's own pages and of local programs through.

    hosts: names that the Host header may carry; any_address: also every literal IP address, for an
    app that listens on the network (a rebinding attack needs a name).
    """

    def __init__(
        self, app: ASGIApp, hosts: Iterable[str] = LOCAL_HOSTS, *, any_address: bool = False
    ) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.any_address = any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope), scope)
        if refusal is None:
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, _with_headers(send))

    def _refusal(self, headers: Headers, scope: Scope) -> PlainTextResponse | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._known(hosts[0]):
            return PlainTextResponse("This address does not belong to this app.", 400)
        origins = headers.getlist("origin")
        if any(not _same_origin(origin, hosts[0]) for origin in origins):
            return PlainTextResponse("Requests from other sites are refused.", 403)
        if not origins and _cross_site(headers, scope):
            return PlainTextResponse("Requests from other sites are refused.", 403)
        return None

    def _known(self, host: str) -> bool:
        name = host_name(host)
        return name in self.hosts or (self.any_address and _is_address(name))


def host_name(host: str) -> str:
    """The name in a Host header, without port and brackets, in lower case."""
    host = host.strip().lower()
    if host.startswith("["):
        name, closed, rest = host[1:].partition("]")
        return name if closed and (not rest or rest[1:].isdigit()) else ""
    name, _, port = host.partition(":")
    return name if not port or port.isdigit() else ""


def is_loopback(host: str) -> bool:
    """Whether a host to listen on can be reached from this machine only."""
    if host == "localhost":
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same_origin(origin: str, host: str) -> bool:
    scheme, separator, rest = origin.strip().lower().partition("://")
    return bool(separator) and scheme in ("http", "https") and rest == host.strip().lower()


def _cross_site(headers: Headers, scope: Scope) -> bool:
    """A browser's request from another page that carries no Origin, except opening the app."""
    if headers.get("sec-fetch-site") not in ("cross-site", "same-site"):
        return False
    opens_page = headers.get("sec-fetch-mode") == "navigate" and scope.get("path") == "/"
    return not (opens_page and scope.get("method") == "GET")


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in ANSWER_HEADERS.items():
                headers[name] = value
        await send(message)

    return send_with_headers
