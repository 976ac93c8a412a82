"""Runs a loaded transformers model greedily on one batch and reads the replies.

Inputs are what a processor gives: input_ids (B,L) left-padded, attention_mask, pictures; with
`past_key_values` for leading tokens that were computed before.
Dims: B requests, L prompt tokens, N new tokens, V vocabulary.
"""

import logging
import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from models.chats.constrained import SchemaConstraint
from models.chats.hardware import SMALLER
from models.interfaces import ChatReply, ChatRequest
from utils.errors import ModelUnavailableError

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Loaded:
    """A model with its tokenizer, ready to generate. processor: None for a text-only model."""

    name: str
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
def generate(
    loaded: Loaded, inputs: Mapping[str, Any], requests: Sequence[ChatRequest]
) -> list[ChatReply]:
    """One reply per row of `inputs`, by greedy decoding; rows with a schema can write only that.

    Raises ModelUnavailableError where memory runs out.
    """
    start = time.perf_counter()
    ends = end_ids(loaded.model, loaded.tokenizer)
    constraint = _constraint(loaded, ends, requests)
    longest = max(request.max_new_tokens for request in requests)
    output = decode(loaded, inputs, max_new_tokens=longest, processors=constraint)
    new_ids = output.sequences[:, inputs["input_ids"].shape[1] :].tolist()
    seconds = (time.perf_counter() - start) / len(requests)
    return [
        _reply(
            loaded.tokenizer,
            row[: request.max_new_tokens],
            ends,
            seconds=seconds,
            constrained=bool(constraint and request.json_schema),
        )
        for row, request in zip(new_ids, requests, strict=True)
    ]


@torch.inference_mode()
def decode(
    loaded: Loaded,
    inputs: Mapping[str, Any],
    *,
    max_new_tokens: int,
    processors: Sequence[Any] = (),
    with_logits: bool = False,
) -> Any:
    """The library's output: sequences (B,L+N), past_key_values, logits (N of (B,V)) if asked for.

    Raises ModelUnavailableError where memory runs out.
    """
    from transformers import LogitsProcessorList

    rows, length = inputs["input_ids"].shape
    with memory_advice(loaded.name, rows, length):
        return loaded.model.generate(
            **inputs,
            max_new_tokens=max_new_tokens,
            do_sample=False,
            num_beams=1,
            temperature=None,
            top_p=None,
            top_k=None,
            pad_token_id=loaded.tokenizer.pad_token_id,
            eos_token_id=sorted(end_ids(loaded.model, loaded.tokenizer)) or None,
            logits_processor=LogitsProcessorList(processors),
            return_dict_in_generate=True,
            output_logits=with_logits,
        )


def _constraint(
    loaded: Loaded, ends: set[int], requests: Sequence[ChatRequest]
) -> list[SchemaConstraint]:
    schemas = [request.json_schema for request in requests]
    if not any(schemas) or not loaded.tokenizer.is_fast or not ends:
        return []
    return [SchemaConstraint(loaded.tokenizer, schemas, ends)]


def _reply(
    tokenizer: Any, ids: list[int], ends: set[int], *, seconds: float, constrained: bool
) -> ChatReply:
    stop = next((n for n, token in enumerate(ids) if token in ends), None)
    text = tokenizer.decode(
        ids[:stop], skip_special_tokens=True, clean_up_tokenization_spaces=False
    )
    return ChatReply(text.strip(), stop is not None, seconds, constrained=constrained)


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


def batches(kinds: Sequence[Hashable], batch_size: int) -> Iterator[list[int]]:
    """Row numbers in batches of equal `kinds`, each at most `batch_size`."""
    for kind in dict.fromkeys(kinds):
        rows = [row for row, other in enumerate(kinds) if other == kind]
        for start in range(0, len(rows), batch_size):
            yield rows[start : start + batch_size]
