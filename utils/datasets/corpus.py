"""Which labelled clips a run uses: the user's labels, or the drives and CADP clips."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from utils.datasets import data_root
from utils.datasets.cadp import read_cadp
from utils.datasets.copies import join_copies
from utils.datasets.drives import read_drives
from utils.datasets.formats import read_clips
from utils.datasets.source_split import leak_report, split_by_source
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip
from utils.settings import CorpusSettings, DataSettings

log = logging.getLogger(__name__)

SHOWN = 5


def read_corpus(settings: DataSettings, root: str | None = None) -> list[LabeledClip]:
    """Clips that are there, with their split. `root` (or no labels set) means drives and CADP.

    Missing videos are logged; copies are reported; clips of one source come into one split unless
    data.split_by says otherwise. Raises AnnotationError, also where no video is there at all.
    """
    named = [] if root is not None else _named(settings)
    if not named:
        folder = data_root(root)
        return tidied(present(_default_clips(folder), str(folder)), settings)
    return tidied([clip for source in named for clip in _read(source)], settings)


def labelled_clips(settings: DataSettings, root: str | None = None) -> list[LabeledClip]:
    """Every clip that the labels name, there or not, in the labels' own split; for checks.

    `root` as in `read_corpus`. Raises AnnotationError.
    """
    named = [] if root is not None else _named(settings)
    if not named:
        return _default_clips(data_root(root))
    return [clip for source in named for clip in _labelled(source)]


def sources(settings: DataSettings) -> list[CorpusSettings]:
    """The corpora of the settings, or drives and CADP clips, so that others can be added to them.

    Raises AnnotationError where no labels are set and those clips are not there.
    """
    named = _named(settings)
    if named:
        return named
    folder = data_root(None)
    drives = CorpusSettings(
        format="drives", annotations=str(folder / "drives"), video_dir=str(folder)
    )
    return [drives, CorpusSettings(format="cadp", annotations=str(folder / "cadp_frames"))]


def present(clips: Sequence[LabeledClip], labels: str) -> list[LabeledClip]:
    """The clips whose video or folder is there; the others are listed in the log.

    labels names their origin in messages. Raises AnnotationError where there is none.
    """
    missing = [clip.path for clip in clips if not is_there(clip)]
    if clips and len(missing) == len(clips):
        first = f"the first is looked for at {missing[0]}; check the video_dir"
        raise AnnotationError(f"{labels}: none of {len(clips)} videos is there; {first}")
    if missing:
        shown = ", ".join(str(path) for path in missing[:SHOWN])
        more = "" if len(missing) <= SHOWN else ", ..."
        text = "%s: %d of %d videos are missing and left out: %s%s"
        log.warning(text, labels, len(missing), len(clips), shown, more)
    return [clip for clip in clips if is_there(clip)]


def tidied(clips: Sequence[LabeledClip], settings: DataSettings) -> list[LabeledClip]:
    """The clips with copies joined and, unless switched off, each source in one split."""
    joined = join_copies(clips)
    kept = _once(_split(joined, settings))
    counts = Counter((clip.split, clip.kind) for clip in kept)
    named = ", ".join(f"{n} {kind} in {part}" for (part, kind), n in sorted(counts.items()))
    log.info("%d labelled clips: %s", len(kept), named)
    return kept


def _split(clips: list[LabeledClip], settings: DataSettings) -> list[LabeledClip]:
    leak = leak_report(clips)
    if not leak:
        return clips
    if settings.split_by == "labels":
        log.warning("%s; kept (data.split_by=labels), so held-out figures are too good", leak)
        return clips
    kept = split_by_source(clips)
    text = "%s; each source is now in one split and %d held-out clips of training sources are left"
    log.warning(
        text + " out (data.split_by=labels keeps the labels' own)", leak, len(clips) - len(kept)
    )
    return kept


def _once(clips: list[LabeledClip]) -> list[LabeledClip]:
    """Without later entries of the same pictures in the same split."""
    seen = {(c.path, c.frame_names, c.split): c for c in reversed(clips)}
    return [clip for clip in clips if seen[clip.path, clip.frame_names, clip.split] is clip]


def draw_weight(clip: LabeledClip) -> float:
    """How often a clip is drawn in training, relative to others."""
    return clip.weight


def _default_clips(root: Path) -> list[LabeledClip]:
    """Validation holds drives clips only: CADP clips have no normal driving."""
    cadp = [clip for clip in read_cadp(root) if clip.split == "train"]
    return [*read_drives(root), *cadp]


def _named(settings: DataSettings) -> list[CorpusSettings]:
    """The corpora of the settings; train_ and val_annotations are two of them."""
    if settings.corpora:
        return list(settings.corpora)
    train, val = (
        CorpusSettings(format=settings.format, annotations=labels, video_dir=folder, split=split)
        for split, labels, folder in (
            ("train", settings.train_annotations, settings.train_video_dir),
            ("val", settings.val_annotations, settings.val_video_dir),
        )
    )
    given = [side for side in (train, val) if side.annotations or side.video_dir]
    alone = train.model_copy(update={"split": None})  # its labels may hold every split
    return [alone] if given == [train] else given


def _read(source: CorpusSettings) -> list[LabeledClip]:
    return present(_labelled(source), source.annotations or source.video_dir)


def _labelled(source: CorpusSettings) -> list[LabeledClip]:
    labels = Path(source.annotations or source.video_dir).expanduser()
    if not labels.exists():
        raise AnnotationError(f"no labels at {str(labels)!r}; check data.train_annotations")
    beside = labels if labels.is_dir() else labels.parent
    video_dir = Path(source.video_dir).expanduser() if source.video_dir else beside
    clips = read_clips(labels, video_dir, source.format)
    return [
        replace(clip, split=source.split or clip.split, weight=source.weight * clip.weight)
        for clip in clips
    ]


def is_there(clip: LabeledClip) -> bool:
    """Whether the clip's video file or folder of frames exists."""
    return clip.path.is_file() if clip.frame_rate is None else clip.path.is_dir()
