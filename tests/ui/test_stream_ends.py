"""An event that comes while its page's stream of answers ends is answered all the same."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting

import httpx
import pytest

from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import served
from tests.ui.conftest import three_events
from tests.waiting import HANG_S, until
from ui.stream_ends import StreamEnds

TOLD = b'data: {"msg":"process_completed","event_id":"a"}\n\n'
ENDED = b'data: {"msg":"close_stream","event_id":null}\n\n'
SOON_S, LONG_S = 0.1, HANG_S


async def fake_queue(scope, receive, send):
    """A stream that tells one thing and ends; a join that is answered at once."""
    chunks = [TOLD, ENDED] if scope["path"].endswith("/data") else [b"joined"]
    if scope["path"].endswith("/join"):
        await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    hears = asyncio.create_task(receive())
    for chunk in chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
    hears.cancel()


class Caller:
    """One request: what came back so far, and hanging up."""

    def __init__(self, app, path, *, session="s", body=None):
        self.body = json.dumps({"session_hash": session}).encode() if body is None else body
        self.sent, self.left = [], asyncio.Event()
        scope = {"type": "http", "path": path, "query_string": f"session_hash={session}".encode()}
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self):
        if self.body is None:
            await self.left.wait()
            return {"type": "http.disconnect"}
        body, self.body = self.body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def _send(self, message):
        self.sent.append(message.get("body", message["type"]))

    async def answered(self, wait_s=SOON_S):
        done, _ = await asyncio.wait([self.task], timeout=wait_s)
        return bool(done)


def stream(app, session="s"):
    caller = Caller(app, "/gradio_api/queue/data", session=session, body=b"")
    caller.body = None
    return caller


def join(app, **given):
    return Caller(app, "/gradio_api/queue/join", **given)


def test_an_event_is_answered_once_the_page_has_hung_up_the_stream_that_ended():
    async def story():
        app = StreamEnds(fake_queue, patience_s=LONG_S)
        ended = stream(app)
        event = join(app)
        await until(lambda: ENDED in ended.sent)
        assert not await event.answered()
        assert ended.sent == ["http.response.start", TOLD, ENDED]
        assert event.sent == []
        ended.left.set()
        assert await event.answered(LONG_S)
        assert event.sent == ["http.response.start", b"joined", b""]
        assert await ended.answered(LONG_S)
        assert await join(app).answered(LONG_S)

    asyncio.run(story())


@pytest.mark.parametrize(
    "given", [{"session": "other"}, {"body": b"{"}, {"body": b"[]"}, {"body": b"\xff"}]
)
def test_what_is_no_event_of_this_page_is_answered_at_once(given):
    async def story():
        app = StreamEnds(fake_queue, patience_s=LONG_S)
        ended = stream(app)
        await until(lambda: ENDED in ended.sent)
        assert not await ended.answered()
        assert await join(app, **given).answered(LONG_S / 2)
        ended.left.set()
        assert await ended.answered(LONG_S)

    asyncio.run(story())


def test_a_page_that_never_hangs_up_is_not_waited_for_for_ever():
    async def story():
        app = StreamEnds(fake_queue, patience_s=SOON_S)
        ended, event = stream(app), join(app)
        assert await event.answered(LONG_S)
        assert await ended.answered(LONG_S)
        assert ended.sent[-1] == b""

    asyncio.run(story())


def first_values(http):
    """An event of the page that needs no values: what it loads first."""
    config = http.get("/config").json()
    return next(
        one["id"]
        for one in config["dependencies"]
        if not one["inputs"] and any(name == "load" for _, name in one["targets"])
    )


def told(lines, wanted):
    """The next message of this kind."""
    messages = (json.loads(line[6:]) for line in lines if line.startswith("data: "))
    return next(message for message in messages if message["msg"] == wanted)


def test_gradios_own_queue_loses_no_answer_where_its_stream_ends(settings, tmp_path):
    with (
        served(FakeAnalyze(three_events()), settings, tmp_path) as address,
        httpx.Client(base_url=address, timeout=LONG_S) as http,
        ThreadPoolExecutor(1) as pool,
    ):
        event = {"data": [], "fn_index": first_values(http), "session_hash": "page"}

        def press():
            return httpx.post(f"{address}/gradio_api/queue/join", json=event, timeout=LONG_S).json()

        press()
        data = f"/gradio_api/queue/data?session_hash={event['session_hash']}"
        with http.stream("GET", data) as stream:
            lines = stream.iter_lines()  # kept: httpx hangs up when it goes
            told(lines, "close_stream")
            late = pool.submit(press)
            with pytest.raises(StillWaiting):
                late.result(5 * SOON_S)
        joined = late.result(LONG_S)["event_id"]
        with http.stream("GET", data) as stream:
            assert told(stream.iter_lines(), "process_completed")["event_id"] == joined
