"""BERTScore of texts, where its weights are on this disk: what `bert-score` gives for English.

That is layer 17 of RoBERTa-large, each token matched with the nearest one of the other text,
without inverse document frequencies and without rescaling (Zhang et al., 2020). Nothing is fetched.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from transformers import AutoModel, AutoTokenizer

from models.chats.weights import is_on_disk, locate
from models.device import pick_device
from utils.clip import Floats

MODEL = "FacebookAI/roberta-large"
LAYERS = 17


class BertScorer:
    """F1 of texts against references. Keeps the vectors of texts that it has seen."""

    def __init__(self, folder: Path, *, layers: int = LAYERS, device: str = "auto") -> None:
        self._device = pick_device(device)
        model = AutoModel.from_pretrained(
            folder, num_hidden_layers=layers, dtype=torch.float32, local_files_only=True
        )
        self._model = model.to(self._device).eval()
        self._tokenizer = AutoTokenizer.from_pretrained(
            folder, add_prefix_space=True, local_files_only=True
        )
        self._seen: dict[str, tuple[Tensor, Tensor]] = {}

    def f1(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """One F1 per pair of reference and answer, (N,); 0 where one of them is empty."""
        each = {pair: self._pair(*pair) for pair in dict.fromkeys(pairs)}
        return np.array([each[pair] for pair in pairs])

    def _pair(self, reference: str, answer: str) -> float:
        if not reference.strip() or not answer.strip():
            return 0.0
        (told, told_counts), (said, said_counts) = self._vectors(reference), self._vectors(answer)
        alike = said @ told.T
        precision = float(alike.max(1).values[said_counts].mean())
        recall = float(alike.max(0).values[told_counts].mean())
        return 2 * precision * recall / (precision + recall)

    @torch.inference_mode()
    def _vectors(self, text: str) -> tuple[Tensor, Tensor]:
        """Unit vectors of the tokens (K, D), and which of them are words and not marks (K,)."""
        if text not in self._seen:
            ids = self._tokenizer.encode(text.strip(), truncation=True, return_tensors="pt")
            vectors = self._model(ids.to(self._device)).last_hidden_state[0]
            marks = (self._tokenizer.cls_token_id, self._tokenizer.sep_token_id)
            words = ~torch.isin(ids[0], torch.tensor(marks)).to(self._device)
            self._seen[text] = (torch.nn.functional.normalize(vectors, dim=-1), words)
        return self._seen[text]


def find_bert_scorer() -> BertScorer | None:
    """The scorer where its weights are on this disk, else None."""
    return BertScorer(locate(MODEL)) if is_on_disk(MODEL) else None
