"""Reviews as label files that training reads: annotations.json, and its train.json and val.json.

A video is labelled only where every event of it was decided. Which moment and which side a
decision means is in `utils.datasets.reviews`; what the labels become is the importer's.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from utils.atomic import atomic_write_text
from utils.datasets.annotations import AnnotatedVideo, Annotations
from utils.datasets.clip_path import clip_path
from utils.datasets.reviews import JudgedEvent, annotated_video, split_of, why_left_out
from utils.errors import AnnotationError
from utils.exports.listing import all_analyses
from utils.labeled_clip import Split
from utils.library import Library
from utils.library.records import Analysis, LibraryEvent, SavedReview
from utils.plain_text import one_line

SHOWN = 3


@dataclass(frozen=True, slots=True)
class SplitFile:
    """One side of the reviewed videos: the label file, and how many videos of each kind it holds.

    normal: videos of which every event was a false alarm.
    """

    path: Path
    videos: int
    crashes: int
    near_misses: int
    normal: int


@dataclass(frozen=True, slots=True)
class ReviewsExport:
    """What was written. left_out: a sentence for each video whose reviews are no label, and why.

    annotations: all videos; train, val: the two sides. video_dir: where video paths start from.
    """

    videos: int
    triggers: int
    left_out: tuple[str, ...]
    annotations: Path
    video_dir: Path
    train: SplitFile
    val: SplitFile


@dataclass(frozen=True, slots=True)
class _Video:
    """One video, by its content, with what was decided about its events."""

    path: Path
    sha256: str
    events: tuple[JudgedEvent, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A labelled video and the side that it stands on."""

    video: AnnotatedVideo
    side: Split

    @property
    def kind(self) -> str:
        """What the importer will take the whole video for."""
        labels = {trigger.label for trigger in self.video.triggers}
        return "crash" if "crash" in labels else "near_miss" if labels else "normal"


def write_reviews(library: Library, folder: Path) -> ReviewsExport:
    """Write annotations.json, train.json and val.json into a folder.

    Each video stands in one of the two sides, by its content, and stays there as reviews grow.
    Raises AnnotationError where no video can be labelled yet, LibraryError and OutputError.
    """
    videos, left_out = _labelled(library)
    if not videos:
        raise AnnotationError(_nothing(left_out))
    video_dir = _folder_above(videos)
    entries, unnamed = _entries(videos, video_dir)
    written = _write(folder / "annotations.json", entries)
    sides = {side: _write_side(folder, side, entries) for side in ("train", "val")}
    return ReviewsExport(
        videos=len(entries),
        triggers=sum(len(entry.video.triggers) for entry in entries),
        left_out=(*left_out, *unnamed),
        annotations=written,
        video_dir=video_dir,
        train=sides["train"],
        val=sides["val"],
    )


def _labelled(library: Library) -> tuple[list[_Video], list[str]]:
    """Videos whose reviews say what they show, by path, and sentences about the others."""
    videos: list[_Video] = []
    left_out: list[str] = []
    decided, untouched = _decided(library), 0
    for analysis in all_analyses(library):
        reviewed = decided.get(analysis.video_sha256)
        if reviewed is None:
            untouched += analysis.event_count > 0
            continue
        video = _video(library, analysis, reviewed)
        problem = why_left_out(video.events) or _why_not_the_file(library, analysis)
        if problem:
            left_out.append(f"{one_line(video.path.name)}: {problem}")
        else:
            videos.append(video)
    if untouched:
        left_out.append(f"{untouched} more with events that nobody reviewed")
    return sorted(videos, key=lambda video: str(video.path)), left_out


def _why_not_the_file(library: Library, analysis: Analysis) -> str:
    """Why the file is not the one that was analysed; empty where it seems to be."""
    try:
        size_bytes = analysis.video.stat().st_size
    except OSError:
        return "the file is not at its place any more; Review asks where it is now"
    is_same = library.places.size_bytes(analysis) == size_bytes
    return "" if is_same else "the file has changed since it was analysed"


def _decided(library: Library) -> dict[str, list[JudgedEvent]]:
    """The decisions on each video, by its checksum."""
    found: defaultdict[str, list[JudgedEvent]] = defaultdict(list)
    for event, saved in library.reviews.reviewed():
        if event.video_sha256:
            found[event.video_sha256].append(_judged(event, saved))
    return dict(found)


def _judged(event: LibraryEvent, saved: SavedReview) -> JudgedEvent:
    review = saved.review
    return JudgedEvent(
        decision=review.decision,
        start_s=event.start_s,
        peak_s=event.peak_s,
        corrected_start_s=review.start_s,
        corrected_end_s=review.end_s,
        notes=review.notes,
    )


def _video(library: Library, analysis: Analysis, reviewed: Sequence[JudgedEvent]) -> _Video:
    """The video with its reviewed events, of any analysis, and the open ones of the latest."""
    undecided = [
        JudgedEvent("unreviewed", event.start_s, event.peak_s)
        for event in library.events.of(analysis.id)
        if event.decision == "unreviewed"
    ]
    events = (*reviewed, *undecided)
    return _Video(analysis.video, analysis.video_sha256, events)


def _folder_above(videos: Sequence[_Video]) -> Path:
    """The deepest folder above the videos; Windows' drives have none, there the first's counts."""
    drive = Counter(video.path.drive for video in videos).most_common(1)[0][0]
    return Path(os.path.commonpath([v.path.parent for v in videos if v.path.drive == drive]))


def _entries(videos: Sequence[_Video], video_dir: Path) -> tuple[list[_Entry], list[str]]:
    """The videos that a label file of this folder can name, and sentences about the others."""
    entries: list[_Entry] = []
    unnamed: list[str] = []
    for video in videos:
        try:
            name = video.path.relative_to(video_dir).as_posix()
            clip_path(video_dir, name)
        except ValueError:
            why = f"label files for {video_dir} cannot name it; move or rename it"
            unnamed.append(f"{one_line(video.path.name)}: {why}")
        else:
            labelled = annotated_video(name, video.events)
            entries.append(_Entry(labelled, split_of(video.sha256)))
    return entries, unnamed


def _write_side(folder: Path, side: Split, entries: Sequence[_Entry]) -> SplitFile:
    own = [entry for entry in entries if entry.side == side]
    kinds = Counter(entry.kind for entry in own)
    path = _write(folder / f"{side}.json", own)
    return SplitFile(path, len(own), kinds["crash"], kinds["near_miss"], kinds["normal"])


def _write(path: Path, entries: Iterable[_Entry]) -> Path:
    content = Annotations(videos=tuple(entry.video for entry in entries))
    atomic_write_text(path, content.model_dump_json(indent=2) + "\n")
    return path


def _nothing(left_out: Sequence[str]) -> str:
    if not left_out:
        return "no event was reviewed yet; decide on all events of a video, then export"
    shown = "; ".join(left_out[:SHOWN])
    more = "" if len(left_out) <= SHOWN else f"; and {len(left_out) - SHOWN} more"
    return f"no video can be labelled yet; decide on all events of one ({shown}{more})"
