"""What a run is: its settings, clips and computing. Only the same run can be gone on with."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from pydantic import Field, JsonValue

from models.trainers.feature_cache import content_hash
from models.trainers.steps import StepOptimizer
from utils.labeled_clip import LabeledClip
from utils.settings import Section, Settings

HARMLESS = {  # none of these changes a weight or a score
    "training.log_dir",
    "training.max_skipped_steps",
    "training.output_dir",
    "training.resume_every_steps",
    "training.save_every",
    "training.wandb",
    "training.workers",
}
MAX_NAMED = 12
NETWORK_SECTIONS = {name: True for name in ("model", "training", "data", "events")}


class RunIdentity(Section):
    """settings: dotted names to values. clips: paths to short hashes of content and labels."""

    settings: dict[str, JsonValue] = Field(description="what decides the weights")
    clips: dict[str, str]
    computing: dict[str, JsonValue] = Field(description="library, kind of device, processes")

    def differences(self, other: "RunIdentity") -> list[str]:
        """What is not as in `other`, the saved run, in words; empty where both are one run."""
        found = [
            *_changed(other.settings, self.settings),
            *_changed(other.computing, self.computing),
            *_changed_clips(other.clips, self.clips),
        ]
        more = len(found) - MAX_NAMED
        return found if more <= 0 else [*found[:MAX_NAMED], f"{more} more"]


def identify(
    settings: Settings, clips: Sequence[LabeledClip], optimization: StepOptimizer
) -> RunIdentity:
    """The identity of a run over these clips, training and validation."""
    return identity_of(settings, NETWORK_SECTIONS, dict(_clip_digests(clips)), optimization)


def identity_of(
    settings: Settings,
    sections: Mapping[str, Any],
    clips: dict[str, str],
    optimization: StepOptimizer,
) -> RunIdentity:
    """The identity of a run that these sections of the settings decide; clips: with hashes."""
    accelerator = optimization.accelerator
    return RunIdentity(
        settings=dict(_deciding(settings, sections)),
        clips=clips,
        computing={
            "torch": torch.__version__,
            "device": accelerator.device.type,
            "processes": accelerator.num_processes,
            "number type": accelerator.mixed_precision,
        },
    )


def _deciding(settings: Settings, sections: Mapping[str, Any]) -> Iterator[tuple[str, JsonValue]]:
    tree = settings.model_dump(mode="json", include=dict(sections))
    for name, value in _flat(tree, ""):
        is_place = name.startswith("data.") and ("dir" in name or "annotations" in name)
        if name not in HARMLESS and not is_place:  # what lies in a place counts, as clips
            yield name, value


def _flat(tree: Mapping[str, Any], path: str) -> Iterator[tuple[str, JsonValue]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def _clip_digests(clips: Sequence[LabeledClip]) -> Iterator[tuple[str, str]]:
    """A name and a digest of each clip; several clips may show one folder."""
    seen: Counter[str] = Counter()
    for clip in clips:
        name = str(clip.path)
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})", clip_digest(clip)


def clip_digest(clip: LabeledClip) -> str:
    """A short hash of what the clip shows and of its labels."""
    times = (clip.events_s, clip.spans_s, clip.alert_s, clip.frame_rate)
    labels = (clip.kind, clip.split, times, sorted(clip.tags.items()))
    return hashlib.sha256(f"{labels} {content_hash(clip)}".encode()).hexdigest()[:16]


def _changed(before: Mapping[str, JsonValue], now: Mapping[str, JsonValue]) -> Iterator[str]:
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name, "absent"), now.get(name, "absent")
        if old != new:
            yield f"{name} was {old!r} and is {new!r}"


def _changed_clips(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for path in [p for p in before if p not in now]:
        yield f"clip {path} is gone"
    for path in [p for p in now if p not in before]:
        yield f"clip {path} is new"
    for path in [p for p in now if p in before and now[p] != before[p]]:
        yield f"clip {path} or its labels changed"
    if list(before) != list(now) and set(before) == set(now):
        yield "the clips are in another order"
