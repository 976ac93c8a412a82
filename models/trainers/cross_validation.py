"""Cross-validation over the training clips: every clip is scored by a network that never saw it.

Folds keep the clips of one source together and share the crash clips evenly.
"""

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from models.trainers.encoded import EncodedCorpus, encoded_data
from models.trainers.network import NetworkTrainer
from models.trainers.preparation import new_network
from models.trainers.validation import EncodedValidation
from utils.labeled_clip import LabeledClip
from utils.metrics.scored_clip import ScoredClip
from utils.settings import Settings


def assign_folds(clips: Sequence[LabeledClip], count: int) -> list[int]:
    """The fold of each clip; clips of one group share a fold, crashes are spread evenly."""
    sizes: dict[str, float] = {}
    for clip in clips:
        sizes[clip.group] = sizes.get(clip.group, 0.0) + (1.0 if clip.kind == "crash" else 0.3)
    loads = np.zeros(count)
    folds: dict[str, int] = {}
    for group in sorted(sizes, key=lambda g: (-sizes[g], g)):
        fold = int(np.argmin(loads))
        folds[group] = fold
        loads[fold] += sizes[group]
    return [folds[clip.group] for clip in clips]


def cross_validate(
    corpus: EncodedCorpus, settings: Settings, *, folds: int = 5
) -> Iterator[list[ScoredClip]]:
    """The training clips of each fold, scored by a network trained on the other folds."""
    fold_of = assign_folds([c.clip for c in corpus.train], folds)
    rate = settings.data.frame_sampling_rate
    for fold in range(folds):
        rows = list(zip(corpus.train, corpus.weights, fold_of, strict=True))
        held_out = EncodedValidation([c for c, _, f in rows if f == fold], rate)
        rest = EncodedCorpus(
            [c for c, _, f in rows if f != fold], [w for _, w, f in rows if f != fold], []
        )
        network = new_network(settings)
        trainer = NetworkTrainer(network, encoded_data(network, rest, settings), settings)
        deque(trainer.optimize(), maxlen=0)
        yield held_out.scored(network)
