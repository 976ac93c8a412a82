"""Any vision-language model of transformers as a Chat: LLaVA, SmolVLM2, InternVL3, Qwen-VL.

Frames go in as images with their times in the text. The weights are loaded at the first question.
"""

import logging
from dataclasses import replace
from typing import Any

import numpy as np

from models.chats.generation import Loaded, adds_begin, generate
from models.chats.loading import load_vlm
from models.chats.prompts import (
    MAX_FRAMES,
    control_tokens,
    conversation,
    image_marks,
    pictures,
    render,
)
from models.chats.transformers_chat import TransformersChat
from models.interfaces import ChatReply, ChatRequest
from utils.errors import ModelUnavailableError

log = logging.getLogger(__name__)

TILE_OPTIONS = ("do_image_splitting", "crop_to_patches")  # SmolVLM; InternVL


class TransformersVlmChat(TransformersChat):
    """A local vision-language model that answers questions about up to eight frames."""

    sees_frames = True

    def _load(self) -> Loaded:
        return load_vlm(self.settings)

    def _frame_count(self, request: ChatRequest) -> int:
        """Raises ValueError for more than eight frames."""
        count = _frame_count(request)
        if count > MAX_FRAMES:
            raise ValueError(f"a request has {count} frames; at most {MAX_FRAMES} are taken")
        return count

    def _ask_batch(self, loaded: Loaded, requests: list[ChatRequest]) -> list[ChatReply]:
        inputs, asked = self._fit(loaded, requests)
        return generate(loaded, inputs, asked)

    def _fit(self, loaded: Loaded, requests: list[ChatRequest]) -> tuple[Any, list[ChatRequest]]:
        """Model inputs within the context; frames are left out evenly where it is too small.

        Cutting the tokens instead would cut a picture in two. LLaVA-1.5 has 4096 tokens and
        spends 576 on a frame: six fit.
        """
        inputs = self._encode(loaded, requests)
        while (excess := _excess(loaded, inputs, requests)) > 0:
            count = _frame_count(requests[0])
            if count < 2:
                raise ModelUnavailableError(
                    f"the question is {excess} tokens too long for {self.name}: lower "
                    "describer.llava_image_size or shorten describer.prompt"
                )
            kept = min(count - 1, count - -(-excess // _tokens_per_frame(loaded, inputs, count)))
            kept = max(kept, 1)
            log.warning("%s sees %d of %d frames: its context is full", self.name, kept, count)
            requests = [_thin(request, kept) for request in requests]
            inputs = self._encode(loaded, requests)
        return inputs, requests

    def _encode(self, loaded: Loaded, requests: list[ChatRequest]) -> Any:
        processor = loaded.processor
        controls = control_tokens(loaded.tokenizer, processor)
        marks = image_marks(processor)
        prompts = [render(processor, conversation(r, controls), marks=marks) for r in requests]
        square = _crops_the_middle(processor)
        images = [
            pictures(r.frames.frames, image_size=self.settings.image_size, square=square)
            for r in requests
            if r.frames
        ]
        options = {
            name: self.settings.tiles
            for name in TILE_OPTIONS
            if images and hasattr(processor.image_processor, name)
        }
        return processor(
            text=prompts,
            images=images or None,
            padding=True,
            return_tensors="pt",
            add_special_tokens=adds_begin(loaded.tokenizer, prompts[0]),
            **options,
        )


def _frame_count(request: ChatRequest) -> int:
    return 0 if request.frames is None else len(request.frames)


def _crops_the_middle(processor: Any) -> bool:
    """Whether the processor cuts off the sides of a wide picture, as LLaVA-1.5's does."""
    images = processor.image_processor
    tiled = hasattr(images, "image_grid_pinpoints")
    return bool(getattr(images, "do_center_crop", False)) and not tiled


def _excess(loaded: Loaded, inputs: Any, requests: list[ChatRequest]) -> int:
    """Tokens by which prompt and reply overrun the model's context; not positive where it fits."""
    context = loaded.context_tokens
    if context is None:
        return 0
    new_tokens = max(request.max_new_tokens for request in requests)
    return int(inputs["input_ids"].shape[1]) + new_tokens - context


def _tokens_per_frame(loaded: Loaded, inputs: Any, count: int) -> int:
    mark = image_marks(loaded.processor)[0]
    image_id = loaded.tokenizer.convert_tokens_to_ids(mark)
    per_row = (inputs["input_ids"] == image_id).sum(dim=1).max()
    return max(1, int(per_row) // count)


def _thin(request: ChatRequest, kept: int) -> ChatRequest:
    if request.frames is None:
        return request
    last = len(request.frames) - 1
    rows = np.linspace(0, last, kept) if kept > 1 else np.array([last / 2])
    return replace(request, frames=request.frames.take([round(row) for row in rows.tolist()]))
