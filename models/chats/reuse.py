"""Several questions about one clip: its pictures and everything before the questions, only once.

The clip's frames and the instructions stand first in every prompt, so their keys and values are
computed with the first question and shared by all. The replies are those of single calls.
Dims: B questions, P shared tokens, S tokens of the longest own part.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from models.chats.encoding import Encoder
from models.chats.generation import Loaded, adds_begin, decode
from models.chats.prompts import media_marks
from models.interfaces import ChatRequest

PER_TOKEN = ("input_ids", "attention_mask", "token_type_ids", "mm_token_type_ids")


@dataclass(frozen=True, slots=True)
class SharedPrompt:
    """What several questions have in common, computed, and each question's own tokens.

    ids: the P shared tokens. own: one list of at least one token per question. cache: the shared
    tokens' keys and values of one row.
    """

    ids: list[int]
    own: list[list[int]]
    cache: Any
    rope_deltas: Any

    def inputs(self, loaded: Loaded, rows: Sequence[int]) -> dict[str, Any]:
        """Inputs for `decode` of these questions; the padding lies before each own part."""
        longest = max(len(self.own[row]) for row in rows)
        pads = [longest - len(self.own[row]) for row in rows]
        fill = int(loaded.tokenizer.pad_token_id)
        ids = [self.ids + [fill] * pad + self.own[row] for row, pad in zip(rows, pads, strict=True)]
        mask = [[1] * len(self.ids) + [0] * pad + [1] * (longest - pad) for pad in pads]
        cache = copy.deepcopy(self.cache)
        cache.batch_repeat_interleave(len(rows))
        if self.rope_deltas is not None:
            loaded.model.model.rope_deltas = self.rope_deltas.repeat(len(rows), 1)
        return {
            "input_ids": torch.tensor(ids, device=loaded.device),
            "attention_mask": torch.tensor(mask, device=loaded.device),
            "past_key_values": cache,
        }


def share(encoder: Encoder, requests: Sequence[ChatRequest]) -> SharedPrompt | None:
    """The common beginning of these questions about one clip; None where they do not begin alike.

    That is so where a template puts the question before the pictures, or the systems differ.
    Raises ModelUnavailableError where one frame and the longest question overrun the context.
    """
    budget = max(request.max_new_tokens for request in requests)
    longest = max(requests, key=lambda request: len(request.text))
    inputs, asked = encoder.fit([replace(longest, max_new_tokens=budget)])
    mark_ids = _mark_ids(encoder, asked)
    seen = [replace(request, frames=asked[0].frames) for request in (longest, *requests)]
    heads, tails = zip(
        *(_split(encoder.loaded.tokenizer, prompt, mark_ids) for prompt in encoder.prompts(seen)),
        strict=True,
    )
    ids, tail = inputs["input_ids"][0].tolist(), tails[0]
    if any(head != heads[0] for head in heads) or ids[len(ids) - len(tail) :] != tail:
        return None
    common = _common_length(tails)
    shared = ids[: len(ids) - len(tail) + common]
    return _computed(encoder.loaded, inputs, shared, [own[common:] for own in tails[1:]])


def _mark_ids(encoder: Encoder, requests: Sequence[ChatRequest]) -> set[int]:
    marks = media_marks(encoder.loaded.processor, encoder.media(requests))
    return set(encoder.loaded.tokenizer.convert_tokens_to_ids(list(marks)))


def _split(tokenizer: Any, prompt: str, mark_ids: set[int]) -> tuple[list[int], list[int]]:
    """The prompt's tokens up to its last picture or video, and those behind."""
    special = adds_begin(tokenizer, prompt)
    ids = list(tokenizer(prompt, add_special_tokens=special)["input_ids"])
    last = max((n for n, token in enumerate(ids) if token in mark_ids), default=-1)
    return ids[: last + 1], ids[last + 1 :]


def _common_length(rows: Sequence[list[int]]) -> int:
    """How many tokens all rows begin with; every row keeps at least one of its own."""
    most = min(len(row) for row in rows) - 1
    return next((n for n in range(most) if len({row[n] for row in rows}) > 1), most)


@torch.inference_mode()
def _computed(
    loaded: Loaded, inputs: Mapping[str, Any], shared: list[int], own: list[list[int]]
) -> SharedPrompt:
    first = {
        name: value[:, : len(shared)] if name in PER_TOKEN else value
        for name, value in inputs.items()
    }
    cache = decode(loaded, first, max_new_tokens=1).past_key_values
    return SharedPrompt(shared, own, cache, getattr(loaded.model.model, "rope_deltas", None))
