"""What the chats over transformers share: loading at the first question, batches, one lock."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.chats.generation import Loaded, batches, generate
from models.chats.label_scores import choose
from models.chats.loading import TransformersChatSettings
from models.chats.weights import short_name
from models.interfaces import ChatReply, ChatRequest


class TransformersChat(ABC):
    """A local model that answers in batches; a subclass says how it loads and what it is shown."""

    sees_frames: bool

    def __init__(self, settings: TransformersChatSettings) -> None:
        self.settings = settings
        self.name = short_name(settings.model)
        self._loaded: Loaded | None = None
        self._lock = threading.RLock()  # tokenizers do not bear two threads

    def prepare(self) -> Loaded:
        """Load the weights now; asking does this by itself. Raises ModelUnavailableError."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def ask(self, requests: Sequence[ChatRequest]) -> list[ChatReply]:
        """One reply per request, in order; requests that cost the same share a batch.

        Raises ModelUnavailableError where the model cannot be loaded, memory runs out, or a
        question is longer than the model's context.
        """
        counts = [self._frame_count(request) for request in requests]
        loaded = self.prepare()
        replies: dict[int, ChatReply] = {}
        for rows in self._batches(requests, counts):
            with self._lock:
                answers = self._ask_batch(loaded, [requests[row] for row in rows])
            replies.update(zip(rows, answers, strict=True))
        return [replies[row] for row in range(len(requests))]

    def _batches(
        self, requests: Sequence[ChatRequest], counts: Sequence[int]
    ) -> Iterator[list[int]]:
        """Rows with equally many frames and the same choices, at most `batch_size` together."""
        kinds = [(count, r.choices) for count, r in zip(counts, requests, strict=True)]
        return batches(kinds, self.settings.batch_size)

    @abstractmethod
    def _load(self) -> Loaded:
        """Model and processor on their device."""

    @abstractmethod
    def _frame_count(self, request: ChatRequest) -> int:
        """Frames of the request that the model will be shown."""

    @abstractmethod
    def _ask_batch(self, loaded: Loaded, requests: list[ChatRequest]) -> list[ChatReply]:
        """Replies to requests that one of `_batches` put together."""


def reply_to(
    loaded: Loaded,
    inputs: Mapping[str, Any],
    requests: Sequence[ChatRequest],
    *,
    prompts: Sequence[str],
) -> list[ChatReply]:
    """Replies to one batch, written or chosen; all requests have the same choices or none."""
    if requests[0].choices:
        return choose(loaded, inputs, requests, prompts=prompts)
    return generate(loaded, inputs, requests)
