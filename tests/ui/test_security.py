"""The gate: foreign hosts, origins and sites are refused everywhere, and headers are set."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from tests.fake_analyze import FakeAnalyze
from tests.ui.conftest import three_events
from ui.login import LoginThrottle
from ui.security import Guard, host_name, is_loopback
from ui.server import choose_host, forget_gradio_environment
from ui.web_app import MAX_SESSIONS, build_app
from utils.errors import ConfigError
from utils.settings import AppSettings

ROUTES = [
    ("GET", "/"),
    ("GET", "/config"),
    ("GET", "/gradio_api/info"),
    ("GET", "/gradio_api/file=/etc/passwd"),
    ("POST", "/gradio_api/upload"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/call/analyze"),
    ("OPTIONS", "/gradio_api/queue/join"),
    ("GET", "/media/token/x.mp4"),
]


@pytest.fixture(scope="module")
def uploads(tmp_path_factory):
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def app(uploads, tmp_path_factory):
    from utils.settings import Settings

    patch = pytest.MonkeyPatch()
    for name, value in HOSTILE_ENVIRONMENT.items():
        patch.setenv(name, value)
    forget_gradio_environment(uploads)
    settings = Settings()
    app_settings = settings.app.model_copy(
        update={"output_dir": str(tmp_path_factory.mktemp("out")), "max_upload_mib": 1}
    )
    settings = settings.model_copy(update={"app": app_settings})
    yield build_app(FakeAnalyze(three_events()), settings, uploads, password=None).asgi
    patch.undo()


HOSTILE_ENVIRONMENT = {
    "GRADIO_SERVER_NAME": "0.0.0.0",
    "GRADIO_SHARE": "True",
    "GRADIO_ALLOWED_PATHS": "/",
    "GRADIO_MCP_SERVER": "True",
    "GRADIO_ROOT_PATH": "http://evil.com",
    "GRADIO_ANALYTICS_ENABLED": "True",
}


@pytest.fixture(scope="module")
def client(app):
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "host", ["evil.com", "evil.com:7860", "127.0.0.1.evil.com", "localhost.evil.com", "", "[::1"]
)
def test_a_foreign_host_is_400_everywhere(client, method, path, host):
    assert client.request(method, path, headers={"host": host}).status_code == 400


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "origin", ["http://evil.com", "null", "http://127.0.0.1:9999", "http://127.0.0.1.evil.com", "x"]
)
def test_a_foreign_origin_is_403_everywhere(client, method, path, origin):
    answer = client.request(method, path, headers={"origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/config", "/gradio_api/info", "/media/token/x.mp4"])
def test_a_cross_site_request_without_origin_is_refused(client, path):
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    assert client.get(path, headers=headers).status_code == 403


def test_a_link_on_another_page_may_open_the_app(client):
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/", headers=headers).status_code == 200


def test_the_own_page_and_local_programs_get_through(client):
    assert client.get("/").status_code == 200
    assert client.get("/config", headers={"origin": "http://127.0.0.1:7860"}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info", "/nothing/here"])
def test_every_answer_carries_the_headers(client, path):
    headers = client.get(path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/gradio_api/mcp/sse"])
def test_documentation_routes_and_mcp_are_off(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../../etc/passwd", "config.yaml", "app.py", "/proc/self/environ"]
)
def test_no_file_outside_the_uploads_is_served(client, path):
    assert client.get(f"/gradio_api/file={path}").status_code in (403, 404)


def test_an_upload_beyond_the_limit_is_refused(client, uploads):
    files = {"files": ("big.mp4", b"x" * (2 << 20))}
    assert client.post("/gradio_api/upload", files=files).status_code == 413


def test_the_environment_widens_nothing(client):
    config = client.get("/config").json()
    assert not config.get("mcp_server")
    assert "evil.com" not in str(config.get("root"))
    assert config["analytics_enabled"] is False


def test_page_events_are_private_and_analyze_is_public(client):
    info = client.get("/gradio_api/info").json()
    assert [name for name in info["named_endpoints"] if name.startswith("/screen")] == []
    assert info["unnamed_endpoints"] == {}
    parameters = info["named_endpoints"]["/analyze"]["parameters"]
    assert all(p["parameter_has_default"] for p in parameters)
    assert [p["parameter_name"] for p in parameters][:4] == [
        "local_path",
        "video",
        "checkpoint",
        "threshold",
    ]


def test_without_listen_only_this_machine_can_be_named():
    assert choose_host(AppSettings(), listen=False) == ("127.0.0.1", None)
    for host in ("0.0.0.0", "192.168.1.7", "::", "example.org"):
        with pytest.raises(ConfigError, match="--listen"):
            choose_host(AppSettings(host=host), listen=False)


@pytest.mark.parametrize("password", [None, "", "short"])
def test_listening_needs_a_password(password, monkeypatch):
    monkeypatch.delenv("NEARMISS_PASSWORD", raising=False)
    if password is not None:
        monkeypatch.setenv("NEARMISS_PASSWORD", password)
    with pytest.raises(ConfigError, match="NEARMISS_PASSWORD"):
        choose_host(AppSettings(), listen=True)


def test_listening_with_a_password_opens_the_network(monkeypatch):
    monkeypatch.setenv("NEARMISS_PASSWORD", "a long password")
    assert choose_host(AppSettings(), listen=True) == ("0.0.0.0", "a long password")


def test_on_the_network_nothing_is_told_before_the_login(uploads, settings):
    app = build_app(FakeAnalyze(three_events()), settings, uploads, password="a long password")
    with TestClient(app.asgi, base_url="http://192.168.1.7:7860") as client:
        assert client.get("/config").status_code == 401
        assert client.get("/config", headers={"host": "evil.com"}).status_code == 400
        wrong = {"username": "nearmiss", "password": "guess"}
        codes = [client.post("/login", data=wrong).status_code for _ in range(8)]
        assert codes == [400] * 5 + [429] * 3


def plain_app(status=200):
    return Starlette(
        routes=[Route("/login", lambda _: PlainTextResponse("x", status), methods=["POST"])]
    )


def test_failed_logins_are_forgotten_after_a_minute():
    now = [0.0]
    client = TestClient(LoginThrottle(plain_app(400), clock=lambda: now[0]))
    assert [client.post("/login").status_code for _ in range(6)][-1] == 429
    now[0] = 61.0
    assert client.post("/login").status_code == 400


def test_right_passwords_are_never_slowed():
    client = TestClient(LoginThrottle(plain_app(200)))
    assert {client.post("/login").status_code for _ in range(20)} == {200}


def test_a_foreign_websocket_is_closed_before_the_app_sees_it():
    sent = []

    async def never(scope, receive, send):
        raise AssertionError("the app was reached")

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "headers": [(b"host", b"evil.com")], "path": "/"}
    asyncio.run(Guard(never)(scope, None, send))
    assert sent[0]["type"] == "websocket.close"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1:7860", "127.0.0.1"),
        ("LOCALHOST", "localhost"),
        ("[::1]:7860", "::1"),
        ("a:b:c", ""),
        ("evil.com:80@127.0.0.1", ""),
    ],
)
def test_host_names_are_read_strictly(host, name):
    assert host_name(host) == name


def test_pages_and_callers_that_were_forgotten_do_not_fill_the_memory(app):
    while not hasattr(app, "routes"):
        app = app.app
    (page,) = (route.app for route in app.routes if isinstance(route, Mount))
    for number in range(MAX_SESSIONS + 10):
        page.state_holder[f"caller {number}"]
    assert len(page.state_holder.session_data) == MAX_SESSIONS


def test_loopback_is_known():
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("10.0.0.1")
