"""Where a run stands, as functions of the number of optimizer steps done, and of nothing else.

So a run that goes on from step N does what the uninterrupted one did there. Nothing here knows
the network or the samples.
"""

import math
from dataclasses import dataclass

import numpy as np

from utils.settings import TrainingSettings


@dataclass(frozen=True, slots=True)
class Schedule:
    """clips: how many there are to learn from. processes: how many train together."""

    training: TrainingSettings
    clips: int
    processes: int = 1

    @property
    def samples_per_step(self) -> int:
        """Samples of one optimizer step over all batches and processes."""
        training = self.training
        return training.batch_size * training.gradient_accumulation_steps * self.processes

    @property
    def steps_per_epoch(self) -> int:
        """An epoch has at least as many samples as there are clips."""
        return math.ceil(self.clips / self.samples_per_step)

    @property
    def total_steps(self) -> int:
        """The steps of the whole run."""
        return self.training.num_epochs * self.steps_per_epoch

    def epoch(self, step: int) -> int:
        """Whole epochs that are done after so many steps."""
        return step // self.steps_per_epoch

    def ends_epoch(self, step: int) -> bool:
        """Whether an epoch is complete after so many steps."""
        return step % self.steps_per_epoch == 0

    def validates(self, step: int) -> bool:
        """Whether the network is measured after so many steps; always after the last."""
        return self._every(self.training.validate_every, step)

    def writes_checkpoint(self, step: int) -> bool:
        """Whether a checkpoint of this epoch is written after so many steps."""
        return self._every(self.training.save_every, step) and step < self.total_steps

    def writes_state(self, step: int) -> bool:
        """Whether the state is written after so many steps."""
        return step % self.training.resume_every_steps == 0 or self.validates(step)

    def learning_rate(self, step: int) -> float:
        """Of the step after so many steps: linear warm-up times a cosine to 0 at the last one."""
        share = math.ceil(self.training.warmup_share * self.total_steps)
        warm = min(1.0, (step + 1) / max(1, self.training.warmup_steps, share))
        fall = 0.5 + 0.5 * math.cos(math.pi * min(1.0, step / max(1, self.total_steps)))
        return self.training.learning_rate * warm * fall

    def torch_seed(self, step: int, process: int) -> int:
        """What seeds torch's generators, and so dropout, in the step after so many steps."""
        words = np.random.SeedSequence([self.training.seed, step, process])
        return int(words.generate_state(1, np.uint64)[0] >> np.uint64(1))

    def _every(self, epochs: int, step: int) -> bool:
        last = step >= self.total_steps
        return self.ends_epoch(step) and (last or self.epoch(step) % epochs == 0)
