"""A chat over a model server: what is sent, retries, patience, schemas, choices."""

import asyncio
import base64
import contextlib
import io
import logging
from collections.abc import Callable

import pytest
from PIL import Image

from models.chats import openai_patience
from models.chats.openai_api import OpenAiChat
from models.chats.openai_endpoint import parse_endpoint
from models.chats.openai_settings import OpenAiSettings
from models.chats.prompts import MAX_FRAMES
from models.interfaces import ChatRequest
from tests.fake_chat_server import TEXT, FakeChatServer
from tests.waiting import wait_until
from utils.clip import Clip
from utils.errors import ConfigError, ModelUnavailableError

OpenChat = Callable[..., OpenAiChat]
MakeClip = Callable[..., Clip]
SECRET = "sk-very-secret-0123456789"
SCHEMA = {
    "type": "object",
    "properties": {"risk": {"type": "string", "enum": ["high", "low"]}},
    "required": ["risk"],
    "additionalProperties": False,
}
RISK = ChatRequest("How high is the risk?", json_schema=SCHEMA)
YES_NO = ChatRequest("Is a collision likely?", choices=("no", "yes"), max_new_tokens=4)


def test_one_reply_per_request_in_order(open_chat: OpenChat, make_clip: MakeClip) -> None:
    requests = [ChatRequest(f"question {n}", make_clip(n) if n else None) for n in (2, 0, 8, 1)]
    replies = open_chat("repeats").ask(requests)
    assert [r.text for r in replies] == ["question 2", "question 0", "question 8", "question 1"]
    assert all(r.complete and r.seconds > 0 for r in replies)
    assert open_chat().ask([]) == []


def test_frames_go_in_as_small_pictures_with_their_times(
    open_chat: OpenChat, server: FakeChatServer, make_clip: MakeClip
) -> None:
    request = ChatRequest("Who moves where?", make_clip(2), system="You report.")
    open_chat(image_size=64).ask([request])
    system, user = server.asked[0].body["messages"]
    assert system == {"role": "system", "content": "You report."}
    kinds = [part["type"] for part in user["content"]]
    assert kinds == ["text", "image_url", "text", "image_url", "text"]
    assert "Frame 1 at 3.80 s" in user["content"][0]["text"]
    assert "Frame 2 at 4.20 s" in user["content"][2]["text"]
    assert user["content"][4]["text"].strip() == "Who moves where?"
    head, data = user["content"][1]["image_url"]["url"].split(",")
    assert head == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (64, 36)


def test_a_text_model_is_sent_no_frame(
    open_chat: OpenChat, server: FakeChatServer, make_clip: MakeClip
) -> None:
    open_chat(sees_frames=False).ask([ChatRequest("Why?", make_clip(2))])
    assert server.asked[0].body["messages"] == [{"role": "user", "content": "Why?"}]


def test_control_words_of_templates_are_broken_up(
    open_chat: OpenChat, server: FakeChatServer
) -> None:
    open_chat().ask([ChatRequest("a <|im_end|> <__media__> <image> [INST] b")])
    sent = server.asked[0].body["messages"][0]["content"]
    assert not [word for word in ("<|", "|>", "<__media__>", "<image>", "[INST]") if word in sent]


def test_more_frames_than_a_request_may_have_are_refused(
    open_chat: OpenChat, make_clip: MakeClip
) -> None:
    with pytest.raises(ValueError, match=f"{MAX_FRAMES + 1} frames"):
        open_chat().ask([ChatRequest("?", make_clip(MAX_FRAMES + 1))])


def test_at_most_four_questions_are_under_way(open_chat: OpenChat, server: FakeChatServer) -> None:
    open_chat("counts").ask([ChatRequest(f"{n}?") for n in range(10)])
    assert server.most_at_once == 4


def test_names_say_where_frames_go() -> None:
    far = OpenAiChat(OpenAiSettings(parse_endpoint("https://models.example/v1"), "big"))
    near = OpenAiChat(OpenAiSettings(parse_endpoint("http://localhost:1/v1"), "/home/me/tiny"))
    assert (far.name, near.name) == ("big at models.example", "tiny")


def test_asking_works_inside_a_running_loop(open_chat: OpenChat) -> None:
    async def notebook() -> str:
        return open_chat().ask([ChatRequest("?")])[0].text

    assert asyncio.run(notebook()) == TEXT


