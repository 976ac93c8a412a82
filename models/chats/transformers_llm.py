"""A text-only language model of transformers as a Chat: it reads the facts and sees no frame."""

from dataclasses import replace

from models.chats.generation import Loaded, adds_begin
from models.chats.loading import load_llm
from models.chats.prompts import control_tokens, conversation, render
from models.chats.transformers_chat import TransformersChat, reply_to
from models.interfaces import ChatReply, ChatRequest
from utils.errors import ModelUnavailableError


class TransformersLlmChat(TransformersChat):
    """A local language model; frames of a request are ignored."""

    sees_frames = False

    def _load(self) -> Loaded:
        return load_llm(self.settings)

    def _frame_count(self, request: ChatRequest) -> int:
        return 0

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
        return reply_to(loaded, inputs.to(loaded.device), requests, prompts=prompts)


def _blind(request: ChatRequest) -> ChatRequest:
    return replace(request, frames=None)
