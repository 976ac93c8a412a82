"""What every probe gets: a trigger, held-out clips with frames and scores, traces of all clips.

Frames are decoded as the product does. Nothing here judges. T frames.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.interfaces import Trigger
from models.trust.traces import ClipTrace, trace
from utils.clip import Clip, Frames, Sampling, ScoreTrack, join_tracks
from utils.errors import VideoError
from utils.labeled_clip import LabeledClip
from utils.metrics.scored_clip import ScoredClip
from utils.settings import EventSettings
from utils.video import open_frames

log = logging.getLogger(__name__)

MAX_CLIP_S = 90.0
Loader = Callable[[LabeledClip, Sampling], Clip]


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """A clip's frames at the trigger's rate and size, and what the trigger says of them."""

    clip: LabeledClip
    frames: Clip
    track: ScoreTrack

    @property
    def scored(self) -> ScoredClip:
        """The clip with its own scores."""
        return ScoredClip(self.clip, self.track)


@dataclass(frozen=True, slots=True)
class Subject:
    """A trigger under examination.

    held_out: clips that it was not trained on, with frames. traces: all clips, trained on or not.
    """

    trigger: Trigger
    held_out: Sequence[Footage]
    traces: Sequence[ClipTrace]
    events: EventSettings
    load: Loader

    def score(self, clip: Clip) -> ScoreTrack:
        """The track of these frames."""
        return join_tracks(list(self.trigger.score([clip])))

    def rescore(self, footage: Footage, frames: Frames) -> ScoredClip:
        """The clip's scores with other frames (T,H,W,3) at the same times."""
        return ScoredClip(footage.clip, self.score(replace(footage.frames, frames=frames)))

    @property
    def crashes(self) -> list[Footage]:
        """The held-out crash clips whose moment is known."""
        return [f for f in self.held_out if f.clip.first_event_s is not None]


def load_frames(clip: LabeledClip, sampling: Sampling) -> Clip:
    """The first MAX_CLIP_S seconds of a clip, sampled. Raises VideoError."""
    most = int(MAX_CLIP_S * sampling.rate_fps)
    with open_frames(clip.path, frame_rate=clip.frame_rate, names=clip.frame_names) as video:
        pieces = list(video.sample(sampling, max_frames=most))
    if not pieces:
        raise VideoError(f"{clip.path.name}: no picture could be read")
    return replace(
        pieces[0],
        frames=np.concatenate([p.frames for p in pieces]),
        times_s=np.concatenate([p.times_s for p in pieces]),
        frame_indices=np.concatenate([p.frame_indices for p in pieces]),
    )


def prepare(
    trigger: Trigger, clips: Iterable[LabeledClip], events: EventSettings, load: Loader
) -> Iterator[str | Subject]:
    """Lines about the clips as they are read and scored and, last, the subject."""
    held_out: list[Footage] = []
    traces: list[ClipTrace] = []
    for clip in clips:
        try:
            frames = load(clip, trigger.sampling)
            track = join_tracks(list(trigger.score([frames])))
        except VideoError as error:
            log.warning("left out: %s", error)
            continue
        traces.append(trace(clip, frames, track))
        if clip.split != "train":
            held_out.append(Footage(clip, frames, track))
        yield f"{len(traces)} clips read"
    yield Subject(trigger, held_out, traces, events, load)
