"""Tools for AI assistants on this machine (Model Context Protocol): off unless asked for.

Only endpoints that look, analyse or search are tools. What changes settings or reviews, deletes,
trains or writes outside the output folder is for people and their own programs.
"""

import importlib.util

import gradio as gr

from utils.errors import ConfigError

PATH = "/gradio_api/mcp/"
TOOLS = frozenset(
    {
        "analyze",
        "list_videos",
        "list_events",
        "search_events",
        "similar_events",
        "queue_list",
        "event",
        "review_history",
        "review_counts",
        "checkpoints",
        "evaluations",
        "evaluation",
        "settings",
    }
)


def check_mcp(*, listens: bool) -> None:
    """Raise ConfigError where tools cannot be offered."""
    if importlib.util.find_spec("mcp") is None:
        raise ConfigError("app.mcp needs the package mcp: pip install 'mcp>=1.21,<2'")
    if listens:
        raise ConfigError("app.mcp and --listen do not go together: tools have no password")


def keep_tools(page: gr.Blocks) -> None:
    """Take every tool away that is not on the list. Raises ConfigError where none was made."""
    server = page.mcp_server_obj
    if server is None:
        raise ConfigError(f"app.mcp: {getattr(page, 'mcp_error', None) or 'no server was made'}")
    tools = server.tool_to_endpoint.items()
    server.tool_to_endpoint = {name: at for name, at in tools if at.lstrip("/") in TOOLS}
