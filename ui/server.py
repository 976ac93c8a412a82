"""Serves the page: to this machine only unless asked otherwise, guarded, without telemetry.

Uvicorn is run here rather than by Gradio's launch(), so that there is no tunnel, no environment
variable that widens anything, and nothing that answers before the guard does.
"""

import os
import shutil
import signal
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ui.context import Launch
from ui.jobs import Analyze
from ui.security import is_loopback
from utils.errors import ConfigError
from utils.settings import AppSettings, Settings

if TYPE_CHECKING:
    from ui.web_app import WebApp

MIN_PASSWORD_LENGTH = 8
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - only with --listen and a password


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How to serve: on the network or not, with the browser opened or not."""

    listen: bool = False
    open_browser: bool = True
    announce: Callable[[str], None] = lambda _: None
    launch: Launch = field(default_factory=Launch)


def serve(analyze: Analyze, settings: Settings, options: ServeOptions) -> None:
    """Serve until interrupted. Raises ConfigError where address, port or password do not do."""
    host, password = choose_host(settings.app, listen=options.listen)
    with bind(host, settings.app.port) as listener, private_folder() as uploads:
        forget_gradio_environment(uploads)
        from ui.web_app import build_app  # Gradio reads the environment as it is imported

        app = build_app(analyze, settings, uploads, password=password, launch=options.launch)
        port = listener.getsockname()[1]
        shown = "127.0.0.1" if host == ANY_ADDRESS else host
        address = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
        _run(app, listener, lambda: _welcome(address, options))


def choose_host(app: AppSettings, *, listen: bool) -> tuple[str, str | None]:
    """The address to listen on and the password it needs. Raises ConfigError."""
    if not listen:
        if not is_loopback(app.host):
            raise ConfigError(f"app.host is {app.host}: other computers need --listen")
        return app.host, None
    password = os.environ.get(app.password_env, "")
    if len(password) < MIN_PASSWORD_LENGTH:
        raise ConfigError(
            f"--listen needs a password of at least {MIN_PASSWORD_LENGTH} characters in the "
            f"environment variable {app.password_env}"
        )
    return (ANY_ADDRESS if is_loopback(app.host) else app.host), password


@contextmanager
def bind(host: str, port: int) -> Iterator[socket.socket]:
    """A bound socket. Raises ConfigError where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise ConfigError(
                f"cannot listen on {host}, port {port}: {error.strerror or error}; "
                "--port 0 takes any free port"
            ) from error
        yield listener
    finally:
        listener.close()


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder for uploads that only this user can read; gone when the app ends."""
    folder = Path(tempfile.mkdtemp(prefix="nearmiss-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def forget_gradio_environment(uploads: Path) -> None:
    """Drop every GRADIO_* variable, since some open the app to the network, and set our two."""
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(uploads)


def _welcome(address: str, options: ServeOptions) -> None:
    options.announce(f"Nearmiss runs on {address}  (Ctrl+C ends it)")
    if options.listen:
        options.announce("Other computers sign in as 'nearmiss' with your password.")
    if options.open_browser:
        webbrowser.open(address)


def _run(app: "WebApp", listener: socket.socket, on_ready: Callable[[], None]) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                on_ready()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.stop()
            await super().shutdown(sockets=sockets)

    # Uvicorn ends and then raises the signal again; as an exception it lets the folders be removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = uvicorn.Config(
        app.asgi, log_level="warning", server_header=False, timeout_graceful_shutdown=3
    )
    Server(config).run(sockets=[listener])
