"""Fits VideoTriggerModel on a training set; the loop itself is in `models.trainers.trainer`.

It does not know where samples come from, how a step is computed, or which random numbers are drawn.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.checkpoint import CheckpointHeader, Metrics
from models.trainers.board import Board
from models.trainers.drawing import Places, load_steps
from models.trainers.identity import RunIdentity, identify
from models.trainers.optimization import Optimization
from models.trainers.preparation import checkpoint_header, fit_inputs
from models.trainers.samples import Batch, TrainingSet, stack
from models.trainers.trainer import Trainer
from models.trainers.validation import ValidationClips, measure
from models.video_trigger_model import VideoTriggerModel
from utils.errors import AnnotationError
from utils.settings import Settings


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What is learned from and what is measured on."""

    train: TrainingSet
    val: ValidationClips


class NetworkTrainer(Trainer):
    """Trains the trigger network."""

    optimization: Optimization

    def __init__(self, network: VideoTriggerModel, data: TrainingData, settings: Settings) -> None:
        """Moves the network to the device. Raises AnnotationError where nothing can be learned."""
        if not data.train.clips:
            raise AnnotationError("no training clip could be read")
        super().__init__(Optimization(network, settings), settings, count=len(data.train.clips))
        self.network = network
        self.data = data

    def header(self) -> CheckpointHeader:
        """What the written checkpoints say of themselves."""
        return checkpoint_header(self.settings, self.data.train.clips)

    def identity(self) -> RunIdentity:
        """The settings, clips and computing that decide the weights."""
        clips = [*self.data.train.clips, *self.data.val.clips]
        return identify(self.settings, clips, self.optimization)

    def begin(self, board: Board) -> Metrics:
        """Nothing is known of a network that learned nothing."""
        return {}

    def load_batches(self, done: int) -> Iterator[list[Batch]]:
        """The batches of each step after `done`; the first fits the motion scale before them."""
        if done == 0:
            fit_inputs(self.network, self.data.train, self.settings.training.seed)
        places = Places(self.data.train.weights, self.schedule, self.accelerator.process_index)
        return load_steps(self.data.train, places, done, stack)

    def measure(self, step: int, board: Board) -> Metrics:
        """The drives protocol on the validation clips."""
        if not self.data.val.clips:
            return {}
        scored = self.data.val.scored(self.network)
        metrics = measure(scored, self.settings.events)
        board.validation(step, scored, metrics)
        return metrics

    def write(self, folder: Path, metrics: Metrics) -> None:
        """The network's checkpoint."""
        self.network.save(folder, self.header(), metrics)
