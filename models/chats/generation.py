"""Runs a loaded transformers model greedily on one batch and reads the replies.

Dims: B requests, L prompt tokens, N new tokens.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from models.chats.hardware import SMALLER
from models.interfaces import ChatReply, ChatRequest
from utils.errors import ModelUnavailableError

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Loaded:
    """A model with its tokenizer, ready to generate. processor: None for a text-only model."""

    model: Any
    tokenizer: Any
    processor: Any = None

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return torch.device(self.model.device)

    @property
    def context_tokens(self) -> int | None:
        """How many tokens prompt and reply may have together; None where it is not written."""
        text = self.model.config.get_text_config()
        return getattr(text, "max_position_embeddings", None)


def prepare_tokenizer(tokenizer: Any) -> None:
    """Pad on the left, so that all rows of a batch end where their answers begin."""
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token


def adds_begin(tokenizer: Any, prompt: str) -> bool:
    """Whether the tokenizer must add its special tokens: not where the template wrote them."""
    begin = tokenizer.bos_token
    return not (begin and prompt.startswith(begin))


def end_ids(model: Any, tokenizer: Any) -> set[int]:
    """The token ids that end a reply."""
    ends = model.generation_config.eos_token_id
    ids = set(ends) if isinstance(ends, list | tuple) else {ends}
    return {int(i) for i in ids | {tokenizer.eos_token_id} if i is not None}


@torch.inference_mode()
def generate(loaded: Loaded, inputs: Any, requests: Sequence[ChatRequest]) -> list[ChatReply]:
    """One reply per row of `inputs` (input_ids (B,L), left-padded), by greedy decoding.

    Raises ModelUnavailableError where memory runs out.
    """
    start = time.perf_counter()
    model, tokenizer = loaded.model, loaded.tokenizer
    ends = end_ids(model, tokenizer)
    with memory_advice(model.name_or_path, len(requests), inputs["input_ids"].shape[1]):
        output = model.generate(
            **inputs.to(loaded.device),
            max_new_tokens=max(request.max_new_tokens for request in requests),
            do_sample=False,
            num_beams=1,
            temperature=None,
            top_p=None,
            top_k=None,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=sorted(ends) or None,
        )
    new_ids = output[:, inputs["input_ids"].shape[1] :].tolist()
    seconds = (time.perf_counter() - start) / len(requests)
    return [
        _reply(tokenizer, row[: request.max_new_tokens], ends, seconds=seconds)
        for row, request in zip(new_ids, requests, strict=True)
    ]


def _reply(tokenizer: Any, ids: list[int], ends: set[int], *, seconds: float) -> ChatReply:
    stop = next((n for n, token in enumerate(ids) if token in ends), None)
    text = tokenizer.decode(ids[:stop], skip_special_tokens=True)
    return ChatReply(text=text.strip(), complete=stop is not None, seconds=seconds)


@contextmanager
def memory_advice(name: str, rows: int, tokens: int) -> Iterator[None]:
    """Turns an out-of-memory error into a ModelUnavailableError that says what to lower."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        raise ModelUnavailableError(
            f"memory ran out in {name} ({rows} events of {tokens} tokens at once): lower "
            f"describer.batch_size, describer.frames_per_event or describer.llava_image_size, "
            f"{SMALLER}"
        ) from error


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return any(words in str(error).lower() for words in ("out of memory", "can't allocate"))


def batches(sizes: Sequence[int], batch_size: int) -> Iterator[list[int]]:
    """Row numbers in batches of equal `sizes` (frames per request), each at most `batch_size`."""
    for size in sorted(set(sizes)):
        rows = [row for row, other in enumerate(sizes) if other == size]
        for start in range(0, len(rows), batch_size):
            yield rows[start : start + batch_size]
