"""JSON of a schema and nothing else, from models that would write noise."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from models.chats.constrained import SchemaConstraint
from models.chats.generation import end_ids
from models.interfaces import ChatRequest
from tests.tiny_chats import make_chat
from tests.tiny_models import VLM_BUILDERS
from utils.clip import Clip
from utils.scene_metadata import SceneMetadata

pytestmark = pytest.mark.usefixtures("one_thread")

Checkpoint = Callable[[str], Path]
MakeClip = Callable[..., Clip]
SCHEMA = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["collision", "near miss", "none"]},
        "start_ds": {"type": "integer", "minimum": 0, "maximum": 3000},
        "objects": {
            "type": "array",
            "items": {"enum": ["car", "truck", "bicycle"]},
            "maxItems": 3,
        },
        "caption": {"type": "string", "minLength": 5, "maxLength": 24},
    },
    "required": ["kind", "start_ds", "objects", "caption"],
    "additionalProperties": False,
}


def check(text: str) -> None:
    answer = json.loads(text)
    assert list(answer) == SCHEMA["required"]
    assert answer["kind"] in ("collision", "near miss", "none")
    assert 0 <= answer["start_ds"] <= 3000
    assert set(answer["objects"]) <= {"car", "truck", "bicycle"}
    assert len(answer["objects"]) <= 3
    assert 5 <= len(answer["caption"]) <= 24


@pytest.mark.parametrize("name", VLM_BUILDERS)
def test_replies_are_json_of_the_schema(
    checkpoint: Checkpoint, make_clip: MakeClip, name: str
) -> None:
    chat = make_chat(checkpoint(name))
    requests = [
        ChatRequest(f"what {n}?", make_clip(1, float(n)), max_new_tokens=200, json_schema=SCHEMA)
        for n in range(3)
    ]
    for reply in chat.ask(requests):
        check(reply.text)
        assert reply.complete
        assert reply.constrained
        assert reply.choice_scores is None


def test_rows_with_and_without_a_schema_share_a_batch(
    checkpoint: Checkpoint, make_clip: MakeClip
) -> None:
    chat = make_chat(checkpoint("smolvlm"))
    free = ChatRequest("what?", make_clip(1), max_new_tokens=6)
    bound = ChatRequest("what?", make_clip(1, 9.0), max_new_tokens=200, json_schema=SCHEMA)
    alone = chat.ask([free])[0]
    first, second = chat.ask([free, bound])
    assert (first.text, first.constrained) == (alone.text, False)
    check(second.text)


def test_a_text_model_writes_the_schema_too(checkpoint: Checkpoint) -> None:
    chat = make_chat(checkpoint("llama"), text_only=True)
    check(chat.ask([ChatRequest("?", max_new_tokens=200, json_schema=SCHEMA)])[0].text)


def test_a_reply_cut_by_its_length_says_so(checkpoint: Checkpoint) -> None:
    chat = make_chat(checkpoint("llama"), text_only=True)
    reply = chat.ask([ChatRequest("?", max_new_tokens=8, json_schema=SCHEMA)])[0]
    assert not reply.complete
    assert reply.constrained


def test_an_impossible_schema_is_an_error(checkpoint: Checkpoint) -> None:
    chat = make_chat(checkpoint("llama"), text_only=True)
    with pytest.raises(ValueError, match="no grammar"):
        chat.ask([ChatRequest("?", json_schema={"type": "colour"})])


def sampled(chat: Any, schema: dict[str, Any], rows: int, *, new_tokens: int) -> list[str]:
    """Replies drawn at random from the model's own probabilities, `rows` at once."""
    loaded = chat.prepare()
    ends = end_ids(loaded.model, loaded.tokenizer)
    inputs = loaded.tokenizer(["what?"] * rows, return_tensors="pt", return_token_type_ids=False)
    output = loaded.model.generate(
        **inputs,
        do_sample=True,
        max_new_tokens=new_tokens,
        pad_token_id=loaded.tokenizer.pad_token_id,
        eos_token_id=sorted(ends),
        logits_processor=[SchemaConstraint(loaded.tokenizer, [schema] * rows, ends)],
    )
    new = output[:, inputs["input_ids"].shape[1] :]
    return loaded.tokenizer.batch_decode(new, skip_special_tokens=True)


def test_a_hundred_random_replies_are_all_valid(checkpoint: Checkpoint) -> None:
    torch.manual_seed(0)
    chat = make_chat(checkpoint("llama"), text_only=True)
    for text in sampled(chat, SCHEMA, 100, new_tokens=200):
        check(text)


def test_scene_metadata_from_a_random_model_is_valid(checkpoint: Checkpoint) -> None:
    torch.manual_seed(0)
    chat = make_chat(checkpoint("llama"), text_only=True)
    for text in sampled(chat, SceneMetadata.model_json_schema(), 10, new_tokens=1200):
        SceneMetadata.model_validate_json(text)
