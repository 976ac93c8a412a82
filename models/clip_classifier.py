"""Yes or no from the pooled representation of a vision-language model, instead of in words.

Dims: B rows, L tokens, D hidden size.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn


class ClipClassifier(nn.Module):
    """The mean of the last hidden states over all tokens, and one linear layer."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.linear = nn.Linear(hidden_size, 1)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Logits (B,) from hidden states (B,L,D); mask (B,L) is 1 where a token counts."""
        weights = mask[..., None].to(hidden.dtype)
        pooled = (hidden * weights).sum(dim=1) / weights.sum(dim=1)
        logits: Tensor = self.linear(pooled.to(self.linear.weight.dtype))
        return logits[:, 0]


def hidden_states(model: Any, inputs: Mapping[str, Tensor]) -> Tensor:
    """The last hidden states (B,L,D) of a transformers model: what its output layer reads."""
    states: Tensor = model.model(**inputs, use_cache=False).last_hidden_state
    return states


def hidden_size(model: Any) -> int:
    """The width D of the hidden states."""
    return int(model.config.get_text_config().hidden_size)


@torch.inference_mode()
def risk(model: Any, classifier: ClipClassifier, inputs: Mapping[str, Tensor]) -> list[float]:
    """The probability of yes for each row of the inputs."""
    logits = classifier(hidden_states(model, inputs), inputs["attention_mask"])
    return [float(p) for p in torch.sigmoid(logits.float())]
