"""What a model server answered -> a ChatReply, or the reason why it is none. Trusts nothing."""

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field, FiniteFloat, ValidationError

from models.interfaces import ChatReply

MIN_MASS = 0.1  # below, the model is not choosing: "The answer is ..."
CHECK = "see that describer.endpoint is the /v1 address of a chat server"
THOUGHT = re.compile(r"^\s*<think>.*?(?:</think>|\Z)", re.DOTALL)


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Candidate(BaseModel):
    token: str
    logprob: FiniteFloat | None = None


class _Token(_Candidate):
    top_logprobs: list[_Candidate] = []


class _Scores(BaseModel):
    content: list[_Token] | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Scores | None = None


class _Complaint(BaseModel):
    """`error.message` of OpenAI, `error` of Ollama, `message` of vLLM, `detail` of FastAPI."""

    error: "_Complaint | str | None" = None
    message: str | None = None
    detail: Any = None


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


def read_reply(content: bytes, choices: Sequence[str] = ()) -> ChatReply:
    """The reply, its seconds not yet set. Raises ValueError saying what is wrong with it.

    Where `choices` were asked for, the text is one of them if the model gave one.
    """
    choice = _first_choice(content)
    text = _text(choice)
    complete = choice.finish_reason == "stop"
    if not choices:
        return ChatReply(text, complete, seconds=0.0)
    scores = _choice_scores(choice.logprobs, choices)
    said = match_choice(text, choices)
    if scores is not None:
        said = choices[scores.index(max(scores))]
    return ChatReply(said or text, complete or said is not None, seconds=0.0, choice_scores=scores)


def _first_choice(content: bytes) -> _Choice:
    if content.lstrip()[:1] == b"<":
        raise ValueError(f"it answered with a web page, not with JSON; {CHECK}")
    if not content.strip():
        raise ValueError(f"it answered with nothing; {CHECK}")
    try:
        return _Completion.model_validate_json(content).choices[0]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        if first["type"] == "json_invalid":
            raise ValueError(f"its answer is no valid JSON; {CHECK}") from error
        place = ".".join(str(part) for part in first["loc"]) or "the answer"
        wrong = f"its answer is not that of a chat ({place}: {first['msg']})"
        raise ValueError(f"{wrong}; {CHECK}") from error


def _text(choice: _Choice) -> str:
    if choice.finish_reason == "content_filter" or choice.message.refusal:
        raise ValueError(
            "it withheld the answer (content filter); change describer.prompt or the model"
        )
    if choice.finish_reason in ("tool_calls", "function_call"):
        raise ValueError("it called a tool instead of answering; start it without tools")
    return THOUGHT.sub("", choice.message.content or "").strip()


def match_choice(text: str, choices: Sequence[str]) -> str | None:
    """The one choice that a reply is, begins or ends with, whatever its case and marks."""
    said = f" {_words(text)} "
    found = [choice for choice in choices if said.startswith(f" {_words(choice)} ")]
    found = found or [choice for choice in choices if said.endswith(f" {_words(choice)} ")]
    return max(found, key=len) if found else None


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _choice_scores(scores: _Scores | None, choices: Sequence[str]) -> tuple[float, ...] | None:
    """Probabilities of the choices from the first word's candidates, adding up to 1.

    None where the server gives no candidates, the model wants to begin with something else, or
    a candidate begins several choices.
    """
    tokens = [token for token in (scores.content if scores else None) or [] if token.token.strip()]
    if not tokens:
        return None
    mass = [0.0] * len(choices)
    for candidate in tokens[0].top_logprobs or tokens[:1]:
        begun = _begun(candidate.token, choices)
        if len(begun) > 1:
            return None
        if begun and candidate.logprob is not None:
            mass[begun[0]] += math.exp(min(candidate.logprob, 0.0))
    total = sum(mass)
    return tuple(value / total for value in mass) if total >= MIN_MASS else None


def _begun(token: str, choices: Sequence[str]) -> list[int]:
    start = token.strip(" \n\"'.,:").casefold()
    return [n for n, choice in enumerate(choices) if start and choice.casefold().startswith(start)]


def is_json(text: str) -> bool:
    """Whether the text is one JSON value as the standard has it: no NaN, no infinity."""
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def complaint(content: bytes) -> str:
    """What a server says of its refusal, on one line; empty where it says nothing readable."""
    try:
        said = _Complaint.model_validate_json(content)
    except ValidationError:
        return ""
    words = said.error.message if isinstance(said.error, _Complaint) else said.error
    words = words or said.message or said.detail
    text = words if isinstance(words, str) else json.dumps(words) if words else ""
    return " ".join(text.split())