class TestKey:
    def test_it_goes_into_the_header_and_nowhere_else(
        self,
        open_chat: OpenChat,
        server: FakeChatServer,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setenv("MY_API_KEY", SECRET)
        caplog.set_level(logging.DEBUG)
        chat = open_chat(key_variable="MY_API_KEY")
        chat.ask([ChatRequest("?")])
        assert server.asked[0].headers["authorization"] == f"Bearer {SECRET}"
        assert SECRET not in str(server.asked[0].body)
        assert SECRET not in caplog.text + repr(chat) + repr(vars(chat))

    def test_without_one_no_header_is_sent(
        self, open_chat: OpenChat, server: FakeChatServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", SECRET)  # somebody else's
        open_chat().ask([ChatRequest("?")])
        assert "authorization" not in server.asked[0].headers

    @pytest.mark.parametrize("fault", ["echo", "echo_text"])
    def test_a_server_that_repeats_it_does_not_get_it_into_a_report(
        self, open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch, fault: str
    ) -> None:
        monkeypatch.setenv("NEARMISS_API_KEY", SECRET)
        try:
            said = open_chat(fault).ask([ChatRequest("?")])[0].text
        except ModelUnavailableError as error:
            said = str(error)
        assert SECRET[:8] not in said

    def test_one_that_cannot_be_sent_is_told_without_its_value(
        self, open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEARMISS_API_KEY", f"{SECRET}\r\nX-Evil: 1")
        with pytest.raises(ConfigError, match="NEARMISS_API_KEY holds") as caught:
            open_chat()
        assert SECRET not in str(caught.value)


def test_the_environments_proxies_are_not_used(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert open_chat().ask([ChatRequest("?")])[0].text == TEXT


class TestRetries:
    def test_what_passes_is_asked_again(self, open_chat: OpenChat, server: FakeChatServer) -> None:
        assert open_chat("flaky").ask([ChatRequest("?")])[0].text == TEXT
        assert server.count("flaky") == 3

    def test_the_server_says_how_long_to_wait(
        self, open_chat: OpenChat, server: FakeChatServer
    ) -> None:
        (reply,) = open_chat("busy").ask([ChatRequest("?")])
        assert reply.text == TEXT
        assert reply.seconds >= 1.0

    @pytest.mark.parametrize(
        ("fault", "times"),
        [
            ("error_500", 3),
            ("mid_body", 3),
            ("hangs_up", 3),
            ("busy_for_long", 1),  # it asks for an hour
            ("never", 1),
            ("slow", 1),
            ("wrong_key", 1),
            ("redirect", 1),
            ("html", 1),
        ],
    )
    def test_three_tries_at_most_and_one_where_more_is_vain(
        self, open_chat: OpenChat, server: FakeChatServer, fault: str, times: int
    ) -> None:
        with pytest.raises(ModelUnavailableError):
            open_chat(fault).ask([ChatRequest("?")])
        wait_until(lambda: server.count(fault) >= times)  # a server may hear late of one given up
        assert server.count(fault) == times


class TestPatience:
    def test_a_dead_server_costs_its_patience_once(
        self, open_chat: OpenChat, server: FakeChatServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chat = open_chat("never", timeout_s=0.2, patience_s=0.1)
        for words in ("did not answer", "in vain for 0.1 s", "in vain for 0.1 s"):
            with pytest.raises(ModelUnavailableError, match=words):
                chat.ask([ChatRequest("?")])
        wait_until(lambda: server.count("never") >= 1)
        assert server.count("never") == 1
        monkeypatch.setattr(openai_patience, "REST_S", 0.0)
        with pytest.raises(ModelUnavailableError, match="did not answer"):
            chat.ask([ChatRequest("?")])

    def test_lost_seconds_add_up_until_an_answer_comes(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now_s = [0.0]
        monkeypatch.setattr(openai_patience, "monotonic", lambda: now_s[0])
        patience = openai_patience.Patience(100.0, "here")

        def lose(seconds: float) -> None:
            with contextlib.suppress(ModelUnavailableError), patience.waiting():
                now_s[0] += seconds
                raise ModelUnavailableError("none")

        lose(40.0)
        with patience.waiting() as left_s:
            assert left_s == 60.0
        with patience.waiting() as left_s:  # the answer made it whole
            assert left_s == 100.0
        lose(120.0)
        with pytest.raises(ModelUnavailableError, match="in vain"), patience.waiting():
            pass
        now_s[0] += openai_patience.REST_S
        with patience.waiting() as left_s:
            assert left_s == 100.0

    def test_one_time_out_ends_the_whole_batch(
        self, open_chat: OpenChat, server: FakeChatServer
    ) -> None:
        with pytest.raises(ModelUnavailableError):
            open_chat("never", timeout_s=0.2).ask([ChatRequest("?")] * 40)
        assert server.count("never") <= 8


class TestSchema:
    def test_a_server_that_enforces_it(self, open_chat: OpenChat, server: FakeChatServer) -> None:
        chat = open_chat()
        for reply in [*chat.ask([RISK, RISK]), *chat.ask([RISK])]:
            assert reply.text == '{"risk": "high"}'
            assert reply.constrained
        assert server.count("good") == 4  # one of them tried out whether schemas are obeyed
        form = server.asked[-1].body["response_format"]
        assert form["type"] == "json_schema"
        assert form["json_schema"]["schema"] == SCHEMA

    def test_a_server_with_another_form_of_it(
        self, open_chat: OpenChat, server: FakeChatServer
    ) -> None:
        (reply,) = open_chat("object_form").ask([RISK])
        assert reply.text == '{"risk": "high"}'
        assert reply.constrained
        assert server.asked[-1].body["response_format"] == {"type": "json_object", "schema": SCHEMA}

    def test_a_server_that_ignores_it_is_told_in_words(
        self, open_chat: OpenChat, server: FakeChatServer
    ) -> None:
        (reply,) = open_chat("ignores_schema").ask([RISK])
        assert not reply.constrained
        assert "response_format" not in server.asked[-1].body
        assert '"enum": ["high", "low"]' in server.asked[-1].body["messages"][0]["content"]

    def test_a_schema_beyond_the_server_is_told_in_words(
        self, open_chat: OpenChat, server: FakeChatServer
    ) -> None:
        hard = {**SCHEMA, "patternProperties": {}}
        chat = open_chat("simple_schemas")
        hard_reply, easy_reply = chat.ask([ChatRequest("?", json_schema=hard)]) + chat.ask([RISK])
        assert not hard_reply.constrained
        assert easy_reply.constrained

    def test_a_truncated_reply_is_not_called_enforced(self, open_chat: OpenChat) -> None:
        (reply,) = open_chat("cuts_json").ask([RISK])
        assert (reply.complete, reply.constrained) == (False, False)


class TestChoices:
    def test_probabilities_of_the_first_word_become_scores(
        self, open_chat: OpenChat, server: FakeChatServer
    ) -> None:
        (reply,) = open_chat("scored").ask([YES_NO])
        assert reply.text == "yes"
        assert reply.choice_scores == pytest.approx((0.0866, 0.9134), abs=1e-3)
        assert server.asked[0].body["logprobs"] is True
        assert "no, yes" in server.asked[0].body["messages"][0]["content"]

    def test_without_them_the_words_decide(self, open_chat: OpenChat) -> None:
        (reply,) = open_chat("chatty").ask([YES_NO])
        assert (reply.text, reply.choice_scores, reply.constrained) == ("yes", None, False)

    def test_without_words_a_schema_decides(self, open_chat: OpenChat) -> None:
        (reply,) = open_chat("good").ask([YES_NO])
        assert (reply.text, reply.choice_scores, reply.constrained) == ("no", None, True)

    def test_without_any_the_text_is_the_models_own(self, open_chat: OpenChat) -> None:
        (reply,) = open_chat("ignores_schema").ask([YES_NO])
        assert reply.text.startswith("Hello!")
        assert not reply.constrained

    def test_a_server_that_knows_no_scores_is_asked_without(
        self, open_chat: OpenChat, server: FakeChatServer
    ) -> None:
        chat = open_chat("old")
        assert [r.text for r in chat.ask([YES_NO]) + chat.ask([YES_NO])] == ["yes", "yes"]
        assert server.count("old") == 5  # four to learn what it takes, one with what was learned
        assert "max_completion_tokens" in server.asked[-1].body
