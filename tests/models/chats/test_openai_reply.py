"""What a server answered, read: choices by words and probabilities, JSON, words on errors."""

import json
import math

import pytest

from models.chats.openai_reply import complaint, is_json, match_choice, read_reply
from tests.fake_chat_server import completion, first_token

YES_NO = ("yes", "no")


def scores_of(**logprobs: float) -> tuple[float, ...] | None:
    content = json.dumps(completion("?", logprobs=first_token(**logprobs))).encode()
    return read_reply(content, YES_NO).choice_scores


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("Yes", "yes"),
        (" NO.\n", "no"),
        ("Yes, a collision is likely.", "yes"),
        ("The answer is **no**.", "no"),
        ("Nothing happens", None),
        ("I say no to that", None),
        ("", None),
    ],
)
def test_words_name_a_choice(text: str, choice: str | None) -> None:
    assert match_choice(text, YES_NO) == choice


def test_the_longer_of_two_choices_that_begin_alike_is_meant() -> None:
    assert match_choice("Rear end collision", ("rear", "rear end")) == "rear end"


def test_spellings_of_a_choice_are_added_up() -> None:
    assert scores_of(Yes=math.log(0.3), yes=math.log(0.3), No=math.log(0.2)) == pytest.approx(
        (0.75, 0.25)
    )


def test_a_choice_that_is_not_listed_has_no_probability() -> None:
    assert scores_of(No=-0.1, Maybe=-3.0) == (0.0, 1.0)


def test_a_model_that_wants_to_say_something_else_gives_no_scores() -> None:
    assert scores_of(The=-0.01, Yes=-6.0, No=-7.0) is None
    assert scores_of(Perhaps=-0.1) is None


def test_impossible_log_probabilities_do_no_harm() -> None:
    assert scores_of(Yes=1e308, No=-1e308) == (1.0, 0.0)


@pytest.mark.parametrize("finish", ["stop", "length", None, "eos"])
def test_only_a_reply_that_ended_by_itself_is_complete(finish: str | None) -> None:
    reply = read_reply(json.dumps(completion("A car", finish=finish)).encode())
    assert reply.complete is (finish == "stop")


def test_thoughts_are_not_the_answer() -> None:
    def text(said: str) -> str:
        return read_reply(json.dumps(completion(said)).encode()).text

    assert text("<think>A car?\n</think>\nA car.") == "A car."
    assert text("<think>A car? Or") == ""


@pytest.mark.parametrize("text", ["NaN", '{"a": Infinity}', "{", "", "[" * 100_000])
def test_what_is_no_json(text: str) -> None:
    assert not is_json(text)
    assert is_json('{"a": 1}')


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"error": {"message": "no such\nmodel"}}, "no such model"),
        ({"error": "slow down"}, "slow down"),
        ({"object": "error", "message": "too long"}, "too long"),
        ({"detail": "Not Found"}, "Not Found"),
        ({"detail": [{"msg": "bad"}]}, '[{"msg": "bad"}]'),
        ({"token": "AKIA"}, ""),
        (["x"], ""),
    ],
)
def test_what_a_server_says_of_an_error(said: object, words: str) -> None:
    assert complaint(json.dumps(said).encode()) == words


def test_a_web_page_says_nothing() -> None:
    assert complaint(b"<html>secret</html>") == ""
