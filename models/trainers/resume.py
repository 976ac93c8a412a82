"""The state that training goes on from: network, optimizer, epoch, loss, settings.

Tensors lie in resume.safetensors, the rest in resume.json beside it; nothing is pickled.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import Field, JsonValue, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from utils.atomic import atomic_path
from utils.errors import CheckpointError
from utils.settings import Section

TENSORS_FILE = "resume.safetensors"
FACTS_KEY = "facts"


class ResumeFacts(Section):
    """Everything of the state that is not a tensor."""

    epoch: int = Field(ge=0, description="epochs that are done")
    step: int = Field(ge=0)
    loss: float
    best_metric: float
    metadata: dict[str, JsonValue] = Field({}, description="the settings of the run")


@dataclass(frozen=True, slots=True)
class TrainingState:
    """The two things that training changes."""

    network: nn.Module
    optimizer: torch.optim.Optimizer

    def save(self, folder: Path, facts: ResumeFacts) -> None:
        """Write one file, wholly or not at all. Raises OutputError."""
        tensors = {f"network.{k}": v for k, v in self.network.state_dict().items()}
        for index, values in self.optimizer.state_dict()["state"].items():
            for name, value in values.items():
                tensors[f"optimizer.{index}.{name}"] = torch.as_tensor(value)
        plain = {k: v.detach().cpu().contiguous() for k, v in tensors.items()}
        text = json.dumps(facts.model_dump(mode="json"))
        with atomic_path(folder / TENSORS_FILE) as temporary:
            save_file(plain, temporary, metadata={FACTS_KEY: text})

    def load(self, folder: Path) -> ResumeFacts:
        """Put the saved state back. Raises CheckpointError where it is absent or does not fit."""
        path = folder / TENSORS_FILE
        tensors, facts = _read(path)
        own = self.network.state_dict()
        network = {k.removeprefix("network."): v for k, v in tensors.items() if k[:8] == "network."}
        if {k: v.shape for k, v in own.items()} != {k: v.shape for k, v in network.items()}:
            raise CheckpointError(f"{path}: it was written by a network of another shape")
        self.network.load_state_dict(network)
        saved = self.optimizer.state_dict()
        self.optimizer.load_state_dict({**saved, "state": _optimizer_state(tensors)})
        return facts


def _read(path: Path) -> tuple[dict[str, Tensor], ResumeFacts]:
    try:
        with safe_open(path, framework="pt") as file:
            text = (file.metadata() or {}).get(FACTS_KEY, "")
        return load_file(path), ResumeFacts.model_validate_json(text)
    except (OSError, SafetensorError, ValidationError) as error:
        raise CheckpointError(f"cannot resume from {path}: {str(error)[:200]}") from error


def _optimizer_state(tensors: dict[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        kind, _, rest = key.partition(".")
        if kind == "optimizer":
            index, _, name = rest.partition(".")
            state.setdefault(int(index), {})[name] = value
    return state
