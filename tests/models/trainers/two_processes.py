"""A small training run that is started in several processes; not a test by itself."""

import sys
from pathlib import Path

import torch

from tests.models.trainers.training_factory import small_trainer


def main(folder: Path) -> None:
    """Train with half the batch in each of two processes, without dropout."""
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    trainer = small_trainer(folder, batch_size=2)
    for module in trainer.network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    trainer.fit()
    assert not torch.distributed.is_initialized(), "the processes' group was not left"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
