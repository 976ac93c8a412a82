"""Tools for AI assistants: off by default, only what is on the list, never on the network."""

import asyncio
from types import SimpleNamespace

import httpx
import pytest
from starlette.testclient import TestClient

import app
from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import served
from tests.ui.conftest import three_events
from ui import mcp_tools
from ui.mcp_tools import PATH, TOOLS, check_mcp, keep_tools
from ui.page import build_page
from ui.web_app import build_app
from utils.errors import ConfigError
from utils.settings import AppSettings, Settings

WITH_TOOLS = Settings.model_validate({"app": {"mcp": True}})


@pytest.fixture
def without_package(monkeypatch):
    monkeypatch.setattr(mcp_tools.importlib.util, "find_spec", lambda name: None)


@pytest.fixture
def with_package(monkeypatch):
    monkeypatch.setattr(mcp_tools.importlib.util, "find_spec", lambda name: object())


@pytest.mark.usefixtures("without_package")
def test_without_the_package_the_install_line_is_told(capsys, tmp_path):
    folder = f"app.output_dir={tmp_path}"
    assert app.main(["--mcp", "--no-browser", "--port", "0", "--set", folder]) == 2
    assert "pip install 'mcp>=1.21,<2'" in capsys.readouterr().err


@pytest.mark.usefixtures("with_package")
def test_tools_are_not_offered_on_the_network(tmp_path):
    check_mcp(listens=False)
    with pytest.raises(ConfigError, match="--listen"):
        build_app(FakeAnalyze(three_events()), WITH_TOOLS, tmp_path, password="a long password")


def test_only_tools_on_the_list_stay():
    made = {"analyze": "/analyze", "change_settings": "/change_settings", "x": "/settings"}
    page = SimpleNamespace(mcp_server_obj=SimpleNamespace(tool_to_endpoint=made))
    keep_tools(page)
    assert page.mcp_server_obj.tool_to_endpoint == {"analyze": "/analyze", "x": "/settings"}


def test_a_server_that_was_not_made_is_an_error():
    page = SimpleNamespace(mcp_server_obj=None, mcp_error="Error launching MCP server: pydantic")
    with pytest.raises(ConfigError, match="pydantic"):
        keep_tools(page)


def test_every_tool_is_an_endpoint(context):
    info = build_page(context).get_api_info()
    assert {f"/{name}" for name in TOOLS} <= set(info["named_endpoints"])


def test_the_environment_turns_nothing_on(monkeypatch, tmp_path, settings):
    monkeypatch.setenv("GRADIO_MCP_SERVER", "True")
    told = settings.model_copy(update={"app": AppSettings(output_dir=str(tmp_path / "out"))})
    built = build_app(FakeAnalyze(three_events()), told, tmp_path / "uploads", password=None)
    with TestClient(built.asgi, base_url="http://127.0.0.1") as client:
        assert client.post(PATH, json={}).status_code in (404, 405)
        assert not client.get("/config").json().get("mcp_server")


def test_a_client_lists_the_tools_and_calls_one(tmp_path):
    pytest.importorskip("mcp", reason="the package mcp is not installed")
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def ask(address):
        async with streamablehttp_client(address) as (read, write, _):
            async with ClientSession(read, write) as session:
                await session.initialize()
                tools = {tool.name: tool for tool in (await session.list_tools()).tools}
                asked = await session.call_tool("settings", {"section": "events.merge_gap_s"})
                refused = await session.call_tool("change_settings", {"changes": {}})
                return tools, asked, refused

    with served(FakeAnalyze(three_events()), WITH_TOOLS, tmp_path) as address:
        tools, asked, refused = asyncio.run(ask(address + PATH))
        assert httpx.get(address + PATH, headers={"origin": "http://evil.com"}).status_code == 403
    assert set(tools) == TOOLS
    assert all(tool.description for tool in tools.values())
    assert "'value': 4.0" in asked.content[0].text
    assert refused.isError
