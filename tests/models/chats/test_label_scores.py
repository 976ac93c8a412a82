"""Choices: the probabilities are those of writing each choice, computed token by token."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from models.chats.label_scores import label_ids
from models.interfaces import ChatRequest
from tests.tiny_chats import make_chat
from tests.tiny_models import VLM_BUILDERS
from utils.clip import Clip

pytestmark = pytest.mark.usefixtures("one_thread")

Checkpoint = Callable[[str], Path]
MakeClip = Callable[..., Clip]
SHORT = ("Yes", "No")
LONG = ("a car stops", "nothing can be seen", "Yes")


def written_out(chat: Any, request: ChatRequest) -> list[float]:
    """The same probabilities the long way: one whole forward pass per choice."""
    loaded = chat.prepare()
    encoder = chat.encoder(loaded)
    inputs, prompt = encoder.encode([request]), encoder.prompts([request])[0]
    sums = []
    for ids in label_ids(loaded, prompt, request.choices):
        longer = dict(inputs)
        tail = torch.tensor([ids])
        longer["input_ids"] = torch.cat([inputs["input_ids"], tail], dim=1)
        longer["attention_mask"] = torch.ones_like(longer["input_ids"])
        if "mm_token_type_ids" in inputs:
            types = [inputs["mm_token_type_ids"], torch.zeros_like(tail)]
            longer["mm_token_type_ids"] = torch.cat(types, dim=1)
        with torch.inference_mode():
            logs = loaded.model(**longer).logits[0].log_softmax(-1)
        start = inputs["input_ids"].shape[1] - 1
        sums.append(sum(logs[start + n, token] for n, token in enumerate(ids)))
    return torch.tensor(sums).softmax(-1).tolist()


@pytest.mark.parametrize("name", VLM_BUILDERS)
@pytest.mark.parametrize("choices", [SHORT, LONG])
def test_scores_are_the_probabilities_of_writing_each_choice(
    checkpoint: Checkpoint, make_clip: MakeClip, name: str, choices: tuple[str, ...]
) -> None:
    chat = make_chat(checkpoint(name))
    texts = ("Is there a car?", "Describe the event in two or three short sentences.")
    requests = [
        ChatRequest(text, make_clip(2, float(n)), choices=choices) for n, text in enumerate(texts)
    ]
    replies = chat.ask(requests)
    for reply, request in zip(replies, requests, strict=True):
        assert reply.choice_scores == pytest.approx(written_out(chat, request), abs=1e-4)
        assert sum(reply.choice_scores) == pytest.approx(1.0)
        assert reply.text == choices[reply.choice_scores.index(max(reply.choice_scores))]
        assert reply.complete
        assert reply.constrained


def test_a_text_model_chooses_too(checkpoint: Checkpoint) -> None:
    reply = make_chat(checkpoint("llama"), text_only=True).ask([ChatRequest("?", choices=LONG)])[0]
    assert reply.text in LONG
    assert sum(reply.choice_scores or ()) == pytest.approx(1.0)


def test_a_choice_follows_the_prompt_as_its_template_wants(checkpoint: Checkpoint) -> None:
    loaded = make_chat(checkpoint("llava")).prepare()
    cut = {
        prompt: [loaded.tokenizer.decode(ids) for ids in label_ids(loaded, prompt, SHORT)]
        for prompt in ("USER: what? ASSISTANT:", "<|start|>assistant\n", "what?<|end|>")
    }
    assert list(cut.values()) == [[" Yes", " No"], ["Yes", "No"], ["Yes", "No"]]


def test_a_choice_that_begins_another_ends_itself(checkpoint: Checkpoint) -> None:
    loaded = make_chat(checkpoint("llava")).prepare()
    short, long = label_ids(loaded, "what?\n", ("car", "car crash"))
    assert short[-1] == long[-1] == loaded.tokenizer.eos_token_id
    plain = label_ids(loaded, "what?\n", SHORT)
    assert loaded.tokenizer.eos_token_id not in plain[0] + plain[1]


def test_equal_or_empty_choices_are_refused(checkpoint: Checkpoint) -> None:
    loaded = make_chat(checkpoint("llava")).prepare()
    for choices in (("Yes", "Yes"), ("Yes", "")):
        with pytest.raises(ValueError, match="must differ"):
            label_ids(loaded, "what?\n", choices)
