"""Rows -> what a model learns from: the tokens of the question, and after them those of the answer.

The answer's tokens are put behind the prompt's when the pictures' tokens are already in it, just
where generation writes them, so a prompt cannot differ from the one that is asked later, and
nothing but the answer is supervised. Dims: L tokens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from models.chats.encoding import Encoder
from models.chats.generation import Loaded, end_ids
from models.chats.label_scores import label_ids
from models.chats.prompts import control_tokens, disarm
from models.interfaces import ChatRequest
from models.trainers.lora_rows import ShownRow
from utils.tasks import task_named

YES = "Yes"


@dataclass(frozen=True, slots=True, eq=False)
class EncodedRow:
    """inputs: of the model, input_ids (1,L); the last answer_tokens of them are the answer.

    label: 1 where the answer is yes. frames: how many were shown after fitting the context.
    """

    inputs: Mapping[str, Tensor]
    answer_tokens: int
    label: float
    frames: int

    def __post_init__(self) -> None:
        length = self.inputs["input_ids"].shape[1]
        if not 0 < self.answer_tokens < length:
            raise ValueError(f"{self.answer_tokens} answer tokens in {length}")

    @property
    def targets(self) -> Tensor:
        """The ids of the answer's tokens."""
        return self.inputs["input_ids"][0, -self.answer_tokens :]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedBatch:
    """Rows of one backward pass. They are not padded: each goes through the model by itself."""

    rows: tuple[EncodedRow, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def to(self, device: torch.device) -> "EncodedBatch":
        """The same rows on another device."""
        return EncodedBatch(tuple(_moved(row, device) for row in self.rows))


def encode(encoder: Encoder, shown: Sequence[ShownRow]) -> EncodedBatch:
    """The rows with their answers."""
    return EncodedBatch(tuple(encode_row(encoder, s, s.row.answer) for s in shown))


def encode_row(encoder: Encoder, shown: ShownRow, answer: str) -> EncodedRow:
    """One row with this answer. Raises ModelUnavailableError where it does not fit the context."""
    request = question(shown)
    ids = answer_ids(encoder, request, answer)
    inputs, (asked,) = encoder.fit([replace(request, max_new_tokens=len(ids))])
    frames = 0 if asked.frames is None else len(asked.frames)
    label = float(answer == YES)
    return EncodedRow(with_answer(inputs, ids), len(ids), label, frames)


def question(shown: ShownRow, choices: tuple[str, ...] = ()) -> ChatRequest:
    """The row's question, as a describer asks it."""
    longest = task_named(shown.row.task).max_new_tokens
    return ChatRequest(
        shown.row.prompt, frames=shown.frames, max_new_tokens=longest, choices=choices
    )


def answer_ids(encoder: Encoder, request: ChatRequest, answer: str) -> list[int]:
    """The tokens of an answer as they follow the question, and the one that ends it."""
    loaded = encoder.loaded
    text = disarm(answer, control_tokens(loaded.tokenizer, loaded.processor))
    (prompt,) = encoder.prompts([request])
    (ids,) = label_ids(loaded, prompt, [text])
    return [*ids, closing_id(loaded)]


def closing_id(loaded: Loaded) -> int:
    """The token that ends a reply: the first that generation stops at."""
    ends = loaded.model.generation_config.eos_token_id
    listed = list(ends) if isinstance(ends, list | tuple) else [ends]
    known = end_ids(loaded.model, loaded.tokenizer)
    return next((int(i) for i in listed if i is not None), min(known))


def with_answer(inputs: Mapping[str, Any], ids: Sequence[int]) -> dict[str, Tensor]:
    """Inputs (1,L) of a prompt with an answer behind it; the prompt's tokens stay as they are."""
    prompt = inputs["input_ids"]
    tail = torch.tensor([ids], dtype=prompt.dtype, device=prompt.device)
    ends = {"input_ids": tail, "attention_mask": torch.ones_like(tail)}
    longer = {}
    for name, value in inputs.items():
        if not isinstance(value, Tensor):
            continue
        if value.shape == prompt.shape:  # one entry per token: types of tokens too
            end = ends.get(name, torch.zeros_like(tail)).to(value.dtype)
            value = torch.cat([value, end], dim=1)
        longer[name] = value
    return longer


def _moved(row: EncodedRow, device: torch.device) -> EncodedRow:
    inputs = {name: value.to(device) for name, value in row.inputs.items()}
    return EncodedRow(inputs, row.answer_tokens, row.label, row.frames)
