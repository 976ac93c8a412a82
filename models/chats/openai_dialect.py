"""A question as the JSON of `/v1/chat/completions`, in the words a server is found to take.

Servers differ in how they are told a JSON schema, and some take the words and do nothing.
"""

import base64
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from PIL import Image

from models.chats.prompts import Message, conversation, pictures
from models.interfaces import ChatRequest

SchemaForm = Literal["json_schema", "json_object", "prompt"]
# json_schema: OpenAI, vLLM, llama-server, Ollama; json_object: llama-cpp-python;
# prompt: `transformers serve`, which ignores the others silently.
ENFORCED_FORMS: tuple[SchemaForm, ...] = ("json_schema", "json_object")
TOP_TOKENS = 20  # the most that OpenAI and vLLM give
JPEG_QUALITY = 85
IMAGE_SIZE = 1024  # px; larger pictures cost upload and tokens, and most models shrink them
CONTROLS = (
    "<|", "|>", "<s>", "</s>", "<image", "<img", "<video", "<__media__>", "[INST]", "[/INST]",
    "[IMG]", "<start_of_turn>", "<end_of_turn>", "<start_of_image>",
)  # fmt: skip  # llama.cpp counts <__media__> as a picture; templates read the others as turns


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one server takes. schema_form: None until it was tried."""

    schema_form: SchemaForm | None = None
    length_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    takes_temperature: bool = True
    gives_scores: bool = True

    def after(self, complaint: str) -> "Dialect":
        """The dialect without what the server complains of; itself where it names nothing."""
        if "max_completion_tokens" in complaint and self.length_key == "max_tokens":
            return replace(self, length_key="max_completion_tokens")
        if "logprobs" in complaint and self.gives_scores:
            return replace(self, gives_scores=False)
        if "temperature" in complaint and self.takes_temperature:
            return replace(self, takes_temperature=False)
        return self


def encode_request(
    request: ChatRequest, dialect: Dialect, *, model: str, image_size: int | None = None
) -> bytes:
    """The body to post. A schema needs a dialect whose schema_form is known."""
    schema = request.json_schema
    if schema is not None and dialect.schema_form == "prompt":
        request = replace(request, text=f"{request.text}\n\n{_schema_note(schema)}")
    body: dict[str, Any] = {
        "model": model,
        "messages": _messages(request, image_size or IMAGE_SIZE),
        dialect.length_key: request.max_new_tokens,
        "stream": False,
    }
    if dialect.takes_temperature:
        body["temperature"] = 0
    if request.choices and dialect.gives_scores:
        body |= {"logprobs": True, "top_logprobs": TOP_TOKENS}
    if schema is not None and dialect.schema_form != "prompt":
        body["response_format"] = _response_format(schema, dialect.schema_form)
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _response_format(schema: Mapping[str, Any], form: SchemaForm | None) -> dict[str, Any]:
    if form == "json_object":
        return {"type": "json_object", "schema": schema}
    named = {"name": "answer", "strict": True, "schema": schema}
    return {"type": "json_schema", "json_schema": named}


def _schema_note(schema: Mapping[str, Any]) -> str:
    text = json.dumps(schema, ensure_ascii=False)
    return f"Answer with one JSON value of this JSON schema and with nothing else:\n{text}"


def _messages(request: ChatRequest, image_size: int) -> list[Message]:
    messages = conversation(request, CONTROLS)
    shown = None if request.frames is None else request.frames.frames
    images = iter(() if shown is None else pictures(shown, image_size=image_size))
    for message in messages:
        parts = message["content"]
        if all(part["type"] == "text" for part in parts):  # a string is what every server takes
            message["content"] = "".join(part["text"] for part in parts).strip()
            continue
        message["content"] = [
            part if part["type"] == "text" else _image_part(next(images)) for part in parts
        ]
    return messages


def _image_part(image: Image.Image) -> dict[str, Any]:
    """The picture itself, never an address: a server would fetch any address it is given."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{data}"}}
