"""Writes a clip's sampled frames as a folder of pictures with a table of their labels.

The folder appears when it is complete: a stopped run leaves no half of one.
"""

import csv
import io
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from utils.atomic import atomic_write_text, explain_os_error
from utils.clip import Sampling
from utils.errors import OutputError
from utils.labeled_clip import LabeledClip, frame_labels
from utils.video import open_frames
from utils.writers.jpeg import write_jpeg

TABLE = "frames.csv"
COLUMNS = ("frame", "time_s", "label")


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One picture: its file, its time in the clip, and 1 crash, 0 quiet, -1 not used."""

    frame: str
    time_s: float
    label: int


def write_frames(clip: LabeledClip, folder: Path, sampling: Sampling) -> bool:
    """Write `folder/000000.jpg` ... and `frames.csv`; False where the folder is there already.

    Raises VideoError and OutputError.
    """
    if (folder / TABLE).is_file():
        return False
    unfinished = folder.with_name(f".part-{folder.name}")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        rows = list(_write_pictures(clip, unfinished, sampling))
        atomic_write_text(unfinished / TABLE, _table(rows))
        os.replace(unfinished, folder)
    except OSError as error:
        raise OutputError(explain_os_error(error, folder)) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return True


def _write_pictures(clip: LabeledClip, folder: Path, sampling: Sampling) -> Iterator[FrameRow]:
    number = 0
    with open_frames(clip.path, frame_rate=clip.frame_rate, names=clip.frame_names) as video:
        for piece in video.sample(sampling):
            labels = frame_labels(clip, piece.times_s)
            for row, (frame, time_s) in enumerate(zip(piece.frames, piece.times_s, strict=True)):
                name = f"{number:06d}.jpg"
                write_jpeg(frame, folder / name)
                yield FrameRow(name, round(float(time_s), 4), int(labels[row]))
                number += 1


def _table(rows: list[FrameRow]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((row.frame, row.time_s, row.label) for row in rows)
    return text.getvalue()
