"""The `drives` labels: real driving clips with the moment of first contact, read by eye."""

from pathlib import Path

from utils.datasets.table import Row, read_table
from utils.labeled_clip import ClipKind, LabeledClip, third_as_validation

KEYS = ("file", "label", "event_s", "source")
KINDS: dict[str, ClipKind] = {
    "crash": "crash",
    "normal": "normal",
    "near_miss_or_uncertain": "near_miss",
}
LEFT_OUT = "crash_synthetic"  # drawn and generated clips: odd input, not for accuracy


def read_drives(root: Path) -> list[LabeledClip]:
    """The clips of `root/drives/labels.csv`, see `read_drives_labels`. Raises AnnotationError."""
    return read_drives_labels(root / "drives", root)


def read_drives_labels(labels: Path, video_dir: Path) -> list[LabeledClip]:
    """The clips of a labels.csv (or of the one in a folder) by name, without synthetic ones.

    Every third clip validates; clips of one source repository stay together. Raises
    AnnotationError.
    """
    file = labels / "labels.csv" if labels.is_dir() else labels
    rows = sorted(read_table(file, KEYS, unique="file"), key=lambda row: row.text("file"))
    kept = [(n, row) for n, row in enumerate(rows) if row.text("label") != LEFT_OUT]
    clips = [_clip(video_dir, row) for _, row in kept]
    return third_as_validation(clips, [n for n, _ in kept])


def _clip(video_dir: Path, row: Row) -> LabeledClip:
    kind = KINDS[row.one_of("label", tuple(KINDS))]
    event_s = row.number("event_s")
    if event_s is None and kind == "crash":
        raise row.fail("event_s", "a crash needs the second of its first contact")
    return LabeledClip(
        path=row.path("file", video_dir),
        kind=kind,
        events_s=() if event_s is None else (event_s,),
        group=row.text("source").partition(":")[0],
        dataset="drives",
        tags=row.tags(("view",)),
        caption=row.optional("description"),
    )
