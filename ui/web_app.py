"""The web application: our page inside Gradio, the lent files, and the guard around both."""

import hmac
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from gradio.routes import App
from starlette.routing import Mount
from starlette.types import ASGIApp

from ui.background import Background
from ui.checkpoints import CheckpointShelf
from ui.commands import RUNS_FOLDER, Commands
from ui.context import Context, Launch
from ui.current_settings import CHANGES_FILE, CurrentSettings
from ui.jobs import Analyze, JobQueue
from ui.login import LoginThrottle
from ui.mcp_tools import check_mcp, keep_tools
from ui.media import MediaShelf
from ui.page import build_page, page_head, page_styles
from ui.security import LOCAL_HOSTS, Guard
from ui.stream_ends import StreamEnds
from ui.theme import make_theme
from ui.uploads import UploadGate
from utils.config import REPO_ROOT
from utils.library import LIBRARY_FILE, Library
from utils.settings import Settings

USER = "nearmiss"
MAX_QUEUED = 32
# Gradio keeps a copy of the page, 0.6 MiB, for each; a program's call by HTTP alone makes one.
MAX_SESSIONS = 256
NO_DOCS = {"docs_url": None, "redoc_url": None, "openapi_url": None}


@dataclass(frozen=True, slots=True)
class WebApp:
    """The application to serve, and what to call in its event loop when it ends."""

    asgi: ASGIApp
    stop: Callable[[], None]


def build_app(
    analyze: Analyze,
    settings: Settings,
    uploads: Path,
    *,
    password: str | None,
    launch: Launch | None = None,
) -> WebApp:
    """The guarded application. password: what the network needs, None for this machine only."""
    launch = launch or Launch()
    if settings.app.mcp:
        check_mcp(listens=password is not None)
    context = make_context(analyze, settings, uploads, launch, local_allowed=password is None)
    background = Background(context)
    outer = FastAPI(lifespan=background.lifespan, **NO_DOCS)  # type: ignore[arg-type]
    outer.router.routes.append(context.media.route())
    page = build_page(context)
    page.queue(max_size=MAX_QUEUED)
    page.state_session_capacity = MAX_SESSIONS
    gr.mount_gradio_app(
        outer,
        page,
        path="/",
        app_kwargs=dict(NO_DOCS),
        auth=_check(password) if password else None,
        auth_message="<strong>Nearmiss</strong><br>Sign in to analyse video on this computer.",
        show_error=False,
        max_file_size=f"{settings.app.max_upload_mib}mb",
        footer_links=["api"],
        run_history=False,
        allowed_paths=[],
        ssr_mode=False,
        mcp_server=settings.app.mcp,
        enable_monitoring=False,
        theme=make_theme(),
        css_paths=page_styles(),
        head=page_head(),
    )
    if settings.app.mcp:
        keep_tools(page)
    hosts = {*LOCAL_HOSTS, socket.gethostname()} if password else LOCAL_HOSTS
    gated = UploadGate(LoginThrottle(StreamEnds(outer)), uploads)
    guarded = Guard(gated, hosts, any_address=password is not None)
    return WebApp(guarded, lambda: _stop(outer, context.jobs, background))


def _stop(outer: FastAPI, jobs: JobQueue, background: Background) -> None:
    """End the analyses and the streams that open pages listen to, so that nothing waits."""
    background.stop()
    jobs.close()
    for route in outer.routes:
        if isinstance(route, Mount) and isinstance(route.app, App):
            route.app.stop_event.set()


def make_context(
    analyze: Analyze, settings: Settings, uploads: Path, launch: Launch, *, local_allowed: bool
) -> Context:
    """What the page works with."""
    outputs = Path(settings.app.output_dir).expanduser()
    outputs = outputs if outputs.is_absolute() else REPO_ROOT / outputs
    current = CurrentSettings(settings, outputs / CHANGES_FILE, launch.given)
    return Context(
        analyze=analyze,
        current=current,
        checkpoints=CheckpointShelf(lambda: current.value),
        uploads=uploads,
        outputs=outputs,
        media=MediaShelf(),
        jobs=JobQueue(),
        library=Library(outputs / LIBRARY_FILE),
        commands=Commands(outputs / RUNS_FOLDER),
        local_allowed=local_allowed,
        try_describer=launch.try_describer,
    )


def _check(password: str) -> Callable[[str, str], bool]:
    def is_right(user: str, tried: str) -> bool:
        same_user = hmac.compare_digest(user.encode(), USER.encode())
        return hmac.compare_digest(tried.encode(), password.encode()) and same_user

    return is_right
