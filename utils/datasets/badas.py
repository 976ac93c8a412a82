"""The BADAS re-annotation of DAD, DADA-2000 and DoTA test clips: moments of alert and contact."""

from pathlib import Path

from utils.datasets import dada, dota
from utils.datasets.table import Row, read_table
from utils.labeled_clip import ClipKind, LabeledClip

KEYS = ("id", "Event-type", "Nexar-vehicle-involved", "Time-of-alert", "Time-of-collision")
KINDS: dict[str, ClipKind] = {"Collision": "crash", "Near-collision": "near_miss"}
EGO = {"yes": "ego", "no": "other"}
FRAMES_PER_S = {"dota": dota.FRAMES_PER_S, "dada": dada.FRAMES_PER_S}
CORPORA = ("dota", "dada", "dad")  # in this order: dad begins dada


def read_badas(labels: Path, video_dir: Path) -> list[LabeledClip]:
    """The clips of one of the three tables, all for testing; ids are videos in video_dir.

    Where a video is not there, the corpus's own folder of frames is taken if it is there.
    `article_category` becomes a tag: the published figures leave some of its values out. Raises
    AnnotationError.
    """
    corpus = next((name for name in CORPORA if labels.name.startswith(name)), "badas")
    return [_clip(row, video_dir, corpus) for row in read_table(labels, KEYS, unique="id")]


def _clip(row: Row, video_dir: Path, corpus: str) -> LabeledClip:
    kind = KINDS[row.one_of("Event-type", tuple(KINDS))]
    ego = EGO[row.one_of("Nexar-vehicle-involved", tuple(EGO))]
    alert_s, event_s = row.number("Time-of-alert"), row.number("Time-of-collision")
    if event_s is None:
        raise row.fail("Time-of-collision", "the second of the contact is needed")
    if alert_s is not None and alert_s > event_s:
        raise row.fail("Time-of-alert", f"it must not be later than the collision at {event_s} s")
    path = row.path("id", video_dir)
    source = path.stem.rpartition("_")[0] if corpus == "dota" else path.stem
    folder = _frame_folder(path, corpus)
    in_frames = corpus in FRAMES_PER_S and not path.is_file() and folder.is_dir()
    return LabeledClip(
        path=folder if in_frames else path,
        kind=kind,
        events_s=(event_s,),
        group=f"{corpus}/{source}",
        split="test",
        alert_s=alert_s,
        dataset=corpus,
        frame_rate=FRAMES_PER_S.get(corpus) if in_frames else None,
        tags={"ego": ego, **row.tags(("article_category", "min_support"))},
    )


def _frame_folder(video: Path, corpus: str) -> Path:
    """Where DoTA (`<id>/images`) or DADA (`<type>/<video>/images`) keeps the clip's frames."""
    name = video.stem.replace("_", "/", 1) if corpus == "dada" else video.stem
    return video.parent / name / "images"
