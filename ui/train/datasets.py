"""What there is to learn from: the data of the settings, the user's reviews, labels by path.

Turns a choice of these into data settings, and labels into counts and plain doubts.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args

from ui.context import Context
from ui.local_paths import PATHS_ARE_OFF, existing_path
from ui.sentences import number_of
from utils.datasets.corpus import is_there, labelled_clips, sources
from utils.datasets.formats import recognise
from utils.datasets.source_split import leak_report
from utils.errors import AnnotationError, AppError, ConfigError
from utils.exports.annotations import ReviewsExport, write_reviews
from utils.labeled_clip import ClipKind, LabeledClip, Split
from utils.preparation.corpus_account import account
from utils.preparation.corpus_check import check_clip, check_corpus
from utils.settings import CorpusSettings, DataSettings, LabelFormat

SourceName = Literal["settings", "reviews", "folder"]
TITLES: dict[SourceName, str] = {
    "settings": "Data of the settings",
    "reviews": "My reviews",
    "folder": "Labels on this computer",
}
LABEL_FORMATS: tuple[LabelFormat, ...] = get_args(LabelFormat)
SURE_CLIPS = 30
FEW_CRASHES = 20


@dataclass(frozen=True, slots=True)
class DataChoice:
    """What to learn from, as the page or a program says it; nothing is checked yet."""

    learn_from: Any = ("settings",)
    labels: Any = ""
    videos: Any = ""
    val_labels: Any = ""
    label_format: Any = "auto"


@dataclass(frozen=True, slots=True)
class SplitRow:
    """The clips of one split that are there, by kind."""

    split: Split
    crash: int
    near_miss: int
    normal: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """What labels hold. problem: why they cannot be used; then the rest is empty.

    formats: name of a label file or folder, and the format it is in. missing: names of clips whose
    video is not there. doubts: what to expect of so little, in sentences.
    """

    name: SourceName
    title: str
    problem: str = ""
    formats: tuple[tuple[str, str], ...] = ()
    rows: tuple[SplitRow, ...] = ()
    missing: tuple[str, ...] = ()
    leak: str = ""
    doubts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def describe(name: SourceName, choice: DataChoice, context: Context) -> Dataset:
    """What one source holds; a problem is told, not raised."""
    with TemporaryDirectory() as folder:
        try:
            left_out, parts = _parts(name, choice, context, Path(folder))
            given = replace(choice, learn_from=(name,))
            clips = labelled_clips(data_settings(given, context, Path(folder)))
            return replace(_survey(name, clips), formats=_formats(parts), left_out=left_out)
        except AppError as error:
            return Dataset(name, TITLES[name], problem=str(error))


def check_videos(choice: DataChoice, context: Context) -> list[str]:
    """Every video of a choice opened and compared with its labels: an account in lines.

    Raises AppError children.
    """
    with TemporaryDirectory() as folder:
        data = data_settings(choice, context, Path(folder))
        clips = labelled_clips(data)
        return list(account(check_corpus([check_clip(clip) for clip in clips])))


def data_settings(choice: DataChoice, context: Context, folder: Path) -> DataSettings:
    """The data settings of a choice. folder: where labels made of reviews are written.

    Raises AppError children.
    """
    names = chosen_names(choice.learn_from)
    own = context.settings.data
    if names == ("settings",) and not own.corpora:
        sources(own)  # refuses here what would be refused in the process
        return own.model_copy(update=_absolute(own))
    corpora = [part for n in names for part in _parts(n, choice, context, folder)[1]]
    return own.model_copy(update={**_absolute(own), "corpora": tuple(corpora)})


def chosen_names(learn_from: Any) -> tuple[SourceName, ...]:
    """The chosen sources, in the order of the page. Raises ConfigError for anything else."""
    given = learn_from if isinstance(learn_from, list | tuple) else (learn_from,)
    if not all(isinstance(name, str) and name in TITLES for name in given):
        raise ConfigError("Choose what to learn from in the list.")
    names = tuple(name for name in TITLES if name in given)
    if not names:
        raise ConfigError("Choose at least one set of clips to learn from.")
    return names


def doubts(rows: Sequence[SplitRow]) -> tuple[str, ...]:
    """What to expect of these clips, where that is little."""
    found = {row.split: row for row in rows}
    train, val = (found.get(s, SplitRow(s, 0, 0, 0)) for s in ("train", "val"))
    said = []
    if not train.crash:
        said.append("There is no crash to learn from.")
    elif train.crash < FEW_CRASHES:
        said.append(
            f"{number_of(train.crash, 'crash clip')} to learn from: expect a network that knows "
            "these clips, not crashes. Add labelled clips."
        )
    if train.crash and not train.normal:
        said.append("There is no normal driving to learn from, so expect many false alarms.")
    if not val.crash:
        said.append(
            "No crash is held out, so nothing can be measured and the last epoch is the result."
        )
    elif min(val.crash, val.normal) < SURE_CLIPS:
        off = 98 / math.sqrt(val.crash)  # 1.96 * sqrt(0.25 / n), in percent
        crashes, normal = number_of(val.crash, "crash clip"), number_of(val.normal, "normal clip")
        said.append(
            f"{crashes} and {normal} held out: a share of crashes found can be off by "
            f"{min(off, 100):.0f} points either way."
        )
    return tuple(said)


def _parts(
    name: SourceName, choice: DataChoice, context: Context, folder: Path
) -> tuple[tuple[str, ...], list[CorpusSettings]]:
    """What was left out of a source, in sentences, and its corpora."""
    if name == "settings":
        return (), [_anchored(part) for part in sources(context.settings.data)]
    if name == "reviews":
        export = write_reviews(context.library, folder)
        return export.left_out, reviewed_corpora(export)
    if not context.local_allowed:
        raise ConfigError(PATHS_ARE_OFF)
    return (), _of_paths(choice)


def reviewed_corpora(export: ReviewsExport) -> list[CorpusSettings]:
    """Both sides of the reviewed videos, without a side that has none."""
    videos = str(export.video_dir)
    return [
        CorpusSettings(
            format="annotations", annotations=str(side.path), video_dir=videos, split=split
        )
        for split, side in (("train", export.train), ("val", export.val))
        if side.videos
    ]


def _of_paths(choice: DataChoice) -> list[CorpusSettings]:
    labels, videos, val = (
        _path(text) for text in (choice.labels, choice.videos, choice.val_labels)
    )
    if not labels:
        raise ConfigError("Give the path of a label file, or of a folder with labels.")
    if choice.label_format not in LABEL_FORMATS:
        raise ConfigError(f"Choose one of the label formats: {', '.join(LABEL_FORMATS)}.")
    train = CorpusSettings(format=choice.label_format, annotations=labels, video_dir=videos)
    if not val:
        return [train]
    held_out = train.model_copy(update={"annotations": val, "split": "val"})
    return [train.model_copy(update={"split": "train"}), held_out]


def _path(text: Any) -> str:
    if not isinstance(text, str) or not text.strip():
        return ""
    return str(existing_path(text))


def _absolute(data: DataSettings) -> dict[str, Any]:
    """Paths of the settings that mean the same whatever the working folder is."""
    names = ("train_annotations", "train_video_dir", "val_annotations", "val_video_dir")
    given = {name: _anchor(getattr(data, name)) for name in (*names, "cache_dir")}
    return {**given, "corpora": tuple(map(_anchored, data.corpora))}


def _anchored(part: CorpusSettings) -> CorpusSettings:
    paths = {name: _anchor(getattr(part, name)) for name in ("annotations", "video_dir")}
    return part.model_copy(update=paths)


def _anchor(name: str) -> str:
    return str(Path(name).expanduser().absolute()) if name else ""


def _survey(name: SourceName, clips: Sequence[LabeledClip]) -> Dataset:
    there = [clip for clip in clips if is_there(clip)]
    if not there:
        raise AnnotationError(f"none of the {len(clips)} clips that the labels name is there")
    rows = _rows(there)
    return Dataset(
        name=name,
        title=TITLES[name],
        rows=rows,
        missing=tuple(clip.path.name for clip in clips if not is_there(clip)),
        leak=leak_report(there),
        doubts=doubts(rows),
    )


def _rows(clips: Sequence[LabeledClip]) -> tuple[SplitRow, ...]:
    counts = Counter((clip.split, clip.kind) for clip in clips)
    kinds: tuple[ClipKind, ...] = ("crash", "near_miss", "normal")
    splits = [split for split in get_args(Split) if any(clip.split == split for clip in clips)]
    return tuple(SplitRow(split, *(counts[split, kind] for kind in kinds)) for split in splits)


def _formats(parts: Sequence[CorpusSettings]) -> tuple[tuple[str, str], ...]:
    """Each label file or folder by its name, with the format it is in."""
    labels = [Path(part.annotations or part.video_dir) for part in parts]
    return tuple(
        (path.name, recognise(path) if part.format == "auto" else part.format)
        for path, part in zip(labels, parts, strict=True)
    )
