"""What a network is to say of each frame: a crash now, or a collision within the next seconds.

Labels: 0 nothing, 1 and up the class, -1 not used. Weights: how much a frame counts in the loss.
Nothing here knows frames or networks. Dims: T frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from utils.clip import Floats, Ints
from utils.errors import AnnotationError
from utils.labeled_clip import QUIET_S, LabeledClip, frame_labels
from utils.settings import Settings

CLASS_TAG = "class"  # the tag of a labelled clip that names its kind of crash
NOTHING = "nothing"
DECAY_S = 1.0  # Chan et al. 2016, https://doi.org/10.1007/978-3-319-54190-7_9, in seconds


@dataclass(frozen=True, slots=True)
class FrameTargets:
    """Labels (T,) and weights (T,)."""

    labels: Ints
    weights: Floats

    def tensors(self) -> tuple[Tensor, Tensor]:
        """Labels (T,) and weights (T,) in float32."""
        return torch.from_numpy(self.labels), torch.from_numpy(self.weights.astype(np.float32))

    def at(self, rows: Ints) -> "FrameTargets":
        """Those of these frames."""
        return FrameTargets(self.labels[rows], self.weights[rows])

    def joined(self, later: "FrameTargets") -> "FrameTargets":
        """These and then the later ones."""
        return FrameTargets(
            np.concatenate([self.labels, later.labels]),
            np.concatenate([self.weights, later.weights]),
        )


@dataclass(frozen=True, slots=True)
class Target:
    """horizon_s: 0 for a crash that is seen, else how far ahead a collision is foreseen.

    classes: names in the order of the logits, "nothing" first; empty for a binary network.
    """

    horizon_s: float = 0.0
    classes: tuple[str, ...] = ()

    def frames(self, clip: LabeledClip, times_s: Floats, *, speed: float = 1.0) -> FrameTargets:
        """Targets of frames at times_s (T,) of a clip that is shown `speed` times as fast.

        The seconds around an event keep their lengths. Raises AnnotationError as `clip_label`.
        """
        shown = _at_speed(clip, speed)
        if self.horizon_s > 0:
            targets = _anticipation(shown, times_s / speed, self.horizon_s)
        else:
            labels = frame_labels(shown, times_s / speed)
            targets = FrameTargets(labels, np.ones(len(times_s)))
        named = np.where(targets.labels > 0, self.positive(clip), targets.labels)
        return replace(targets, labels=named)

    def positive(self, clip: LabeledClip) -> int:
        """The label of a crash frame of this clip. Raises AnnotationError for an unknown class."""
        if not self.classes or clip.kind != "crash":
            return 1
        name = clip.tags.get(CLASS_TAG, "")
        if name not in self.classes[1:]:
            allowed = ", ".join(self.classes[1:])
            raise AnnotationError(f"{clip.path.name}: class {name!r}; one of {allowed} is needed")
        return self.classes.index(name)


def build_target(settings: Settings, clips: Sequence[LabeledClip]) -> Target:
    """The target of the settings; classes are those of the clips, by name.

    Raises AnnotationError where the clips have another number of classes than the network.
    """
    horizon_s = settings.training.horizon_s
    count = settings.model.trigger_detector.num_classes
    if count == 1:
        return Target(horizon_s)
    found = sorted({c.tags.get(CLASS_TAG, "") for c in clips if c.kind == "crash"} - {""})
    if len(found) != count - 1:
        raise AnnotationError(
            f"the training clips name {len(found)} classes of crashes ({', '.join(found) or '-'}); "
            f"with {NOTHING!r}, model.trigger_detector.num_classes must be {len(found) + 1}, "
            f"not {count}"
        )
    return Target(horizon_s, (NOTHING, *found))


def _at_speed(clip: LabeledClip, speed: float) -> LabeledClip:
    moved = tuple(event_s / speed for event_s in clip.events_s)
    alert_s = None if clip.alert_s is None else clip.alert_s / speed
    return replace(clip, events_s=moved, alert_s=alert_s)


def _anticipation(clip: LabeledClip, times_s: Floats, horizon_s: float) -> FrameTargets:
    """1 within horizon_s before a contact, and not before the alert; 0 well before; else unused.

    A frame at t before the contact y counts exp(-(y - t) / 1 s): what is near is surer (Chan et
    al. 2016). After the first contact nothing is used.
    """
    labels, weights = frame_labels(clip, times_s), np.ones(len(times_s))
    if clip.kind == "normal" or not clip.events_s:
        return FrameTargets(labels, weights)
    lead_s = clip.events_s[0] - times_s
    labels[lead_s <= _quiet_before(clip, horizon_s)] = -1
    if clip.kind == "crash":
        foreseen = (lead_s >= 0) & (lead_s <= horizon_s) & (times_s >= (clip.alert_s or 0.0))
        labels[foreseen] = 1
        weights[foreseen] = np.exp(-lead_s[foreseen] / DECAY_S)
    return FrameTargets(labels, weights)


def _quiet_before(clip: LabeledClip, horizon_s: float) -> float:
    """How long before the contact the first frames end that surely foretell nothing."""
    foreseen_s = horizon_s
    if clip.alert_s is not None:
        foreseen_s = max(horizon_s, clip.events_s[0] - clip.alert_s)
    return foreseen_s + QUIET_S
