"""Questions to one server over one client: learns what the server takes, reads what it says.

What is learned stays in `dialect` for the next batch.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from models.chats.openai_dialect import ENFORCED_FORMS, Dialect, SchemaForm, encode_request
from models.chats.openai_reply import complaint, is_json, read_reply
from models.chats.openai_settings import OpenAiSettings
from models.chats.openai_wire import PASSING, HttpReply, Wire
from models.interfaces import ChatReply, ChatRequest
from utils.errors import ModelUnavailableError

REFUSED = frozenset({400, 422})
UNKNOWN_FORM = REFUSED | {500}  # llama-cpp-python breaks down over OpenAI's form of a schema
MAX_COMPLAINT = 200  # characters
MIN_KEY = 8  # a dummy key such as EMPTY is no secret, and a word that a text may hold
MIN_JSON_TOKENS = 64
CHOICE_KEY = "answer"
PROBE_WORD = "k7"  # nothing that a model says by itself


def _choice_schema(choices: Sequence[str]) -> dict[str, Any]:
    """An object, because OpenAI takes no schema whose root is a string."""
    return {
        "type": "object",
        "properties": {CHOICE_KEY: {"type": "string", "enum": list(choices)}},
        "required": [CHOICE_KEY],
        "additionalProperties": False,
    }


PROBE = ChatRequest("Say hello.", max_new_tokens=256, json_schema=_choice_schema([PROBE_WORD]))
ADVICE = {
    401: "put the right key into the variable {key}",
    403: "put the right key into the variable {key}",
    404: "set describer.model to a name that the server offers and end describer.endpoint in /v1",
    413: "lower describer.llava_image_size or describer.frames_per_event",
    429: "wait, or raise the quota",
}
ADVICE_ON = {  # words in a server's complaint that say more than its status
    "context": "start the server with a longer context, or lower describer.frames_per_event",
    "image": "choose a model that sees pictures, or set describer.sees_frames to false",
}


class Exchange:
    """Asks a server for one reply after the other, or several at once."""

    def __init__(
        self, wire: Wire, settings: OpenAiSettings, *, key: str = "", dialect: Dialect
    ) -> None:
        self.dialect = dialect
        self._wire = wire
        self._settings = settings
        self._key = key
        self._lock = asyncio.Lock()  # one probe, however many ask

    async def answer(self, request: ChatRequest) -> ChatReply:
        """The reply, its seconds not yet set. Raises ModelUnavailableError."""
        if request.choices:
            return await self._choose(request)
        if request.json_schema is not None:
            return await self._fill(request)
        return self._read(await self._converse(request, None), request)

    async def _choose(self, request: ChatRequest) -> ChatReply:
        """By the probabilities, else by the words, else by a schema that allows only choices."""
        listed = ", ".join(request.choices)
        noted = replace(
            request,
            text=f"{request.text}\nAnswer with exactly one of these and nothing else: {listed}",
            json_schema=None,
        )
        reply = self._read(await self._converse(noted, None), noted)
        if reply.text in request.choices:
            return reply
        return await self._choose_by_schema(noted) or reply

    async def _choose_by_schema(self, request: ChatRequest) -> ChatReply | None:
        schema = _choice_schema(request.choices)
        length = max(request.max_new_tokens, MIN_JSON_TOKENS)
        asked = replace(request, choices=(), json_schema=schema, max_new_tokens=length)
        reply = await self._fill(asked)
        if not reply.constrained:
            return None
        value = json.loads(reply.text)
        chosen = value.get(CHOICE_KEY) if isinstance(value, dict) else None
        return replace(reply, text=chosen) if chosen in request.choices else None

    async def _fill(self, request: ChatRequest) -> ChatReply:
        """By an enforced schema, else by a schema in words.

        llama.cpp drops patterns that it cannot translate, so callers validate in any case.
        """
        form = await self._schema_form()
        reply = await self._converse(request, form)
        if reply.status in UNKNOWN_FORM and form != "prompt":  # beyond this server's grammars
            form = "prompt"
            reply = await self._converse(request, form)
        answer = self._read(reply, request)
        enforced = form != "prompt" and answer.complete and is_json(answer.text)
        return replace(answer, constrained=enforced)

    async def _schema_form(self) -> SchemaForm:
        """How this server is told a schema, tried out once."""
        async with self._lock:
            form = self.dialect.schema_form or await self._try_forms()
            self.dialect = replace(self.dialect, schema_form=form)
            return form

    async def _try_forms(self) -> SchemaForm:
        """The first form in which a reply comes that only an enforced schema can bring about."""
        for form in ENFORCED_FORMS:
            reply = await self._converse(PROBE, form)
            if reply.status not in UNKNOWN_FORM and PROBE_WORD in self._read(reply, PROBE).text:
                return form
        return "prompt"

    async def _converse(self, request: ChatRequest, form: SchemaForm | None) -> HttpReply:
        """Post; where the server names something it does not take, post again without it."""
        while True:
            dialect = replace(self.dialect, schema_form=form)
            reply = await self._wire.post(self._encode(request, dialect))
            if reply.status not in REFUSED:
                return reply
            adapted = dialect.after(complaint(reply.content))
            if adapted == dialect:
                return reply
            self.dialect = replace(adapted, schema_form=self.dialect.schema_form)

    def _encode(self, request: ChatRequest, dialect: Dialect) -> bytes:
        settings = self._settings
        return encode_request(
            request, dialect, model=settings.model, image_size=settings.image_size
        )

    def _read(self, reply: HttpReply, request: ChatRequest) -> ChatReply:
        if reply.status != 200:
            raise ModelUnavailableError(self._refusal(reply))
        try:
            answer = read_reply(reply.content, request.choices)
        except ValueError as error:
            raise ModelUnavailableError(
                f"{self._wire.where} gave no answer{_about(request)}: {error}"
            ) from error
        return replace(answer, text=self._hide_key(answer.text))

    def _refusal(self, reply: HttpReply) -> str:
        status, where = reply.status, self._wire.where
        if 300 <= status < 400:
            return (
                f"{where} redirects elsewhere ({status}), which is not followed: put the final "
                "address into describer.endpoint"
            )
        said = self._hide_key(complaint(reply.content))[:MAX_COMPLAINT]
        advice = _advice(status, said).format(key=self._settings.key_variable)
        if status in PASSING and reply.pause_s:
            advice += f" (it asks for {reply.pause_s:.0f} s)"
        words = f", saying {said!r}" if said else ""
        return f"{where} refuses '{self._settings.model}' ({status}{words}): {advice}"

    def _hide_key(self, text: str) -> str:
        """A server can repeat what it was sent; the key must not get into a report that way."""
        return text.replace(self._key, "[key]") if len(self._key) >= MIN_KEY else text


def _advice(status: int, said: str) -> str:
    on_words = [advice for word, advice in ADVICE_ON.items() if word in said]
    return on_words[0] if on_words else ADVICE.get(status, "see the server's log")


def _about(request: ChatRequest) -> str:
    """Which question failed: a failure of one event must not look like one of all."""
    if request.frames is None or not len(request.frames):
        return ""
    return f" about the frames from {request.frames.times_s[0]:.2f} s"
