"""Chats over tiny checkpoints, with settings that give the same figures on every machine."""

from pathlib import Path
from typing import Any

from models.chats.loading import TransformersChatSettings
from models.chats.transformers_llm import TransformersLlmChat
from models.chats.transformers_vlm import TransformersVlmChat


def make_chat(folder: Path | str, *, text_only: bool = False, **more: Any) -> Any:
    """A chat over that folder: float32 on the processor, three at once, unless `more` differs."""
    settings = TransformersChatSettings(
        str(folder), **{"dtype": "float32", "device": "cpu", "batch_size": 3, **more}
    )
    return TransformersLlmChat(settings) if text_only else TransformersVlmChat(settings)
