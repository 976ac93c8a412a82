"""Every label format by its name, and which one a file or folder is in.

What a format's labels become is in its own module and in docs/datasets.md.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from utils.datasets.accident_images import read_accident_images
from utils.datasets.annotations import read_annotations
from utils.datasets.badas import read_badas
from utils.datasets.bdd100k import read_bdd100k
from utils.datasets.cadp import read_cadp_labels
from utils.datasets.caption_lines import read_caption_lines
from utils.datasets.ccd import read_ccd
from utils.datasets.crashchat import read_crashchat
from utils.datasets.dada import read_dada
from utils.datasets.dota import read_dota
from utils.datasets.drives import read_drives_labels
from utils.datasets.label_text import read_text
from utils.datasets.nexar import read_nexar
from utils.datasets.question_lines import read_question_lines
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip
from utils.settings import LabelFormat

log = logging.getLogger(__name__)

Importer = Callable[[Path, Path], list[LabeledClip]]  # (labels, video_dir) -> clips

IMPORTERS: dict[str, Importer] = {
    "annotations": read_annotations,
    "questions": read_question_lines,
    "captions": read_caption_lines,
    "nexar": read_nexar,
    "crashchat": read_crashchat,
    "dota": read_dota,
    "bdd100k": read_bdd100k,
    "ccd": read_ccd,
    "dada": read_dada,
    "badas": read_badas,
    "drives": read_drives_labels,
    "cadp": read_cadp_labels,
    "images": read_accident_images,
}
FOLDER_MARKS = (  # a file or folder inside -> format
    ("accident", "images"),
    ("metadata_train.json", "dota"),
    ("metadata_val.json", "dota"),
    ("train_file.json", "dada"),
    ("Crash-1500.txt", "ccd"),
    ("metadata.jsonl", "captions"),
    ("train.jsonl", "questions"),
    ("test.jsonl", "questions"),
    ("*crash_recognition*.json", "crashchat"),
    ("*crash_localization*.json", "crashchat"),
    ("metadata.csv", "nexar"),
    ("positive/metadata.csv", "nexar"),
    ("*/positive/metadata.csv", "nexar"),
)
TEXT_MARKS = {  # suffix -> (near the start of the file, without blanks; format), first fit counts
    ".json": (
        ('"anomaly_start"', "dota"),
        ('"conversations"', "crashchat"),
        ("[[[", "dada"),
        ("{", "annotations"),
    ),
    ".jsonl": (('"event_type"', "captions"), ('"label"', "questions")),
    ".csv": (
        ("Time-of-alert", "badas"),
        ("labels_rle", "cadp"),
        ("event_s", "drives"),
        ("time_of_event", "nexar"),
        ("id,target", "nexar"),
    ),
    ".txt": (("youtubeID", "ccd"), (",0,0,", "ccd"), ("_0", "dota")),
}
HEAD_CHARACTERS = 4096


def read_clips(
    labels: Path, video_dir: Path, label_format: LabelFormat = "auto"
) -> list[LabeledClip]:
    """The clips of a label file or folder, in the split that its format gives them.

    auto decides by name and content and logs what it took. Raises AnnotationError.
    """
    chosen: str = label_format
    if chosen == "auto":
        chosen = recognise(labels)
        log.info("%s is read as %s labels", labels, chosen)
    return IMPORTERS[chosen](labels, video_dir)


def recognise(labels: Path) -> str:
    """The format of a label file or folder. Raises AnnotationError where none fits."""
    if labels.is_dir():
        found = next((name for mark, name in FOLDER_MARKS if any(labels.glob(mark))), None)
    else:
        head = "".join(read_text(labels)[:HEAD_CHARACTERS].split())
        marks = TEXT_MARKS.get(labels.suffix.lower(), ())
        found = next((name for mark, name in marks if mark in head), None)
    if found is None:
        known = ", ".join(IMPORTERS)
        raise AnnotationError(f"{labels}: no known label format; set data.format to one of {known}")
    return found
