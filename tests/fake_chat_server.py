"""A model server on this machine that behaves, or fails in one way per path.

`server.endpoint("slow")` is the base address of the server that sends one byte at a time. What was
asked is kept in `server.asked`.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TEXT = "A car brakes in front of a truck. No contact is visible."
JSON = "application/json"
MANY = 4


def completion(text: Any = TEXT, *, finish: Any = "stop", logprobs: Any = None) -> dict[str, Any]:
    """A reply as OpenAI's route gives it."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": logprobs}
    return {"id": "x", "object": "chat.completion", "model": "m", "choices": [choice]}


def first_token(**logprobs: float) -> dict[str, Any]:
    """Log probabilities of the first token; the most probable one is what was written."""
    listed = [{"token": token, "logprob": value} for token, value in logprobs.items()]
    return {"content": [{**max(listed, key=lambda t: t["logprob"]), "top_logprobs": listed}]}


@dataclass
class Asked:
    """One question that arrived."""

    fault: str
    body: dict[str, Any]
    headers: dict[str, str]


@dataclass
class FakeChatServer:
    """address: scheme, host and port. asked: every question, in order.

    many: set once `MANY` questions to "counts" were under way at once.
    """

    address: str = ""
    asked: list[Asked] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    many: threading.Event = field(default_factory=threading.Event)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def endpoint(self, fault: str = "good") -> str:
        """The base address of the server with that fault."""
        return f"{self.address}/{fault}/v1"

    def count(self, fault: str) -> int:
        """How often that server was asked."""
        return sum(asked.fault == fault for asked in self.asked)


@contextmanager
def fake_chat_server() -> Iterator[FakeChatServer]:
    """The server, running in a thread until the end of the block."""
    server = FakeChatServer()

    class Handler(_Handler):
        kept = server

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        server.address = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.done.set()
            http.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    kept: FakeChatServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer as the path's server does."""
        fault = self.path.split("/")[1]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.kept.asked.append(Asked(fault, body, {k.lower(): v for k, v in self.headers.items()}))
        with suppress(BrokenPipeError, ConnectionResetError):  # the client had enough
            FAULTS[fault](self, body)
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""

    def send(self, content: Any, status: int = 200, **headers: str) -> None:
        """Answer with JSON, or with bytes as they are."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": JSON, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def drip(self, prefix: bytes = b"") -> None:
        """One byte at a time, for as long as the test runs."""
        self.wfile.write(prefix)
        while not self.kept.done.wait(0.05):
            self.wfile.write(b" ")
            self.wfile.flush()

    def asks_for(self, body: dict[str, Any]) -> Any:
        """What a server that enforces OpenAI's form of a schema must write."""
        schema = body["response_format"]["json_schema"]["schema"]
        return {key: value["enum"][0] for key, value in schema["properties"].items()}


Body = dict[str, Any]
Fault = Callable[[_Handler, Body], None]
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n"


def _good(handler: _Handler, body: Body) -> None:
    if body.get("response_format"):
        handler.send(completion(json.dumps(handler.asks_for(body))))
    else:
        handler.send(completion())


def _flaky(handler: _Handler, body: Body) -> None:
    if handler.kept.count("flaky") < 3:
        handler.send({"error": {"message": "loading model"}}, 503)
    else:
        handler.send(completion())


def _busy(handler: _Handler, body: Body) -> None:
    if handler.kept.count("busy") < 2:
        handler.send({"error": "slow down"}, 429, Retry_After="1")
    else:
        handler.send(completion())


def _never(handler: _Handler, body: Body) -> None:
    handler.kept.done.wait()


def _mid_body(handler: _Handler, body: Body) -> None:
    handler.wfile.write(_HEAD + b'{"choices": [{"mess')


def _echo(handler: _Handler, body: Body) -> None:
    secret = handler.headers["Authorization"]
    handler.send({"error": {"message": f"{'x' * 180} bad header {secret}"}}, 401)


def _echo_text(handler: _Handler, body: Body) -> None:
    handler.send(completion(f"A car brakes. {handler.headers['Authorization']}"))


def _old(handler: _Handler, body: Body) -> None:
    """A server that knows neither scores nor temperature and has another word for the length."""
    for key in ("max_tokens", "logprobs", "temperature"):
        if key in body:
            hint = "; use max_completion_tokens" if key == "max_tokens" else ""
            handler.send({"detail": [{"msg": f"unsupported {key}{hint}"}]}, 422)
            return
    handler.send(completion("Yes."))


def _object_form(handler: _Handler, body: Body) -> None:
    """llama-cpp-python: breaks down over OpenAI's form, takes its own."""
    wanted = body.get("response_format", {"type": "text"})
    if wanted["type"] == "json_schema":
        handler.send({"error": {"message": "internal"}}, 500)
    elif wanted["type"] == "json_object":
        keys = wanted["schema"]["properties"].items()
        handler.send(completion(json.dumps({k: v["enum"][0] for k, v in keys})))
    else:
        handler.send(completion())


