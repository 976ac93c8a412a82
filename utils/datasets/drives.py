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
    """The clips of `root/drives/labels.csv` by name, without the synthetic ones, with their split.

    Every third clip validates; clips of one source repository stay together. Raises
    AnnotationError.
    """
    table = read_table(root / "drives" / "labels.csv", KEYS)
    rows = sorted(table, key=lambda row: row.text("file"))
    kept = [(n, row) for n, row in enumerate(rows) if row.text("label") != LEFT_OUT]
    clips = [_clip(root, row) for _, row in kept]
    return third_as_validation(clips, [n for n, _ in kept])


def _clip(root: Path, row: Row) -> LabeledClip:
    label = row.text("label")
    if label not in KINDS:
        raise row.fail("label", f"one of {', '.join(KINDS)} is needed")
    event_s = row.number("event_s")
    if event_s is None and label == "crash":
        raise row.fail("event_s", "a crash needs the second of its first contact")
    return LabeledClip(
        path=root / row.text("file"),
        kind=KINDS[label],
        events_s=() if event_s is None else (event_s,),
        group=row.text("source").partition(":")[0],
    )
