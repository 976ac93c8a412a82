"""A vision-language model with a classifier as a Chat: it says yes or no, with a probability."""

import time
from collections.abc import Sequence
from pathlib import Path

from models.adapters import read_adapter
from models.chats.generation import Loaded
from models.chats.loading import TransformersChatSettings
from models.chats.transformers_vlm import TransformersVlmChat
from models.clip_classifier import ClipClassifier, hidden_size, risk
from models.interfaces import ChatReply, ChatRequest
from utils.answers import YesNo
from utils.errors import ModelUnavailableError


class ClassifierChat(TransformersVlmChat):
    """Answers yes-or-no questions from the pooled representation; it cannot answer others.

    The question that it was trained on decides what yes means, whatever a request asks.
    """

    def __init__(self, settings: TransformersChatSettings) -> None:
        super().__init__(settings)
        self._classifier: ClipClassifier | None = None

    def _load(self) -> Loaded:
        loaded = super()._load()
        adapter = read_adapter(Path(self.settings.adapter))
        classifier = ClipClassifier(hidden_size(loaded.model))
        classifier.load_state_dict(adapter.classifier())
        self._classifier = classifier.to(loaded.device).eval()
        return loaded

    def _ask_batch(self, loaded: Loaded, requests: list[ChatRequest]) -> list[ChatReply]:
        start = time.perf_counter()
        if self._classifier is None or any(r.choices != YesNo.choices for r in requests):
            raise ModelUnavailableError(
                f"{self.name} was trained as a classifier: it answers yes or no and nothing else"
            )
        inputs, _ = self.encoder(loaded).fit(requests)
        risks = risk(loaded.model, self._classifier, inputs)
        seconds = (time.perf_counter() - start) / len(requests)
        return [_reply(p, YesNo.choices, seconds) for p in risks]


def _reply(yes: float, choices: Sequence[str], seconds: float) -> ChatReply:
    return ChatReply(
        text=choices[0] if yes >= 0.5 else choices[1],
        complete=True,
        seconds=seconds,
        choice_scores=(yes, 1 - yes),
        constrained=True,
    )