def _repeats(handler: _Handler, body: Body) -> None:
    said = body["messages"][-1]["content"]
    handler.send(completion(said if isinstance(said, str) else said[-1]["text"]))


def _counts(handler: _Handler, body: Body) -> None:
    kept = handler.kept
    with kept.lock:
        kept.at_once += 1
        kept.most_at_once = max(kept.most_at_once, kept.at_once)
        if kept.at_once == MANY:
            kept.many.set()
    kept.many.wait(10)  # the first ones wait for each other
    kept.done.wait(0.05)  # one more would show
    with kept.lock:
        kept.at_once -= 1
    handler.send(completion())


def _simple_schemas(handler: _Handler, body: Body) -> None:
    if "patternProperties" in json.dumps(body.get("response_format")):
        handler.send({"error": {"message": "grammar: not supported"}}, 400)
    else:
        _good(handler, body)


def _cuts_json(handler: _Handler, body: Body) -> None:
    wanted = handler.asks_for(body)
    if "risk" in wanted:
        handler.send(completion(json.dumps(wanted)[:12], finish="length"))
    else:
        _good(handler, body)


def _as_is(content: Any, status: int = 200, **headers: str) -> Fault:
    return lambda handler, body: handler.send(content, status, **headers)


FAULTS: dict[str, Fault] = {
    "repeats": _repeats,
    "counts": _counts,
    "simple_schemas": _simple_schemas,
    "cuts_json": _cuts_json,
    "good": _good,
    "flaky": _flaky,
    "busy": _busy,
    "never": _never,
    "mid_body": _mid_body,
    "echo": _echo,
    "echo_text": _echo_text,
    "old": _old,
    "object_form": _object_form,
    "slow": lambda handler, body: handler.drip(_HEAD),
    "slow_head": lambda handler, body: handler.drip(b"HTTP/1.1 200 OK\r\nX-Long: "),
    "no_http": lambda handler, body: handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "hangs_up": lambda handler, body: None,
    "ignores_schema": _as_is(completion("Hello! How can I help you today?")),
    "error_500": _as_is({"error": {"message": "CUDA error"}}, 500),
    "busy_for_long": _as_is({"error": "quota"}, 429, Retry_After="3600"),
    "wrong_key": _as_is({"error": {"message": "bad key"}}, 401),
    "no_model": _as_is({"error": {"message": "model 'llava' not found"}}, 404),
    "too_large": _as_is(b"", 413),
    "short": _as_is({"error": {"message": "exceeds the available context size"}}, 400),
    "blind": _as_is({"error": {"message": "image input is not supported"}}, 400),
    "huge": _as_is(completion("word " * 2_000_000)),
    "invalid_json": _as_is(b'{"choices": [{"message": {"content": "A car'),
    "deep_json": _as_is(b"[" * 900_000),
    "wrong_schema": _as_is({"result": {"text": TEXT}}),
    "no_choices": _as_is({"choices": []}),
    "empty_body": _as_is(b""),
    "empty_text": _as_is(completion("")),
    "null_text": _as_is(completion(None)),
    "nan_text": _as_is(completion(float("nan"))),
    "nan_scores": _as_is(completion(logprobs=first_token(A=float("nan"), car=-1.0))),
    "number_text": _as_is(completion(42)),
    "surrogate": _as_is(completion("A car \ud800 brakes.")),
    "not_utf8": _as_is(b'{"choices": [{"message": {"content": "A car \xff"}}]}'),
    "gzip": _as_is(b"\x1f\x8b\x08" + b"\0" * 400, Content_Encoding="gzip"),
    "html": _as_is(b"<!DOCTYPE html><html><body>Welcome</body></html>", Content_Type="text/html"),
    "redirect": _as_is(b"", 302, Location="http://169.254.169.254/latest/meta-data/"),
    "redirect_307": _as_is(b"", 307, Location="http://169.254.169.254/v1/chat/completions"),
    "length": _as_is(completion("A car brakes. The truck behind", finish="length")),
    "no_reason": _as_is(completion("A car brakes. The truck behind", finish=None)),
    "content_filter": _as_is(completion("A car", finish="content_filter")),
    "tool_calls": _as_is(completion("A car", finish="tool_calls")),
    "refusal": _as_is(
        {"choices": [{"message": {"content": None, "refusal": "no"}, "finish_reason": "stop"}]}
    ),
    "german": _as_is(completion("Ein Auto bremst vor einem Lastwagen.")),
    "thinks": _as_is(completion(f"<think>Is it a car?\nYes.</think>\n\n{TEXT}")),
    "hostile": _as_is(completion("<img src=x onerror=alert(1)> A car \u001b[31mbrakes. =cmd()")),
    "scored": _as_is(completion("Yes", logprobs=first_token(Yes=-0.2, yes=-3.0, No=-2.5))),
    "chatty": _as_is(completion("Yes, I think a collision is likely.")),
}
