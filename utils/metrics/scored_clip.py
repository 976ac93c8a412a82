"""A labelled clip beside the track that a trigger gave it: what every protocol starts from."""

from dataclasses import dataclass

from utils.clip import ScoreTrack
from utils.labeled_clip import LabeledClip


@dataclass(frozen=True, slots=True)
class ScoredClip:
    """A labelled clip and the track a trigger gave it."""

    clip: LabeledClip
    track: ScoreTrack
