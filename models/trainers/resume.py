"""The state that training goes on from: network, optimizer, and where the run stood.

One file, resume.safetensors, holds the tensors and, as JSON in its header, the rest; nothing is
pickled. No random state is kept, since everything random is a function of the step. While the
file is written, the one before stays whole.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import Field, JsonValue, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from models.checkpoint import Metrics
from models.trainers.identity import RunIdentity
from models.trainers.steps import StepOptimizer
from utils.atomic import atomic_write_bytes
from utils.errors import CheckpointError
from utils.folder_lock import LOCK_FILE
from utils.settings import Section

STATE_FILE = "resume.safetensors"
FACTS_KEY = "facts"


class ResumeFacts(Section):
    """Everything of the state that is not a tensor."""

    identity: RunIdentity
    metadata: dict[str, JsonValue] = Field({}, description="for readers: the describer's name")
    step: int = Field(0, ge=0, description="optimizer steps done")
    epoch: int = Field(0, ge=0, description="whole epochs done")
    loss: float | None = Field(None, description="mean of the last whole epoch")
    loss_sum: float = Field(0.0, description="over the steps of the epoch under way")
    loss_steps: int = Field(0, ge=0, description="how many steps that sum is of")
    skipped: int = Field(0, ge=0, description="steps without a finite loss")
    skipped_in_a_row: int = Field(0, ge=0)
    before: Metrics = Field({}, description="figures from before the first step")
    metrics: Metrics = Field({}, description="of the last validation")
    best: float | None = Field(None, description="the best value of best_metric so far")
    without_gain: int = Field(0, ge=0, description="validations since then")
    scaler: dict[str, float] | None = Field(None, description="the loss scale of float16")


@dataclass(frozen=True, slots=True)
class TrainingState:
    """What training changes, in a run's folder."""

    optimization: StepOptimizer
    folder: Path

    @property
    def path(self) -> Path:
        """The state's file."""
        return self.folder / STATE_FILE

    def save(self, facts: ResumeFacts) -> None:
        """Write the state, wholly or not at all. Raises OutputError."""
        network, optimizer = self.optimization.network, self.optimization.optimizer
        tensors = {f"network.{k}": v for k, v in network.state_dict().items()}
        for index, values in optimizer.state_dict()["state"].items():
            for name, value in values.items():
                tensors[f"optimizer.{index}.{name}"] = torch.as_tensor(value)
        plain = {k: v.detach().cpu().contiguous() for k, v in tensors.items()}
        scaler = self.optimization.scaler
        if scaler is not None:
            facts = facts.model_copy(update={"scaler": scaler.state_dict()})
        text = json.dumps(facts.model_dump(mode="json"))
        # save_file would tell a full disk as an error of its own, without the system's number
        atomic_write_bytes(self.path, save(plain, metadata={FACTS_KEY: text}))

    def load(self, identity: RunIdentity, *, allow_mismatch: bool = False) -> ResumeFacts:
        """Put the saved state back. allow_mismatch: also into a run with other settings.

        Raises CheckpointError where it is absent, damaged or of another run; the message lists
        what differs.
        """
        tensors, facts = _read(self.path)
        different = identity.differences(facts.identity)
        if different and not allow_mismatch:
            raise CheckpointError(
                f"cannot resume from {self.path}: another run wrote it: {'; '.join(different)}; "
                "make it the same again, or go on anyway with --allow-mismatch"
            )
        self._put_back(tensors)
        if facts.scaler is not None and self.optimization.scaler is not None:
            self.optimization.scaler.load_state_dict(facts.scaler)
        return facts.model_copy(update={"identity": identity})

    def _put_back(self, tensors: dict[str, Tensor]) -> None:
        network, optimizer = self.optimization.network, self.optimization.optimizer
        own = network.state_dict()
        found = {k.removeprefix("network."): v for k, v in tensors.items() if k[:8] == "network."}
        if {k: v.shape for k, v in own.items()} != {k: v.shape for k, v in found.items()}:
            raise CheckpointError(f"{self.path}: it was written by a network of another shape")
        network.load_state_dict(found)
        saved = optimizer.state_dict()
        optimizer.load_state_dict({**saved, "state": _optimizer_state(tensors)})


def find_run(folder: Path) -> Path:
    """The folder of a run that was begun. Raises CheckpointError where there is none."""
    found = folder.parent if folder.name == STATE_FILE else folder
    if not any((found / name).is_file() for name in (STATE_FILE, LOCK_FILE)):
        raise CheckpointError(f"cannot resume: no run was begun in {found}; give a run's folder")
    return found


def _read(path: Path) -> tuple[dict[str, Tensor], ResumeFacts]:
    if not path.is_file():
        raise CheckpointError(
            f"cannot resume: no {path.name} in {path.parent}; give a run's folder"
        )
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
