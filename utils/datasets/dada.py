"""The split files of DADA-2000: which accident videos train, validate and test; no moments."""

from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter

from utils.datasets.clip_path import unique_clips
from utils.datasets.json_file import JsonFile, read_json
from utils.datasets.split_name import split_of
from utils.errors import AnnotationError
from utils.labeled_clip import LabeledClip

FRAMES_PER_S = 30.0
FILES = ("train_file.json", "val_file.json", "test_file.json")
Digits = Annotated[str, Field(pattern=r"^\d{1,4}$")]
Videos = list[tuple[tuple[Digits, Digits], Digits]]  # ((accident type, video), running number)


def read_dada(labels: Path, video_dir: Path) -> list[LabeledClip]:
    """The clips of one split file, or of all three in a folder.

    A clip is `video_dir/<type>_<video>.mp4` where that is there, else the frames of
    `video_dir/<type>/<video>/images` at 30 a second. Raises AnnotationError.
    """
    files = [labels]
    if labels.is_dir():
        files = [labels / name for name in FILES if (labels / name).is_file()]
        if not files:
            raise AnnotationError(f"{labels}: none of {', '.join(FILES)} is there")
    contents = [read_json(file, TypeAdapter(Videos)) for file in files]
    return [clip for file in contents for clip in _read(file, video_dir)]


def _read(file: JsonFile[Videos], video_dir: Path) -> list[LabeledClip]:
    return unique_clips(
        (_clip(file, kind, video, video_dir), partial(file.fail, (number,)))
        for number, ((kind, video), _) in enumerate(file.content)
    )


def _clip(file: JsonFile[Videos], kind: str, video: str, video_dir: Path) -> LabeledClip:
    film = video_dir / f"{kind}_{video}.mp4"
    is_film = film.is_file()
    return LabeledClip(
        path=film if is_film else video_dir / kind / video / "images",
        kind="crash",
        events_s=(),
        group=f"dada/{kind}_{video}",
        split=split_of(file.path.stem),
        dataset="dada",
        frame_rate=None if is_film else FRAMES_PER_S,
        tags={"class": kind},
    )
