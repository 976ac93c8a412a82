"""All probes in their order, over the clips of a corpus: a checkpoint folder -> TrustReport."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from models.triggers.network import NetworkTrigger
from models.trust import leaks, order, pictures, sampling, skill, sources
from models.trust.subject import Subject, load_frames, prepare
from utils.calibration import hours_words
from utils.datasets import data_root
from utils.datasets.cadp import read_cadp
from utils.datasets.corpus import read_corpus
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip
from utils.settings import Settings
from utils.trust_report import Finding, TrustReport

MAX_HELD_OUT, MAX_TRAINING = 60, 100
PROBES: tuple[Callable[[Subject], Finding], ...] = (
    skill.RANKING,
    skill.FOUND,
    skill.promise,
    order.SHUFFLE,
    order.STILL,
    order.CUT,
    order.WARM_UP,
    pictures.NONSENSE,
    pictures.BORDER_ONLY,
    *pictures.STABILITY,
    sampling.OTHER_RATE,
    sources.SCORES,
    sources.LABELS,
    leaks.LEAKS,
    skill.CORPORA,
)


def examine_checkpoint(
    folder: Path, settings: Settings, data: str | None = None
) -> Iterator[str | TrustReport]:
    """Lines about the work and, last, the report. Raises AnnotationError and CheckpointError."""
    trigger = NetworkTrigger.load(folder, device=settings.device, strict=True)
    for step in prepare(trigger, choose_clips(settings, data), settings.events, load_frames):
        if isinstance(step, Subject):
            yield from examine(step, folder.resolve().name)
        else:
            yield step


def examine(subject: Subject, name: str) -> Iterator[str | TrustReport]:
    """A line per probe and, last, the report. Raises AnnotationError without a held-out crash."""
    if not subject.crashes:
        raise AnnotationError("no held-out crash clip can be read; nothing can be examined")
    findings: list[Finding] = []
    for probe in PROBES:
        findings.append(probe(subject))
        yield f"{findings[-1].verdict:<8}{findings[-1].title}: {findings[-1].figure}"
    yield TrustReport(
        checkpoint=name,
        label=subject.trigger.label,
        threshold=subject.trigger.threshold,
        footage=_footage(subject),
        findings=tuple(findings),
    )


def choose_clips(settings: Settings, data: str | None) -> list[LabeledClip]:
    """Held-out and training clips, of each at most so many, spread over the corpus."""
    clips = read_corpus(settings.data, data)
    labels = settings.data
    if data is not None or not (
        labels.corpora or labels.train_annotations or labels.train_video_dir
    ):
        known = {clip.path for clip in clips}
        clips += [c for c in read_cadp(data_root(data)) if c.path not in known]
    held_out = [clip for clip in clips if clip.split != "train"]
    train = [clip for clip in clips if clip.split == "train"]
    return [*_spread(held_out, MAX_HELD_OUT), *_spread(train, MAX_TRAINING)]


def _spread(clips: Sequence[LabeledClip], most: int) -> list[LabeledClip]:
    """At most so many clips, evenly over the list."""
    if len(clips) <= most:
        return list(clips)
    return [clips[row * len(clips) // most] for row in range(most)]


def _footage(subject: Subject) -> str:
    held_out = subject.held_out
    hours = sum(float(f.frames.times_s[-1]) for f in held_out) / 3600
    return (
        f"{len(held_out)} held-out clips ({len(subject.crashes)} crashes, {hours_words(hours)} in "
        f"all) and {len(subject.traces) - len(held_out)} training clips: few, so take every figure "
        "with its interval"
    )
