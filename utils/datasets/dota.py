"""DoTA: metadata of traffic anomalies in folders of frames, 10 a second.

Clips of one YouTube video are one group. As shipped, nearly every source video has clips on both
sides of the split.
"""

import logging
from pathlib import Path

from pydantic import TypeAdapter

from utils.datasets.json_file import Entry, FrameNumber, JsonFile, read_json
from utils.datasets.label_text import read_text
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip, Split

log = logging.getLogger(__name__)

FRAMES_PER_S = 10.0
FILES = ("metadata_train.json", "metadata_val.json")


class DotaClip(Entry):
    """One entry of the metadata; the anomaly is in frames [anomaly_start, anomaly_end)."""

    anomaly_start: FrameNumber
    anomaly_end: FrameNumber
    anomaly_class: str
    num_frames: FrameNumber
    subset: Split


Metadata = dict[str, DotaClip]


def read_dota(labels: Path, video_dir: Path) -> list[LabeledClip]:
    """The clips of metadata_*.json, or of a split's list of names with the metadata beside it.

    labels: such a file, or the folder of both metadata files. Frames are those of
    `video_dir/<clip>/images`. Raises AnnotationError.
    """
    if labels.suffix == ".txt":
        return _listed(labels, video_dir)
    files = _metadata_files(labels) if labels.is_dir() else [labels]
    return [clip for file in files for clip in _clips(file, video_dir)]


def _metadata_files(folder: Path) -> list[Path]:
    files = [folder / name for name in FILES if (folder / name).is_file()]
    if not files:
        raise AnnotationError(f"{folder}: neither {FILES[0]} nor {FILES[1]} is there")
    return files


def _listed(labels: Path, video_dir: Path) -> list[LabeledClip]:
    files = _metadata_files(labels.parent)
    known = {clip.path: clip for file in files for clip in _clips(file, video_dir)}
    chosen: dict[Path, LabeledClip] = {}
    for number, line in enumerate(read_text(labels).split("\n"), start=1):
        path = video_dir / line.strip() / "images"
        if not line.strip():
            continue
        problem = "is listed twice" if path in chosen else "has no metadata"
        if path in chosen or path not in known:
            raise AnnotationError(f"{labels.name}, line {number}: {line[:60]!r} {problem}")
        chosen[path] = known[path]
    return list(chosen.values())


def _clips(path: Path, video_dir: Path) -> list[LabeledClip]:
    file = read_json(path, TypeAdapter(Metadata))
    return [_clip(file, name, video_dir) for name in file.content]


def _clip(file: JsonFile[Metadata], name: str, video_dir: Path) -> LabeledClip:
    entry = file.content[name]
    end = _anomaly_end(file, name, entry)
    who, _, what = entry.anomaly_class.partition(": ")
    start_s = entry.anomaly_start / FRAMES_PER_S
    return LabeledClip(
        path=file.video((name,), video_dir, name) / "images",
        kind="crash",
        events_s=(start_s,),
        group=f"dota/{name.rpartition('_')[0] or name}",
        split=entry.subset,
        spans_s=((start_s, end / FRAMES_PER_S),),
        dataset="dota",
        frame_rate=FRAMES_PER_S,
        tags={"ego": who, "class": what or who},
    )


def _anomaly_end(file: JsonFile[Metadata], name: str, entry: DotaClip) -> int:
    """The end, cut to the clip: one real entry claims five frames more than there are."""
    if entry.anomaly_start >= min(entry.anomaly_end, entry.num_frames):
        end, count = entry.anomaly_end, entry.num_frames
        wanted = f"a frame before the end {end} of {count} frames is needed"
        raise file.fail((name, "anomaly_start"), f"{wanted}, not {entry.anomaly_start}")
    if entry.anomaly_end > entry.num_frames:
        text = "%s: %s: anomaly_end %d is beyond the clip and was set to its %d frames"
        log.warning(text, file.path.name, name, entry.anomaly_end, entry.num_frames)
    return min(entry.anomaly_end, entry.num_frames)
