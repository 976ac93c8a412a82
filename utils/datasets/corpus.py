"""Which labelled clips a run uses: the user's annotations, or the drives and CADP clips."""

from pathlib import Path

from utils.datasets import data_root
from utils.datasets.annotations import read_annotations
from utils.datasets.cadp import read_cadp
from utils.datasets.drives import read_drives
from utils.labeled_clip import LabeledClip
from utils.settings import DataSettings

CADP_WEIGHT = 0.6  # of 120 similar clips each counts less than one of the 80 varied ones


def read_corpus(settings: DataSettings, root: str | None = None) -> list[LabeledClip]:
    """Clips with their split. `root` (or empty annotation settings) means the drives and CADP.

    Validation holds drives clips only: CADP clips have no normal driving. Raises AnnotationError.
    """
    if root is None and settings.train_annotations:
        return _annotated(settings)
    folder = data_root(root)
    cadp = [clip for clip in read_cadp(folder) if clip.split == "train"]
    return [*read_drives(folder), *cadp]


def draw_weight(clip: LabeledClip) -> float:
    """How often a clip is drawn in training, relative to a drives clip."""
    return CADP_WEIGHT if clip.group.startswith("cadp/") else 1.0


def _annotated(settings: DataSettings) -> list[LabeledClip]:
    clips = read_annotations(Path(settings.train_annotations), Path(settings.train_video_dir))
    if settings.val_annotations:
        file, folder = Path(settings.val_annotations), Path(settings.val_video_dir)
        clips += read_annotations(file, folder, split="val")
    return clips
