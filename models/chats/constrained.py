"""Decoding that can write nothing but JSON of a schema: a mask over the vocabulary per step.

The grammar engine is llguidance; what the answers mean is not known here.
Dims: B rows, L tokens so far, V vocabulary.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from llguidance import LLMatcher, LLTokenizer
from llguidance.hf import from_tokenizer

# Free white space would let a model write line breaks up to its last token.
COMPACT: Any = {"whitespace_flexible": False}


class SchemaConstraint:
    """A logits processor for one batch: one schema, or None for free text, per row.

    After the end of the JSON only the tokens `ends` are possible. Raises ValueError for a schema
    that the engine does not know.
    """

    supports_continuous_batching = False

    def __init__(
        self, tokenizer: Any, schemas: Sequence[Mapping[str, Any] | None], ends: Iterable[int]
    ) -> None:
        self._tokenizer = tokenizer
        self._schemas = schemas
        self._ends = tuple(sorted(ends))
        self._matchers: list[LLMatcher | None] = []

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Scores (B,V) with -inf where a token would break a row's schema; input_ids (B,L)."""
        if not self._matchers:
            engine = _engine(self._tokenizer, scores.shape[1], self._ends)
            self._matchers = [_matcher(engine, schema) for schema in self._schemas]
        else:
            self._consume(input_ids[:, -1].tolist())
        bias = np.stack([self._row_bias(matcher, scores.shape[1]) for matcher in self._matchers])
        allowed = torch.from_numpy(bias).to(scores.device)
        return scores.masked_fill(~allowed, float("-inf"))

    def _consume(self, tokens: list[int]) -> None:
        for matcher, token in zip(self._matchers, tokens, strict=True):
            if matcher is not None and not matcher.is_stopped():
                matcher.consume_token(token)

    def _row_bias(self, matcher: LLMatcher | None, size: int) -> np.ndarray:
        """Which of `size` tokens may come next in this row."""
        if matcher is None:
            return np.ones(size, dtype=bool)
        allowed = np.zeros(size, dtype=bool)
        if matcher.is_stopped():
            allowed[list(self._ends)] = True
        else:
            mask = np.frombuffer(matcher.compute_logit_bias(), dtype=np.uint8)[:size]
            allowed[: len(mask)] = mask > 0
        return allowed


@lru_cache(maxsize=2)
def _engine(tokenizer: Any, size: int, ends: tuple[int, ...]) -> LLTokenizer:
    """The tokenizer as the grammar engine reads it: 0.3 s for 49 thousand tokens, so kept."""
    return from_tokenizer(tokenizer, n_vocab=size, eos_token=list(ends))


def _matcher(engine: LLTokenizer, schema: Mapping[str, Any] | None) -> LLMatcher | None:
    if schema is None:
        return None
    text = json.dumps(schema)
    matcher = LLMatcher(engine, _grammar(text))
    if matcher.is_error():
        raise ValueError(f"no grammar for this schema: {matcher.get_error()}: {text[:300]}")
    return matcher


@lru_cache(maxsize=32)
def _grammar(schema: str) -> str:
    return LLMatcher.grammar_from_json_schema(schema, overrides=COMPACT)
