"""Labelled clips through a trigger, decoded as the product does: what evaluation starts from."""

import logging
from collections.abc import Iterable, Iterator

from models.interfaces import Trigger
from utils.clip import join_tracks
from utils.errors import VideoError
from utils.labeled_clip import LabeledClip
from utils.metrics.scored_clip import ScoredClip
from utils.video import open_frames

log = logging.getLogger(__name__)


def score_clip(trigger: Trigger, clip: LabeledClip) -> ScoredClip:
    """The trigger's track of one clip. Raises VideoError where it cannot be read."""
    frames = open_frames(clip.path, frame_rate=clip.frame_rate, names=clip.frame_names)
    with frames as video:
        return ScoredClip(clip, join_tracks(list(trigger.score(video.sample(trigger.sampling)))))


def score_clips(trigger: Trigger, clips: Iterable[LabeledClip]) -> Iterator[ScoredClip]:
    """The readable clips with their tracks; the others are logged and left out."""
    for clip in clips:
        try:
            yield score_clip(trigger, clip)
        except VideoError as error:
            log.warning("left out: %s", error)
