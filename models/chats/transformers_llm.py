"""A text-only language model of transformers as a Chat: it reads the facts and sees no frame."""

import threading
from collections.abc import Sequence

from models.chats.generation import Loaded, adds_begin, batches, generate
from models.chats.loading import TransformersChatSettings, load_llm
from models.chats.prompts import control_tokens, conversation, render
from models.chats.weights import short_name
from models.interfaces import ChatReply, ChatRequest
from utils.errors import ModelUnavailableError


class TransformersLlmChat:
    """A local language model; frames of a request are ignored."""

    sees_frames = False

    def __init__(self, settings: TransformersChatSettings) -> None:
        self.settings = settings
        self.name = short_name(settings.model)
        self._loaded: Loaded | None = None
        self._lock = threading.RLock()  # tokenizers do not bear two threads

    def prepare(self) -> Loaded:
        """Load the weights now; asking does this by itself. Raises ModelUnavailableError."""
        with self._lock:
            if self._loaded is None:
                self._loaded = load_llm(self.settings)
            return self._loaded

    def ask(self, requests: Sequence[ChatRequest]) -> list[ChatReply]:
        """One reply per request, in order.

        Raises ModelUnavailableError where the model cannot be loaded, memory runs out, or a
        question is longer than the model's context.
        """
        loaded = self.prepare()
        replies: dict[int, ChatReply] = {}
        for rows in batches([0] * len(requests), self.settings.batch_size):
            with self._lock:
                answers = self._ask_batch(loaded, [requests[row] for row in rows])
            replies.update(zip(rows, answers, strict=True))
        return [replies[row] for row in range(len(requests))]

    def _ask_batch(self, loaded: Loaded, requests: list[ChatRequest]) -> list[ChatReply]:
        tokenizer = loaded.tokenizer
        controls = control_tokens(tokenizer)
        prompts = [render(tokenizer, conversation(_blind(r), controls)) for r in requests]
        inputs = tokenizer(
            prompts,
            padding=True,
            return_tensors="pt",
            return_token_type_ids=False,
            add_special_tokens=adds_begin(tokenizer, prompts[0]),
        )
        longest = inputs["input_ids"].shape[1] + max(r.max_new_tokens for r in requests)
        if loaded.context_tokens is not None and longest > loaded.context_tokens:
            raise ModelUnavailableError(
                f"the question and its reply need {longest} tokens, {self.name} has "
                f"{loaded.context_tokens}: shorten describer.prompt or describer.max_new_tokens"
            )
        return generate(loaded, inputs, requests)


def _blind(request: ChatRequest) -> ChatRequest:
    return ChatRequest(
        text=request.text, system=request.system, max_new_tokens=request.max_new_tokens
    )
