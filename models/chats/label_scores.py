"""Probabilities of given answers: what the model would write, read from its logits, no sampling.

A choice's score is the product of its tokens' probabilities after the prompt; the scores are
normalised over the choices. They are the model's word, not calibrated frequencies.
Dims: B requests, K choices, M tokens of the longest choice, L prompt tokens, V vocabulary.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from models.chats.generation import Loaded, adds_begin, decode, end_ids
from models.interfaces import ChatReply, ChatRequest


@torch.inference_mode()
def choose(
    loaded: Loaded,
    inputs: Mapping[str, Any],
    requests: Sequence[ChatRequest],
    *,
    prompts: Sequence[str],
) -> list[ChatReply]:
    """The likeliest choice of each request, with the probabilities of all; `inputs` as generate's.

    All requests have the same choices. The prompt is computed once; choices of several tokens go
    on from there together. prompts: the rows' texts, which decide how a choice is cut in tokens.
    """
    start = time.perf_counter()
    choices = requests[0].choices
    labels = [label_ids(loaded, prompt, choices) for prompt in prompts]
    first = decode(loaded, inputs, max_new_tokens=1, with_logits=True)
    logs = first.logits[0].float().log_softmax(-1)  # (B,V)
    sums = torch.tensor([[logs[b, ids[0]] for ids in row] for b, row in enumerate(labels)])
    if max(len(ids) for row in labels for ids in row) > 1:
        sums += _later_tokens(loaded, inputs, first.past_key_values, labels)
    seconds = (time.perf_counter() - start) / len(requests)
    return [_reply(choices, row, seconds) for row in sums.double().softmax(-1).tolist()]


def _reply(choices: Sequence[str], scores: list[float], seconds: float) -> ChatReply:
    best = max(range(len(choices)), key=scores.__getitem__)
    return ChatReply(
        text=choices[best],
        complete=True,
        seconds=seconds,
        choice_scores=tuple(scores),
        constrained=True,
    )


def label_ids(loaded: Loaded, prompt: str, choices: Sequence[str]) -> list[list[int]]:
    """The tokens of each choice as they would follow the prompt.

    A prompt that ends in the middle of a line (`ASSISTANT:`) is followed by a space. Where one
    choice begins another (`car`, `car crash`), all end with the token that ends a reply.
    Raises ValueError for choices that are the same tokens.
    """
    gap = "" if _ends_a_line(loaded.tokenizer, prompt) else " "
    ids = [_following(loaded.tokenizer, prompt, gap + choice) for choice in choices]
    if any(a == b[: len(a)] for n, a in enumerate(ids) for m, b in enumerate(ids) if n != m):
        end = min(end_ids(loaded.model, loaded.tokenizer), default=None)
        ids = [row if end is None else [*row, end] for row in ids]
    if len({tuple(row) for row in ids}) < len(ids) or not all(choices):
        raise ValueError(f"choices must differ and not be empty: {', '.join(choices)}")
    return ids


def _ends_a_line(tokenizer: Any, prompt: str) -> bool:
    control = any(prompt.endswith(str(t)) for t in tokenizer.added_tokens_encoder)
    return control or prompt[-1:].isspace() or not prompt


def _following(tokenizer: Any, prompt: str, label: str) -> list[int]:
    """The label's own tokens, cut as after the end of this prompt."""
    special = adds_begin(tokenizer, prompt)
    before = tokenizer(prompt, add_special_tokens=special)["input_ids"]
    both = tokenizer(prompt + label, add_special_tokens=special)["input_ids"]
    if both[: len(before)] == before:
        return list(both[len(before) :])
    return list(tokenizer(label, add_special_tokens=False)["input_ids"])


def _later_tokens(
    loaded: Loaded, inputs: Mapping[str, Any], cache: Any, labels: list[list[list[int]]]
) -> torch.Tensor:
    """Log probabilities (B,K) of each choice's second and later tokens, from one shared prompt."""
    rows, count = len(labels), len(labels[0])
    flat = [ids for row in labels for ids in row]
    repeated = repeat_cache(loaded, cache, count)
    prompt = {
        name: inputs[name].repeat_interleave(count, dim=0)
        for name in ("input_ids", "attention_mask")
    }
    step = decode(
        loaded,
        {**_with_first(prompt, flat), "past_key_values": repeated},
        max_new_tokens=max(map(len, flat)) - 1,
        processors=[_Forced([ids[1:] for ids in flat])],
        with_logits=True,
    )
    sums = [
        sum(float(step.logits[m][n].float().log_softmax(-1)[token]) for m, token in later)
        for n, later in enumerate(list(enumerate(ids[1:])) for ids in flat)
    ]
    return torch.tensor(sums).reshape(rows, count)


def _with_first(prompt: dict[str, torch.Tensor], flat: list[list[int]]) -> dict[str, torch.Tensor]:
    """The prompts with each choice's first token behind them."""
    ids, mask = prompt["input_ids"], prompt["attention_mask"]
    first = torch.tensor([[row[0]] for row in flat], device=ids.device)
    return {
        "input_ids": torch.cat([ids, first], dim=1),
        "attention_mask": torch.cat([mask, torch.ones_like(first)], dim=1),
    }


def repeat_cache(loaded: Loaded, cache: Any, times: int) -> Any:
    """Each row's keys and values `times` times, in place; also what Qwen-VL keeps beside them."""
    cache.batch_repeat_interleave(times)
    deltas = getattr(loaded.model.model, "rope_deltas", None)
    if deltas is not None:
        loaded.model.model.rope_deltas = deltas.repeat_interleave(times, dim=0)
    return cache


class _Forced:
    """A logits processor that writes given tokens, so that the logits after each can be read."""

    supports_continuous_batching = False

    def __init__(self, rows: list[list[int]]) -> None:
        self._rows = rows
        self._step = 0

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        forced = torch.full_like(scores, float("-inf"))
        for n, row in enumerate(self._rows):
            forced[n, row[min(self._step, len(row) - 1)] if row else 0] = 0.0
        self._step += 1
        return forced
